"""Two snapshots side by side, from their names to tables: for commands and pages alike."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import Home
from gatewatch.model.language import ENGLISH, Language
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Table
from gatewatch.query.nodes import Node, conditions
from gatewatch.report.coverage import addresses_change, change, ports_seen
from gatewatch.report.diff import changes, flows, summary
from gatewatch.report.groupings import Grouping
from gatewatch.report.tables import diff as tables
from gatewatch.report.tables.basis import Basis
from gatewatch.store.lake import Lake

__all__ = ["Differences", "differences", "flow_table", "two_snapshots"]


class Differences(NamedTuple):
    """What is not as it was."""

    tables: Sequence[Table]
    """The sums, then service by service, whose rows are read as they are asked for."""
    total: int
    """So many services differ."""


def two_snapshots(lake: Lake, names: Sequence[str], node: Node) -> list[SnapshotInfo]:
    """The snapshots called so; raises SnapshotUnknown, and BadArguments when they are one."""
    infos = [lake.snapshot(name) for name in names]
    if infos[0].id == infos[1].id:
        raise BadArguments(
            where="diff",
            what=f"both sides are snapshot {infos[0].id}",
            mend='"gatewatch snapshot list" shows all',
        )
    if any(one.field.home is Home.SNAPSHOT for one in conditions(node)):
        raise BadArguments(
            where="diff",
            what="the query names a snapshot, and the two sides do so already",
            mend="take snapshot: out of it",
        )
    return infos


@contextmanager
def differences(
    lake: Lake,
    infos: Sequence[SnapshotInfo],
    node: Node,
    limit: int,
    language: Language = ENGLISH,
) -> Iterator[Differences]:
    """The sums and the first `limit` services (0: all), to be read within the with-block."""
    before, after = (info.id for info in infos)
    with lake.reading([before, after]) as con:
        found = summary(con, before, after, node)
        broken = addresses_change(infos[0], infos[1], language)
        broken = broken or change(infos[0], infos[1], ports_seen(con), language)
        basis = Basis(infos, lake.manifest.catalogue, time.time(), language)
        told = [tables.summed_up(found, (before, after), broken, basis)]
        total = sum(found.fates.values())
        if total:
            told.append(tables.listed(changes(con, before, after, node), limit, total, basis))
        yield Differences(told, total)


def flow_table(
    lake: Lake,
    infos: Sequence[SnapshotInfo],
    node: Node,
    grouping: Grouping,
    most: int,
    language: Language = ENGLISH,
) -> Table:
    """What became of the services with each value; `most` rows, 0: all."""
    before, after = (info.id for info in infos)
    with lake.reading([before, after]) as con:
        found = flows(con, before, after, node, grouping)
    basis = Basis(infos, lake.manifest.catalogue, time.time(), language)
    return tables.by_value(found, grouping, most or len(found), basis)
