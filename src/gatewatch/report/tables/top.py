"""The report on one field as a table."""

from collections.abc import Iterator, Sequence

from gatewatch.model.language import ENGLISH, Language, Words
from gatewatch.model.table import BUCKET, QUERY, Bars, Look, RowKind, Table, Value
from gatewatch.report.counting import Unit
from gatewatch.report.sampling import asked_in, count_estimate, sampled_share
from gatewatch.report.tables.basis import Basis
from gatewatch.report.top import Bucket, Report
from gatewatch.report.wording import headings, title_by, unit_word

__all__ = ["for_people", "for_programs", "unit_note"]

_BEHIND = "behind"
"""The column with the query of each row, also where it is too long to be read."""


def for_people(
    report: Report, basis: Basis, *, queries: Look = Look.SPARE, risk: Sequence[int] = ()
) -> Table:
    """Rank, value, count, share and running share; a sample's counts are estimates.

    `risk`: how many of each row are at high risk, where that is wanted.
    """
    name, unit = report.grouping.name, str(report.unit)
    language = basis.language
    sampled = sampled_share(report.snapshots)
    figures = [unit, *(("low", "high") if sampled < 1 else ())]
    risky = ["at high risk"] if risk else []
    rows = [
        (rank, label, *_figures(report, one, sampled), _share(report, one), running,
         *([risk[place] / one.count] if risk else []), kind, one.query,
         # What the rest is not, value by value, is for following, not for reading.
         None if kind is RowKind.OTHER else one.query)
        for place, (kind, rank, label, one, running) in enumerate(_labelled(report, language))
    ]  # fmt: skip
    return Table(
        columns=("rank", name, *figures, "share", "running", *risky, BUCKET, _BEHIND, QUERY),
        rows=rows,
        title=title_by(unit, name, report.query, language),
        aside=basis.aside(),
        notes=[unit_note(report, language), *basis.notes(report.grouping.fields)],
        chart=Bars(name, unit, *figures[1:]),
        looks={
            "rank": Look.NUMBER,
            **dict.fromkeys(figures, Look.COUNT),
            "share": Look.SHARE,
            "running": Look.SHARE,
            "at high risk": Look.SHARE,
            _BEHIND: Look.DATA,
            QUERY: queries,
        },
        queries={unit: _BEHIND},
        headings={
            **headings(language),
            "running": language.phrase("so far"),
            "at high risk": language.phrase("at high risk"),
        },
    )


def for_programs(reports: Sequence[Report], risks: Sequence[Sequence[int]] = ()) -> Table:
    """A row for each part of each report; `risks` as in `for_people`, for each of them."""
    unit, sampled = str(reports[0].unit), sampled_share(reports[0].snapshots)
    figures = [unit, *(("low", "high", "seen") if sampled < 1 else ())]
    if not risks:
        columns = ("field", BUCKET, "rank", "value", *figures, "share", QUERY)
        return Table(columns, [row for report in reports for row in _rows(report, sampled)])
    columns = ("field", BUCKET, "rank", "value", *figures, "share", "high_risk_share", QUERY)
    rows = [
        (*row[:-1], high / one.count, row[-1])
        for report, risk in zip(reports, risks, strict=True)
        for row, one, high in zip(_rows(report, sampled), report.rows, risk, strict=True)
    ]
    return Table(columns, rows)


def unit_note(report: Report, language: Language = ENGLISH) -> Words:
    """What is counted, of how many, and whether rows overlap."""
    total = _total(report, language)
    unit = unit_word(str(report.unit), language)
    if report.overlap:
        return language.phrase(
            "Unit {unit}, total {total}, which shares are of; rows overlap: they add up to {n} "
            "more.",
            unit=unit,
            total=total,
            n=report.overlap,
        )
    return language.phrase(
        "Unit {unit}, total {total}, which shares are of; each is in one row.",
        unit=unit,
        total=total,
    )


def _total(report: Report, language: Language) -> Words:
    sampled = sampled_share(report.snapshots)
    if sampled < 1:
        whole = count_estimate(report.total, asked_in(report.snapshots), sampled)
        value, low, high = map(round, whole)
        return language.phrase("about {n} ({low} to {high})", n=value, low=low, high=high)
    told = report.hosts if report.unit is Unit.SERVICES else None
    if not told:
        return language.number(report.total)
    return language.plural("{total} on {n} host", "{total} on {n} hosts", told, total=report.total)


def _labelled(
    report: Report, language: Language = ENGLISH
) -> Iterator[tuple[RowKind, int | None, Value, Bucket, float | None]]:
    running = 0.0
    for rank, one in enumerate(report.buckets, 1):
        running += one.share
        yield RowKind.VALUE, rank, one.value, one, None if report.overlap else running
    if report.other:
        label = language.plural("other ({n} value)", "other ({n} values)", report.other_values)
        yield RowKind.OTHER, None, label, report.other, None
    if report.missing:
        label = language.phrase("no {field}", field=report.grouping.name)
        yield RowKind.MISSING, None, label, report.missing, None


def _figures(report: Report, one: Bucket, sampled: float) -> tuple[Value, ...]:
    if sampled == 1:
        return (one.count,)
    estimate = count_estimate(one.count, asked_in(report.snapshots), sampled)
    return tuple(map(round, estimate))


def _rows(report: Report, sampled: float) -> Iterator[tuple[Value, ...]]:
    name = report.grouping.name
    for kind, rank, _, one, _ in _labelled(report):
        figures = _figures(report, one, sampled)
        if sampled < 1:
            figures = (*figures, one.count)
        yield name, kind, rank, one.value, *figures, _share(report, one), one.query


def _share(report: Report, one: Bucket) -> float | None:
    """Of the total; not of the rest of values that overlap, where a service counts repeatedly."""
    return None if one is report.other and report.grouping.overlaps else one.share
