"""Cells add up to their lines, each cell's query finds it, and expected shares are chance's."""

from collections import Counter

import pytest
from tests.query.made_up import MadeUp

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import FIELDS
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.query.search import count_hosts, count_services
from gatewatch.report.counting import Unit
from gatewatch.report.crosstab import Cell, CrossTab, crosstab
from gatewatch.report.groupings import PRODUCTS, Grouping, by_field

PAIRS = (
    ("country", "server"),
    ("server", "country"),
    ("country", "asn"),
    ("as.name", "asn"),
    ("server", "vendor"),
    ("status", "scan_time"),
    ("as.name", "response"),
    ("port", "port"),
)
EVERY = [(by_field(FIELDS[a]), by_field(FIELDS[b])) for a, b in PAIRS]
EVERY.append((PRODUCTS, by_field(FIELDS["country"])))
EACH = pytest.mark.parametrize("groupings", EVERY, ids=lambda two: f"{two[0].name}-{two[1].name}")


def table_of(
    known: MadeUp,
    query: str,
    groupings: tuple[Grouping, Grouping],
    counts: tuple[int, int] = (4, 3),
    unit: Unit = Unit.SERVICES,
) -> CrossTab:
    chosen = scope(parse(query).node, known.lake.snapshots)
    return crosstab(known.reading(chosen.ids), chosen, groupings, counts, unit)


def count(known: MadeUp, query: str | None, unit: Unit) -> int:
    assert query is not None
    chosen = scope(parse(query).node, known.lake.snapshots)
    counted = {Unit.SERVICES: count_services, Unit.HOSTS: count_hosts}[unit]
    return counted(known.reading(chosen.ids), chosen.node)


@EACH
@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("query", ["", "snapshot:*", "country:IT or port:80"])
def test_each_cell_counts_what_its_query_finds(
    known: MadeUp, query: str, groupings: tuple[Grouping, Grouping], unit: Unit
) -> None:
    table = table_of(known, query, groupings, unit=unit)
    for line in (*table.rows, *table.columns):
        assert count(known, line.query, unit) == line.count, line.query
    for row in table.cells:
        for cell in row:
            assert count(known, cell.query, unit) == cell.count, cell.query


@EACH
def test_cells_add_up_to_their_lines_and_lines_to_the_total(
    known: MadeUp, groupings: tuple[Grouping, Grouping]
) -> None:
    table = table_of(known, "", groupings)
    assert table.overlap == 0
    for line, row in zip(table.rows, table.cells, strict=True):
        assert sum(cell.count for cell in row) == line.count
        assert sum(cell.expected for cell in row) == pytest.approx(line.count)
    for line, column in zip(table.columns, zip(*table.cells, strict=True), strict=True):
        assert sum(cell.count for cell in column) == line.count
    assert sum(line.count for line in table.rows) == table.total


def test_cells_are_those_of_the_rows(known: MadeUp) -> None:
    table = table_of(known, "snapshot:*", EVERY[0], (500, 500))
    naive = Counter((one.values["country"], one.values["server"]) for one in known.services)
    found = {
        (line.value, across.value): cell.count
        for line, row in zip(table.rows, table.cells, strict=True)
        for across, cell in zip(table.columns, row, strict=True)
        if cell.count
    }
    assert found == naive


@pytest.mark.parametrize(
    ("count", "expected", "sign"),
    [
        (10, 10.0, ""),
        (13, 9.0, ""),
        (15, 9.0, "+"),
        (3, 9.0, "-"),
        (21, 9.0, "++"),
        (0, 16.0, "--"),
    ],
)
def test_the_sign_says_which_way_and_how_far(count: int, expected: float, sign: str) -> None:
    assert Cell(count, expected, None).sign == sign


def test_nothing_found_has_no_lines(known: MadeUp) -> None:
    table = table_of(known, "status:299", EVERY[0])
    assert (table.total, table.rows, table.columns, table.cells) == (0, (), (), ())


def test_a_line_for_each_host_is_refused(known: MadeUp) -> None:
    by_host = (by_field(FIELDS["ip"]), by_field(FIELDS["server"]))
    with pytest.raises(BadArguments, match=r"ip has a value for each host.*take asn or country"):
        table_of(known, "", by_host)
    with pytest.raises(BadArguments, match="more than 250,000 cells: take a smaller -n"):
        table_of(known, "", EVERY[0], (1000, 251))
