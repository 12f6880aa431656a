"""Before and after add up, and each part is what naive counting finds."""

from collections import Counter

import pytest
from tests.query.made_up import MadeUp, holds

from gatewatch.report.network import VULNERABLE, network_node
from gatewatch.report.proof import Proof, proof


@pytest.mark.parametrize("text", ["AS64496", "192.0.2.0/24", "2001:db8::/32", "203.0.113.0/24"])
@pytest.mark.parametrize("turned", [False, True])
def test_what_became_of_the_vulnerable(known: MadeUp, text: str, *, turned: bool) -> None:
    infos = known.lake.snapshots[::-1] if turned else known.lake.snapshots
    before, after = (info.id for info in infos)
    node = network_node(text)
    sides = [
        {
            (one.ip, one.values["port"]): holds(VULNERABLE, one)
            for one in known.services
            if one.values["snapshot"] == side and holds(node, one)
        }
        for side in (before, after)
    ]
    old, new = sides
    fates = Counter((old.get(key), new.get(key)) for key in old.keys() | new.keys())
    found = proof(known.reading([info.id for info in known.lake.snapshots]), before, after, node)
    assert found == Proof(
        before,
        after,
        exposed=(len(old), len(new)),
        vulnerable=(sum(old.values()), sum(new.values())),
        still=fates[True, True],
        mended=fates[True, False],
        silent=fates[True, None],
        fresh=fates[False, True] + fates[None, True],
    )
    assert found.still + found.mended + found.silent == found.vulnerable[0]
