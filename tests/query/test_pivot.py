"""What a host shares, counted in services from the totals, is what its queries count."""

import pytest
from tests.query.made_up import MadeUp

from gatewatch.model.response import shown_id
from gatewatch.query.nodes import all_of
from gatewatch.query.parser import parse
from gatewatch.query.pivot import alike
from gatewatch.query.scope import scope
from gatewatch.query.search import count_services


@pytest.mark.parametrize("place", [0, -1])
def test_each_value_is_counted_in_its_snapshot(known: MadeUp, place: int) -> None:
    info = known.lake.snapshots[place]
    con = known.reading([one.id for one in known.lake.snapshots])
    numbers = con.execute(
        "SELECT DISTINCT response FROM totals WHERE snapshot = ? ORDER BY response LIMIT 5",
        [info.id],
    ).fetchall()
    found = alike(con, info.id, [shown_id(number) for (number,) in numbers])
    assert {one.field for one in found} >= {"realm", "response"}
    for one in found:
        within = all_of([parse(one.query).node, parse(f"snapshot:{info.id}").node])
        chosen = scope(within, known.lake.snapshots)
        assert one.others == count_services(known.reading(chosen.ids), chosen.node) - 1


def test_no_response_shares_nothing(known: MadeUp) -> None:
    con = known.reading([known.lake.snapshots[-1].id])
    assert alike(con, known.lake.snapshots[-1].id, []) == []
