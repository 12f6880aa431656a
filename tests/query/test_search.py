"""SQL over the lake and a naive reading of the same rows always agree."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.query.made_up import MadeUp, Service, holds
from tests.query.trees import ANY, LIKELY, likely_conditions

from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import FIELDS, Field, Kind
from gatewatch.model.moment import iso
from gatewatch.model.table import Value
from gatewatch.query.nodes import Condition, Node, Not
from gatewatch.query.parser import parse
from gatewatch.query.search import count_hosts, count_services, prove_patterns, services

if TYPE_CHECKING:
    import duckdb

ALL = tuple(FIELDS.values())
AGREE = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def con(known: MadeUp) -> "duckdb.DuckDBPyConnection":
    """Both snapshots of the made-up lake."""
    return known.reading(info.id for info in known.lake.snapshots)


def shown(service: Service, entry: Field) -> Value:
    if entry.kind is Kind.IP:
        return str(service.ip)
    if entry.kind is Kind.TIME:
        return iso(service.values.get(entry.name, service.scan_time))
    value: Value = service.values[entry.name]
    return value


def in_order(rows: list[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    return sorted(rows, key=repr)


@given(likely_conditions())
@AGREE
def test_each_condition_finds_what_its_words_say(
    known: MadeUp, con: "duckdb.DuckDBPyConnection", node: Node
) -> None:
    assert count_services(con, node) == sum(holds(node, one) for one in known.services)


@pytest.mark.parametrize("query", ["version:[2.7 TO 2.7.17]", "version>=2.7 version<4.10"])
def test_versions_between_two_are_found(
    known: MadeUp, con: "duckdb.DuckDBPyConnection", query: str
) -> None:
    """DuckDB makes one BETWEEN of two comparisons, which lists would not survive."""
    node = parse(query).node
    assert count_services(con, node) == sum(holds(node, one) for one in known.services)


@given(LIKELY)
@AGREE
def test_conditions_combine_as_sets_do(
    known: MadeUp, con: "duckdb.DuckDBPyConnection", node: Node
) -> None:
    expected = [one for one in known.services if holds(node, one)]
    assert count_services(con, node) == len(expected)
    assert count_hosts(con, node) == len({one.ip for one in expected})
    found = in_order(list(services(con, node, ALL)))
    assert found == in_order([tuple(shown(one, entry) for entry in ALL) for one in expected])


@given(LIKELY, st.integers(0, 20), st.booleans())
@AGREE
def test_a_page_is_the_first_services_by_address(
    known: MadeUp, con: "duckdb.DuckDBPyConnection", node: Node, limit: int, down: bool
) -> None:
    fields = tuple(FIELDS[name] for name in ("ip", "port", "snapshot"))

    def place(one: Service) -> tuple[object, ...]:
        ip, high = one.ip, one.ip.high
        return (high is not None, high or 0, ip.low, one.values["port"], one.values["snapshot"])

    expected = sorted((one for one in known.services if holds(node, one)), key=place, reverse=down)
    page = list(services(con, node, fields, limit=limit, sort=fields[0], descending=down))
    assert page == [tuple(shown(one, entry) for entry in fields) for one in expected[:limit]]


@pytest.mark.parametrize("name", ["server", "status", "scan_time", "response", "as.name", "asn"])
@pytest.mark.parametrize("down", [False, True])
def test_sorting_puts_what_is_missing_last(
    con: "duckdb.DuckDBPyConnection", name: str, down: bool
) -> None:
    node, entry = parse("*").node, FIELDS[name]
    found = [row[0] for row in services(con, node, [entry], sort=entry, descending=down)]
    present = [value for value in found if value is not None]
    assert present == sorted(present, reverse=down, key=lambda value: (str(value), value)[-1:])
    assert found == present + [None] * (len(found) - len(present))


def test_a_limit_of_nothing_streams_everything_in_the_order_of_the_files(
    known: MadeUp, con: "duckdb.DuckDBPyConnection"
) -> None:
    fields = [FIELDS["snapshot"], FIELDS["ip"]]
    found = list(services(con, parse("*").node, fields))
    assert len(found) == len(known.services)
    assert [row[0] for row in found] == sorted(str(row[0]) for row in found)


@given(ANY)
@AGREE
def test_whatever_parses_can_be_asked(
    known: MadeUp, con: "duckdb.DuckDBPyConnection", node: Node
) -> None:
    found = count_services(con, node)
    assert found + count_services(con, Not(node)) == len(known.services)


def test_the_longest_and_deepest_queries_are_answered(con: "duckdb.DuckDBPyConnection") -> None:
    everything = count_services(con, parse("*").node)
    assert count_services(con, parse("port>=1 " * 1024).node) == everything
    assert count_services(con, parse("server:a or port>0 or " * 370 + "port:1").node) == everything
    assert count_services(con, parse("not " * 62 + "(server:a or port>0)").node) == everything


def test_hostile_words_reach_the_database_as_values_only(con: "duckdb.DuckDBPyConnection") -> None:
    for text in ("'; DROP VIEW cube; --", "' OR '1'='1", "?", "$1", "%", "\\", "\0"):
        query = parse(f'as.name:"{text}"' if "\\" not in text else r'as.name:"\\x"').node
        assert count_services(con, query) == 0
    assert count_services(con, parse("").node) > 0


SIGNS = (
    *("a", ".", "*", "+?", "(", ")", "|", "[a-z]", "{2,9}", "^", "$", r"\d", r"\b", "(?i)", r"\pL"),
    *(r"\x{41}", "[^", "]", "{1000}", "(?:"),
)


@given(st.lists(st.sampled_from(SIGNS), max_size=9).map("".join))
@AGREE
def test_every_pattern_runs_or_is_complained_about(
    con: "duckdb.DuckDBPyConnection", pattern: str
) -> None:
    try:
        node = parse(f"server=~`{pattern}`").node
        prove_patterns(con, node)
    except BadQuery:
        return
    count_services(con, node)


def test_a_pattern_that_only_the_engine_refuses_is_a_complaint(
    con: "duckdb.DuckDBPyConnection",
) -> None:
    node = Condition(FIELDS["server"], "=~", "(")
    with pytest.raises(BadQuery, match="pattern error: "):
        prove_patterns(con, node)


def test_a_header_is_found_by_its_first_line(
    known: MadeUp, con: "duckdb.DuckDBPyConnection"
) -> None:
    wanted = [one for one in known.services if one.values["header"] == ["etag: W/1", "etag: 2"]]
    assert wanted
    for query in ("header.etag:w/1", "header.ETag=W/1", "header.etag:*", 'header:"etag: 2"'):
        assert count_services(con, parse(query).node) == len(wanted), query
    assert count_services(con, parse("header.etag:2").node) == 0
