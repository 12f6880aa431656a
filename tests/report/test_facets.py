"""Many fields in one pass are the very reports that each makes by itself."""

import pytest
from hypothesis import given, settings
from tests.query.made_up import MadeUp
from tests.query.trees import LIKELY

from gatewatch.model.fields import FIELDS
from gatewatch.query.nodes import Node
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.report.facets import VALUES, facets
from gatewatch.report.groupings import PRODUCTS, by_field
from gatewatch.report.top import top

FACETS = [
    *(by_field(FIELDS[name]) for name in ("country", "asn", "as.name", "port", "server", "cve")),
    *(by_field(FIELDS[name]) for name in ("status", "auth.scheme", "response", "snapshot")),
    *(by_field(FIELDS[name]) for name in ("ip", "scan_time")),
    PRODUCTS,
]
QUERIES = (
    "", "country:IT", "server:gSOAP", "country:IT server:*", "not server:* or status>=400",
    "ip:192.0.2.0/25", "snapshot:*", "scan_time:2026-11-21", "host(port:80)", "status:299",
)  # fmt: skip


def same(known: MadeUp, node: Node, count: int) -> None:
    chosen = scope(node, known.lake.snapshots)
    con = known.reading(chosen.ids)
    together = facets(con, chosen, FACETS, count)
    assert together == tuple(top(con, chosen, one, count) for one in FACETS)


@pytest.mark.parametrize("query", QUERIES)
def test_each_facet_is_the_report_of_its_field(known: MadeUp, query: str) -> None:
    same(known, parse(query).node, VALUES)


@given(LIKELY)
@settings(max_examples=20)
def test_any_query_has_facets(known: MadeUp, node: Node) -> None:
    same(known, node, 3)


def test_one_connection_serves_several_queries(known: MadeUp) -> None:
    chosen = [scope(parse(query).node, known.lake.snapshots) for query in ("country:IT", "port:80")]
    con = known.reading(chosen[0].ids)
    [first], [second], [again] = (
        facets(con, one, FACETS[:1]) for one in (chosen[0], chosen[1], chosen[0])
    )
    assert first == again != second
