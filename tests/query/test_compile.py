"""What a query costs, seen in its SQL; what it finds is proven by test_search.py."""

import pytest
from hypothesis import given
from tests.query.trees import ANY

from gatewatch.query.compile import needs_rows, where
from gatewatch.query.nodes import Node
from gatewatch.query.parser import parse


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("*", False),
        ("country:IT asn:64500 port:7547", False),
        ("server:gSOAP as.name:x response:7d3c05f29a4be816", False),
        ("not ip:192.0.2.0/24", True),
        ("server:x or scan_time>2026", True),
    ],
)
def test_only_addresses_and_times_need_the_rows(query: str, rows: bool) -> None:
    assert needs_rows(parse(query).node) == rows


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
    query = parse(f'server:"{word}" or server="{word}" or vendor!="{word}" or country:"{word}"')
    assert "zz" not in where(query.node).text
    assert "zz" not in where(parse(r"server:zz\'zz* version:zz").node).text
