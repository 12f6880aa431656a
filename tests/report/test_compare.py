"""Two sides are counted as two reports would count them, the greatest differences first."""

import pytest
from tests.query.made_up import MadeUp
from tests.report.test_trend import count

from gatewatch.model.fields import FIELDS
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.report.compare import Comparison, Pair, compare
from gatewatch.report.counting import Unit
from gatewatch.report.groupings import PRODUCTS, Grouping, by_field

GROUPINGS = [*(by_field(FIELDS[name]) for name in ("server", "asn", "scan_time", "ip")), PRODUCTS]


def compared(known: MadeUp, first: str, second: str, grouping: Grouping, unit: Unit) -> Comparison:
    every = known.lake.snapshots
    sides = (scope(parse(first).node, every), scope(parse(second).node, every))
    ids = sorted({name for side in sides for name in side.ids})
    return compare(known.reading(ids), sides, (first, second), grouping, 9, unit)


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("grouping", GROUPINGS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("snapshot:2026-11-22", "snapshot:latest"),
        ("country:IT", "country:FR"),
        ("country:IT port:80", "snapshot:2026-11-22 country:IT"),
        ("status:299", "*"),
    ],
)
def test_each_side_counts_what_its_query_finds(
    known: MadeUp, first: str, second: str, grouping: Grouping, unit: Unit
) -> None:
    if first.startswith("snapshot"):
        first = f"snapshot:{known.lake.snapshots[0].id}"
    second = second.replace("2026-11-22", known.lake.snapshots[0].id)
    found = compared(known, first, second, grouping, unit)
    for pair in found.pairs:
        assert count(known, pair.queries[0], unit) == pair.before, pair.queries
        assert count(known, pair.queries[1], unit) == pair.after, pair.queries
    differences = [abs(pair.difference) for pair in found.pairs]
    assert differences == sorted(differences, reverse=True)
    assert found.totals == (count(known, first, unit), count(known, second, unit))


@pytest.mark.parametrize(
    ("before", "after", "ratio", "fate"),
    [(4, 2, 0.5, ""), (0, 2, None, "came"), (4, 0, 0.0, "went"), (3, 3, 1.0, "")],
)
def test_what_came_and_went_is_said(
    before: int, after: int, ratio: float | None, fate: str
) -> None:
    pair = Pair("x", before, after, ("", ""))
    assert (pair.difference, pair.ratio, pair.fate) == (after - before, ratio, fate)
