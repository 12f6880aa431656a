"""The column of risk counts what a query for high risk finds in each row."""

import pytest
from tests.query.made_up import MadeUp
from tests.report.test_top import count, report_of

from gatewatch.model.fields import FIELDS
from gatewatch.query.parser import parse
from gatewatch.query.scope import scope
from gatewatch.report.counting import Unit
from gatewatch.report.groupings import PRODUCTS, Grouping, by_field
from gatewatch.report.risk import at_high_risk


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("grouping", [by_field(FIELDS["server"]), by_field(FIELDS["country"])])
def test_each_row_has_those_of_it_that_are_at_high_risk(
    known: MadeUp, grouping: Grouping, unit: Unit
) -> None:
    report = report_of(known, "port:7547", grouping, 3, unit)
    chosen = scope(parse("port:7547").node, known.lake.snapshots)
    found = at_high_risk(known.reading(chosen.ids), chosen, report)
    high = "(risk.band=critical or risk.band=high)"
    for one, n in zip(report.rows, found, strict=True):
        if unit is Unit.SERVICES or one is not report.other:
            assert n == count(known, f"{one.query} {high}", unit)


def test_products_add_up(known: MadeUp) -> None:
    report = report_of(known, "", PRODUCTS, 5)
    chosen = scope(parse("").node, known.lake.snapshots)
    found = at_high_risk(known.reading(chosen.ids), chosen, report)
    assert sum(found) == count(known, "risk.band=critical or risk.band=high")
