"""One query over several snapshots."""

from collections.abc import Sequence

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import FIELDS
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.nodes import Condition, Node, all_of
from gatewatch.query.scope import Scope

__all__ = ["looking_back", "require_several", "within"]


def looking_back(found: Scope, every: Sequence[SnapshotInfo]) -> Scope:
    """`found` over all of `every`, unless its query chose snapshots itself."""
    return found if found.node != found.query else Scope(tuple(every), found.node, found.query)


def within(snapshot: str, node: Node) -> Node:
    """What satisfies `node` in this snapshot."""
    return all_of([Condition(FIELDS["snapshot"], "=", snapshot), node])


def require_several(infos: Sequence[SnapshotInfo], what: str) -> None:
    """Raises BadArguments when there is one snapshot only, of which `what` cannot be told."""
    if len(infos) < 2:
        raise BadArguments(
            where="report",
            what=f"{what} needs two snapshots, and {infos[0].id} is the only one looked at",
            mend='import or scan once more, or choose others with snapshot:* ("gatewatch snapshot '
            'list" shows all)',
        )
