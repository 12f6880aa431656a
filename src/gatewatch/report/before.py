"""What the values of a report counted in the snapshot before.

The one before is the newest that is older. Estimates of samples are not set against each other
here: their intervals overlap, and `compare` tells more.
"""

from collections.abc import Mapping
from typing import NamedTuple

from gatewatch.model.fields import Home, Kind
from gatewatch.model.language import ENGLISH, Language
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.asking import Question
from gatewatch.query.nodes import Node, conditions
from gatewatch.query.scope import Scope
from gatewatch.report.counting import all_missing, counting, unit_read
from gatewatch.report.coverage import change, ports_seen
from gatewatch.report.top import Report, rows_counted, total_of

__all__ = ["Before", "before"]


class Before(NamedTuple):
    """The same counts of an older snapshot."""

    info: SnapshotInfo
    counts: Mapping[tuple[object, ...], int]
    """By the values of each bucket, none of them for what lacks the field; others counted none."""
    total: int
    broken: str
    """What changed in coverage since, in words; empty: nothing did."""


def before(question: Question, report: Report, language: Language = ENGLISH) -> Before | None:
    """Of the snapshot before the one in `report`; None where nothing can be set against it."""
    older = _older(question, report)
    if older is None:
        return None
    now = report.snapshots[0]
    node = question.scope.query
    looked = Scope((older,), node, node)
    with question.lake.reading([older.id]) as con:
        read = unit_read(looked, report.unit)
        rows = counting(node, [report.grouping], read)
        [names] = rows.names
        keys = [one.key for one in report.buckets]
        marks = ", ".join(f"({', '.join('?' * len(names))})" for _ in keys)
        same = " AND ".join(f"counted.{name} IS NOT DISTINCT FROM asked.{name}" for name in names)
        listed = ", ".join(names)
        asked = f"OR EXISTS (SELECT 1 FROM (VALUES {marks}) AS asked({listed}) WHERE {same})"
        found = con.execute(
            f"WITH {rows_counted(rows.text, listed, read)} "
            f"SELECT {listed}, n FROM counted WHERE {all_missing(names)} {asked if keys else ''}",
            [*rows.values, *(value for key in keys for value in key)],
        ).fetchall()
        total = total_of(con, looked, report.unit)
        ports = ports_seen(con)
    with question.lake.reading([now.id]) as con:
        ports = {**ports, **ports_seen(con)}
    counts = {tuple(values): n for *values, n in found}
    return Before(older, counts, total, change(older, now, ports, language))


def _older(question: Question, report: Report) -> SnapshotInfo | None:
    if len(report.snapshots) != 1 or _of_one_moment(question.scope.query, report):
        return None
    [now] = report.snapshots
    older = [one for one in question.lake.snapshots if one.last_seen < now.last_seen]
    if not older or now.sampled < 1:
        return None
    last = max(older, key=lambda one: one.last_seen)
    return None if last.sampled < 1 else last


def _of_one_moment(query: Node, report: Report) -> bool:
    """Whether time or snapshot is in the question: then there is no other time to ask about."""
    counted = report.grouping.asked
    if any(one.kind in (Kind.TIME, Kind.IP) for one in counted):
        return True
    asked = [*(one.field for one in conditions(query)), *counted]
    return any(one.home is Home.SNAPSHOT for one in asked)
