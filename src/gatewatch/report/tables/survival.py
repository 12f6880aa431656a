"""Survival as a table: how many are still as they were after so many days."""

from collections.abc import Iterator

from gatewatch.model.language import Language
from gatewatch.model.table import Look, Table
from gatewatch.report.survival import Survival
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import headings

__all__ = ["for_people", "for_programs"]

_COLUMNS = ("days", "at risk", "ended", "still", "low", "high")


def for_people(found: Survival, basis: Basis) -> Table:
    """The steps of the curve, with what they can and cannot say."""
    language = basis.language
    return Table(
        columns=_COLUMNS,
        rows=_rows(found),
        title=language.phrase("How long hosts stay as they are: {query}", query=found.query),
        aside=basis.aside(),
        notes=[*_notes(found, language), *basis.notes(estimates=False)],
        looks={
            "days": Look.COUNT,
            "at risk": Look.COUNT,
            "ended": Look.COUNT,
            **dict.fromkeys(("still", "low", "high"), Look.SHARE),
        },
        headings={
            **headings(language),
            "days": language.phrase("days"),
            "at risk": language.phrase("at risk"),
            "ended": language.phrase("ended"),
            "still": language.phrase("still"),
        },
    )


def _notes(found: Survival, language: Language) -> Iterator[str]:
    said = language.phrase("fewer than half so far")
    if found.median is not None:
        said = language.phrase("half of them after {n} days", n=round(found.median))
    share = found.ended / found.hosts if found.hosts else 0.0
    yield language.plural(
        "Of {n} host with a stable address {ended} ({share}) no longer satisfy the query, {said} "
        "(Kaplan-Meier; the interval is of 95 %).",
        "Of {n} hosts with a stable address {ended} ({share}) no longer satisfy the query, {said} "
        "(Kaplan-Meier; the interval is of 95 %).",
        found.hosts,
        ended=found.ended,
        share=language.share(share),
        said=said,
    )
    yield language.plural(
        "{n} host left out: the address showed two devices, or none that is known, so it may have "
        "changed hands.",
        "{n} hosts left out: the address showed two devices, or none that is known, so it may have "
        "changed hands.",
        found.unstable,
    )
    yield language.phrase(
        "A host that is not seen again is not counted as mended. When it began is not known for "
        "those of the first snapshot, and an end lies somewhere between two snapshots, so true "
        "times are longer at one end and shorter at the other."
    )


def for_programs(found: Survival) -> Table:
    """A row for each step."""
    return Table([name.replace(" ", "_") for name in _COLUMNS], _rows(found))


def _rows(found: Survival) -> list[tuple[float | int, ...]]:
    start = (0.0, found.hosts, 0, 1.0, 1.0, 1.0)
    return [start, *((round(step.days, 3), *step[1:]) for step in found.steps)]
