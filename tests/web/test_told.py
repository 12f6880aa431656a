"""The command line and the call that a page shows ask the very question of the page."""

import shlex
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.query.trees import any_conditions, nodes

from gatewatch.cli.main import build_parser
from gatewatch.model.errors import BadQuery
from gatewatch.query.nodes import Node
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.web.state import state_of
from gatewatch.web.told import call_of, command_of

ORDERS = st.fixed_dictionaries(
    {},
    optional={
        "sort": st.sampled_from(["ip", "server"]),
        "descending": st.booleans(),
        "limit": st.integers(0, 1000),
    },
)


@given(nodes(any_conditions()), ORDERS)
def test_the_command_line_asks_the_same_question(
    node: Node, order: dict[str, str | int | bool]
) -> None:
    text = printed(node)
    argv = shlex.split(command_of("search", text, **order))[1:]
    args = build_parser(argv).parse_args(argv)
    assert " ".join(args.query) == text
    try:
        assert printed(parse(" ".join(args.query)).node) == printed(parse(text).node)
    except BadQuery:
        # A tree may be larger than what people may type.
        assert len(text) > 1000
    assert (args.sort, args.descending) == (order.get("sort"), order.get("descending", False))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
@example("-port:80")
@example("$(reboot) `x` ' \" \\ \n")
def test_whatever_is_asked_reaches_the_command_as_one_word(text: str) -> None:
    argv = shlex.split(command_of("count", text, unit="hosts"))[1:]
    args = build_parser(argv).parse_args(argv)
    assert (args.query, args.unit) == ([text], "hosts")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_whatever_is_asked_reaches_the_api(text: str) -> None:
    parts = urlsplit(call_of("/report", q=text, by=["country", "server"]))
    assert parts.path == "/api/v1/report"
    assert parse_qsl(parts.query)[0] == ("q", text)
    assert state_of(parts.path, parts.query).all("by") == ["country", "server"]


@pytest.mark.parametrize("value", [None, "", False, []])
def test_what_is_not_asked_is_not_said(value: str | bool | list[str] | None) -> None:
    assert command_of("report", by=value) == "gatewatch report"
    assert call_of("/report", by=value) == "/api/v1/report"
