"""Anomalies as a table: a sentence each."""

from collections.abc import Sequence

from gatewatch.model.table import QUERY, Look, Table
from gatewatch.report.anomaly.finding import FDR, Anomaly, Kind
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import counted

__all__ = ["for_people", "for_programs"]

_TITLES = {
    Kind.RARE: "Kinds of device that hardly exist",
    Kind.REPRESENTED: "Far more, or less, common here than elsewhere",
    Kind.NEW: "New in the newest snapshot",
    Kind.BROKEN: "Networks whose exposure broke",
}
_TESTED = {Kind.REPRESENTED, Kind.NEW, Kind.BROKEN}


def for_people(
    found: Sequence[Anomaly], basis: Basis, most: int, *, queries: Look = Look.SPARE
) -> list[Table]:
    """A table for each kind that has findings, `most` rows in each."""
    kinds = [kind for kind in Kind if any(one.kind is kind for one in found)]
    return [
        _of_kind(kind, [one for one in found if one.kind is kind], basis, most, queries)
        for kind in kinds
    ]


def for_programs(found: Sequence[Anomaly]) -> Table:
    """A row for each finding, with the numbers of its kind beside each other."""
    names = dict.fromkeys(name for one in found for name in one.numbers)
    columns = ("kind", "sentence", "verdict", "evidence", "services", *names, QUERY)
    rows = [
        (one.kind, one.sentence, one.verdict, "; ".join(one.evidence) or None, one.count,
         *(one.numbers.get(name) for name in names), one.query)
        for one in found
    ]  # fmt: skip
    return Table(columns, rows)


def _of_kind(kind: Kind, found: Sequence[Anomaly], basis: Basis, most: int, queries: Look) -> Table:
    notes = [f"{counted(len(found), 'finding')}" + ("" if len(found) <= most else
             f", the {most:,} oddest are shown (-n {len(found)} for all)") + "."]  # fmt: skip
    if kind in _TESTED:
        notes.append(f"Of findings like these {FDR:.0%} are chance (Benjamini-Hochberg).")
    return Table(
        columns=("services", "what is odd", QUERY),
        rows=[(one.count, one.sentence, one.query) for one in found[:most]],
        title=_TITLES[kind],
        aside=basis.aside(),
        notes=[*notes, *basis.notes()],
        looks={"services": Look.COUNT, "what is odd": Look.PROSE, QUERY: queries},
        queries={"services": QUERY},
    )
