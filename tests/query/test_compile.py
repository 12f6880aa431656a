"""What a query costs, seen in its SQL; what it finds is proven by test_search.py."""

import pytest
from hypothesis import given
from tests.query.trees import ANY

from gatewatch.model.fields import FIELDS
from gatewatch.query.compile import counted_from, where
from gatewatch.query.nodes import Node
from gatewatch.query.parser import parse


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ("*", "totals"),
        ("server:gSOAP response:7d3c05f29a4be816", "totals"),
        ("country:IT asn:64500 port:7547", "cube"),
        ("server:gSOAP as.name:x", "cube"),
        ("not ip:192.0.2.0/24", "services"),
        ("server:x or scan_time>2026", "services"),
    ],
)
def test_a_count_reads_the_smallest_view_that_can_answer(query: str, view: str) -> None:
    assert counted_from(parse(query).node)[0] == view


def test_what_is_counted_by_decides_as_well() -> None:
    node = parse("server:gSOAP").node
    found = [counted_from(node, [FIELDS[name]])[0] for name in ("model", "country", "ip")]
    assert found == ["totals", "cube", "services"]


@pytest.mark.parametrize(
    ("query", "lookups"),
    [
        ("country:IT port:7547", 0),
        ("server:a status:401 country:IT (title:b or not realm:c)", 1),
        ("server:a or country:IT or title:b", 1),
        ("not (server:a or not title:*)", 1),
        ("server:a or (country:IT title:b)", 2),
    ],
)
def test_answers_are_looked_up_once_for_conditions_that_stand_together(
    query: str, lookups: int
) -> None:
    assert where(parse(query).node).text.count("FROM understanding") == lookups


def test_not_is_never_asked_of_a_table_that_lacks_some_networks() -> None:
    text = where(parse("not as.name:x as.name:y").node).text
    assert text.count("FROM as_names") == 2
    assert "WHERE NOT" not in text


@given(ANY)
def test_there_is_a_value_for_each_question_mark(node: Node) -> None:
    sql = where(node)
    assert sql.text.count("?") == len(sql.values)


def test_nothing_that_was_typed_becomes_sql() -> None:
    word = "zz'zz"
    query = parse(
        f'server:"{word}" or server="{word}" or vendor!="{word}" or realm:{{"{word}", a}}'
    )
    assert "zz" not in where(query.node).text
    assert "zz" not in where(parse(r"server:zz\'zz* version:zz").node).text
