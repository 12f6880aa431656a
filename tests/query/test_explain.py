"""What is said of a query, and of one that finds nothing."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from tests.query.made_up import MadeUp
from tests.query.trees import ANY, LIKELY

from gatewatch.query.explain import MOST_COUNTS, MOST_LEAVES, advice, leaves, nearest, why_nothing
from gatewatch.query.nodes import Node, conditions
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.query.search import count_services

if TYPE_CHECKING:
    import duckdb


@pytest.fixture(scope="module")
def con(known: MadeUp) -> "duckdb.DuckDBPyConnection":
    """Both snapshots of the made-up lake."""
    return known.reading(info.id for info in known.lake.snapshots)


def test_nothing_found_is_explained_clause_by_clause(con: "duckdb.DuckDBPyConnection") -> None:
    node = parse("country:IT status:299 (port:80 or port:7547) " + "asn:1 " * 20).node
    told = why_nothing(con, node)
    assert [one.clause for one in told[:3]] == ["country:IT", "status:299", "port:{80, 7547}"]
    assert told[0].services > 0 == told[1].services < told[2].services
    assert len(told) <= MOST_COUNTS


def test_the_pair_that_empties_the_answer_is_named(con: "duckdb.DuckDBPyConnection") -> None:
    told = why_nothing(con, parse("port>0 port:80 port:7547").node)
    assert told[-1] == ("port:80 port:7547", 0)
    assert all(one.services for one in told[:-1])
    assert len(why_nothing(con, parse("port:80 port:7547").node)) == 2


def test_one_clause_explains_itself(con: "duckdb.DuckDBPyConnection") -> None:
    assert why_nothing(con, parse("port:1").node) == []


@pytest.mark.parametrize(
    ("query", "near"),
    [
        ("server:gSOAP/2.9", "server:gSOAP/2"),
        ('country:IT server="gSOAP/2.7 beta"', "country:IT server:gSOAP/2.7"),
        ("software.version:2.7.99", "software.version:2.7"),
        ("ip:192.0.3.7", "ip:192.0.0.0/16"),
        ("ip:2001:db8:0:9::1", "ip:2001:db8::/48"),
        ("port:80 port:7547 asn:64497", "port:80 asn:64497"),
    ],
)
def test_the_nearest_query_finds_something(
    con: "duckdb.DuckDBPyConnection", query: str, near: str
) -> None:
    node = parse(query).node
    assert not count_services(con, node)
    found = nearest(con, node)
    assert found is not None
    assert found.clause == near
    assert found.services == count_services(con, parse(near).node) > 0


@pytest.mark.parametrize("query", ["port:1", "not *", "port:1 status:299"])
def test_where_nothing_is_near_none_is_offered(
    con: "duckdb.DuckDBPyConnection", query: str
) -> None:
    found = nearest(con, parse(query).node)
    assert found is None


@given(LIKELY)
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_what_is_near_is_found(con: "duckdb.DuckDBPyConnection", node: Node) -> None:
    found = nearest(con, node)
    if found is not None:
        assert count_services(con, parse(found.clause).node) == found.services > 0


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("*", []),
        ("a or not server:b port:80 port:80", ['"a"', "server:b", "port:80"]),
        ("host(port:80 status:401) country:IT", ["host(port:80 status:401)", "country:IT"]),
    ],
)
def test_each_condition_is_a_leaf_once(query: str, parts: list[str]) -> None:
    assert [printed(one) for one in leaves(parse(query).node)] == parts


@given(ANY)
def test_leaves_are_bounded_and_of_the_query(node: Node) -> None:
    found = leaves(node)
    assert len(found) <= MOST_LEAVES
    assert {id(one) for leaf in found for one in conditions(leaf)} <= {
        id(one) for one in conditions(node)
    }


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("server:x", []),
        (
            "port:7547 port:30005",
            ["no service has two values of port; write host(port:7547) host(port:30005)"],
        ),
        (
            "not server:x",
            ["not server:x also finds services without server; server!=... finds only those that "
             "have one"],
        ),
        (
            "host(port:80)",
            ["host(...) lists all services of those hosts; port:80 lists the services themselves"],
        ),
        ("not server:*", []),
        ("server:a server:b", []),
        ("oddities:bare-lf oddities:bare-cr", []),
    ],
)  # fmt: skip
def test_what_a_writer_may_not_know_is_said(query: str, said: list[str]) -> None:
    assert list(advice(parse(query).node)) == said
