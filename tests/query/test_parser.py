"""What can be said, how it is said again, and every complaint in full."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.query.trees import ANY

from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import FIELDS
from gatewatch.query.lexer import MAX_LENGTH
from gatewatch.query.nodes import EVERYTHING, Node, conditions
from gatewatch.query.parser import MAX_DEPTH, parse
from gatewatch.query.printing import printed

CASES = Path(__file__).parent / "cases"


def cases(name: str) -> list[tuple[str, str]]:
    """Pairs of a line and the indented line below it; # begins a comment."""
    query, found = "", []
    for line in (CASES / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            found.append((query, line.strip()))
        elif line and not line.startswith("# "):
            query = line
    return found


@pytest.mark.parametrize(("query", "canonical"), cases("canonical.txt"))
def test_a_query_has_one_canonical_spelling(query: str, canonical: str) -> None:
    node = parse(query).node
    assert printed(node) == canonical
    assert parse(canonical).node == node


@pytest.mark.parametrize(("query", "complaint"), cases("invalid.txt"))
def test_a_complaint_says_where_what_and_how_to_mend_it(query: str, complaint: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(query)
    assert str(caught.value) == complaint


@given(ANY)
@settings(max_examples=500, deadline=None)
def test_what_is_printed_parses_to_the_same_tree(node: Node) -> None:
    text = printed(node)
    assert parse(text).node == node
    assert text.isprintable()


SIGNS = st.sampled_from(
    (
        *("and", "or", "not", "TO", "(", ")", "[", "]", "{", "}", "-", "!", ":", "=", "!=", "<="),
        *(">=", '"', "'", "`", "\\", "*", "?", "/", ",", "^", "~", "#", "\0", "\n", "\ud800", "ü"),
        *("ip", "port:", "server:", "scan_time:", "status", "192.0.2.1", "/24", "::1", "7547."),
        *("2001:db8::", "\\x4", "\\u202e", "\\U00110000", ".", "_", "snapshot", "7547.cwmp.get."),
    )
)
NOISE = st.one_of(
    st.text(max_size=60),
    st.lists(SIGNS, max_size=14).map(" ".join),
    st.lists(SIGNS, max_size=14).map("".join),
)


@given(NOISE)
@settings(max_examples=1500, deadline=None)
def test_any_text_parses_or_is_complained_about_within_it(text: str) -> None:
    complaint = None
    try:
        node = parse(text).node
    except BadQuery as error:
        complaint = error
    if complaint is None:
        assert parse(printed(node)).node == node
    else:
        assert 1 <= complaint.column <= len(text) + 1
        assert str(complaint).isprintable()


@pytest.mark.parametrize("name", FIELDS)
def test_the_example_of_every_field_asks_for_that_field(name: str) -> None:
    [condition] = conditions(parse(FIELDS[name].example).node)
    assert condition.field is FIELDS[name]


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("ip:10.1.2.3/16", ("host bits set; 10.1.0.0/16 used",)),
        ("2001:db8::1/32", ("host bits set; 2001:db8::/32 used",)),
        ("10.1.0.0/16", ()),
        ("10.1.2.3/32", ()),
    ],
)
def test_set_host_bits_are_noted(query: str, notes: tuple[str, ...]) -> None:
    assert parse(query).notes == notes


@pytest.mark.parametrize("text", ["", "  \n", "*", " * ", "ip:*", "* *"])
def test_everything_is_said_in_several_ways(text: str) -> None:
    assert parse(text).node == EVERYTHING


@pytest.mark.parametrize("opener", ["(", "not ", "-", "-("])
def test_depth_is_bounded(opener: str) -> None:
    with pytest.raises(BadQuery, match=f"{MAX_DEPTH} deep at most"):
        parse(opener * MAX_DEPTH + "port:80")
    parse("(" * (MAX_DEPTH - 1) + "port:80" + ")" * (MAX_DEPTH - 1))


def test_length_is_bounded_and_a_long_query_is_read_at_once() -> None:
    longest = "port:80 " * (MAX_LENGTH // 8)
    assert len(list(conditions(parse(longest).node))) == MAX_LENGTH // 8
    with pytest.raises(BadQuery, match="8,192 characters"):
        parse(longest + "x")


def test_bytes_that_are_no_text_are_pointed_at() -> None:
    with pytest.raises(BadQuery, match=r"query:8: this is no text"):
        parse("server:\udcff")
