"""Survival as a table: how many are still as they were after so many days."""

from gatewatch.model.table import Look, Table
from gatewatch.report.survival import Survival
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import counted, per_cent

__all__ = ["for_people", "for_programs"]

_COLUMNS = ("days", "at risk", "ended", "still", "low", "high")


def for_people(found: Survival, basis: Basis) -> Table:
    """The steps of the curve, with what they can and cannot say."""
    half = found.median
    said = f"half of them after {half:,.0f} days" if half is not None else "fewer than half so far"
    base = f"{counted(found.hosts, 'host')} with a stable address"
    share = per_cent(found.ended / found.hosts) if found.hosts else "none"
    return Table(
        columns=_COLUMNS,
        rows=_rows(found),
        title=f"How long hosts stay as they are: {found.query}",
        aside=basis.aside(),
        notes=[
            f"Of {base} {found.ended:,} ({share}) no longer satisfy the query, {said} "
            "(Kaplan-Meier; the interval is of 95 %).",
            f"{counted(found.unstable, 'host')} left out: the address showed two devices, or none "
            "that is known, so it may have changed hands.",
            "A host that is not seen again is not counted as mended. When it began is not known "
            "for those of the first snapshot, and an end lies somewhere between two snapshots, so "
            "true times are longer at one end and shorter at the other.",
            *basis.notes(),
        ],
        looks={
            "days": Look.COUNT,
            "at risk": Look.COUNT,
            "ended": Look.COUNT,
            **dict.fromkeys(("still", "low", "high"), Look.SHARE),
        },
        headings={"low": "at least", "high": "at most"},
    )


def for_programs(found: Survival) -> Table:
    """A row for each step."""
    return Table([name.replace(" ", "_") for name in _COLUMNS], _rows(found))


def _rows(found: Survival) -> list[tuple[float | int, ...]]:
    start = (0.0, found.hosts, 0, 1.0, 1.0, 1.0)
    return [start, *((round(step.days, 3), *step[1:]) for step in found.steps)]
