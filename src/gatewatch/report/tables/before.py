"""What each count was in the snapshot before, beside it."""

from dataclasses import replace

from gatewatch.model.language import Language, Words
from gatewatch.model.table import Bars, Look, Table, Value
from gatewatch.report.before import Before
from gatewatch.report.top import Report

__all__ = ["with_before"]

_COLUMNS = ("before", "change")


def with_before(table: Table, report: Report, found: Before | None, language: Language) -> Table:
    """`table`, made of `report` for people, with two columns more; as it is where `found` is None.

    A change is told as none where coverage changed: it would be that of coverage.
    """
    if found is None:
        return table
    at = table.columns.index("share")
    figures = [_figures(report, place, found, language) for place in range(len(report.rows))]
    rows = [
        (*row[:at], *more, *row[at:])
        for row, more in zip(map(tuple, table.rows), figures, strict=True)
    ]
    said = language.phrase(
        "Before is {id}, of {n} in all; the thin mark in the chart.", id=found.info.id,
        n=found.total,
    )  # fmt: skip
    notes = [*table.notes[:1], said]
    if found.broken:
        notes.append(
            language.phrase(
                "Coverage changed ({what}): a difference may be that of coverage.",
                what=found.broken,
            )
        )
    chart = table.chart
    return replace(
        table,
        columns=(*table.columns[:at], *_COLUMNS, *table.columns[at:]),
        rows=rows,
        notes=[*notes, *table.notes[1:]],
        looks={**table.looks, "before": Look.COUNT, "change": Look.WHOLE},
        headings={
            **table.headings,
            "before": language.phrase("before"),
            "change": language.phrase("change"),
        },
        chart=replace(chart, before="before") if isinstance(chart, Bars) else chart,
    )


def _figures(report: Report, place: int, found: Before, language: Language) -> tuple[Value, Value]:
    """What the row counted before, and by how much it changed; the rest is not followed."""
    one = report.rows[place]
    if one is report.other:
        return None, None
    key = one.key
    count = found.counts.get(key, 0)
    return count, _change(count, one.count, language)


def _change(count: int, now: int, language: Language) -> Words:
    difference = now - count
    sign = "+" if difference > 0 else "−" if difference < 0 else "±"
    number = language.number(abs(difference))
    if not count or not difference:
        return Words(f"{sign}{number}")
    return Words(f"{sign}{number} ({sign}{language.share(abs(difference) / count)})")
