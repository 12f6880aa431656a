"""A trend as tables: all through time, each value's fate, and each value through time."""

from collections.abc import Iterator

from gatewatch.model.language import Language, Words
from gatewatch.model.moment import day_of
from gatewatch.model.table import QUERY, Lines, Look, Table, Value
from gatewatch.report.sampling import asked_in, count_estimate
from gatewatch.report.tables.basis import Basis
from gatewatch.report.trend import Series, Trend
from gatewatch.report.wording import headings, title_by, unit_word

__all__ = ["for_people", "for_programs"]


def for_people(trend: Trend, basis: Basis) -> list[Table]:
    """The total, then for a field what became of each value, then each value's counts."""
    return [
        _totals(trend, basis),
        *([_fates(trend, basis), _values(trend, basis)] if trend.series else []),
    ]


def for_programs(trend: Trend) -> Table:
    """A row for each value and snapshot; the total has no field."""
    unit = str(trend.unit)
    columns = ("field", "value", "snapshot", "day", unit, "low", "high", "break", QUERY)
    name = trend.grouping.name if trend.grouping else None
    lines = [(None, trend.total), *((name, one) for one in trend.series)]

    def rows() -> Iterator[tuple[Value, ...]]:
        for field, line in lines:
            for place, info in enumerate(trend.snapshots):
                figures = _figures(trend, line, place)
                said = trend.breaks[place] or None
                yield (
                    field,
                    line.value,
                    info.id,
                    day_of(info.last_seen),
                    *figures,
                    said,
                    line.queries[place],
                )

    return Table(columns, rows())


def _totals(trend: Trend, basis: Basis) -> Table:
    unit = str(trend.unit)
    rows = [
        (info.id, *_figures(trend, trend.total, place),
         _change(trend, trend.total, place, basis.language),
         trend.breaks[place] or None, trend.total.queries[place])
        for place, info in enumerate(trend.snapshots)
    ]  # fmt: skip
    broken = [info.id for info, said in zip(trend.snapshots, trend.breaks, strict=True) if said]
    language = basis.language
    notes = [
        language.phrase(
            "Unit {unit}; every snapshot counted by itself.", unit=unit_word(unit, language)
        )
    ]
    if broken:
        notes.append(
            language.phrase(
                "Coverage changed at {snapshots}: counts before and after are not compared, a fall "
                "there is none.",
                snapshots=", ".join(broken),
            )
        )
    return Table(
        columns=("snapshot", unit, "low", "high", "change", "coverage", QUERY),
        rows=rows,
        title=title_by(unit, language.phrase("snapshot"), trend.query, language),
        aside=basis.aside(),
        notes=[*notes, *basis.notes(trend.grouping.fields if trend.grouping else ())],
        chart=Lines("snapshot", unit, low="low", high="high", broken="coverage"),
        looks={
            **_interval_looks(trend),
            unit: Look.COUNT,
            "change": Look.WHOLE,
            "coverage": Look.PROSE if broken else Look.DATA,
            QUERY: Look.SPARE,
        },
        headings={**headings(language), "coverage": language.phrase("changed in coverage")},
    )


def _fates(trend: Trend, basis: Basis) -> Table:
    assert trend.grouping is not None
    name, last, language = trend.grouping.name, trend.snapshots[-1].id, basis.language
    rows = []
    for one in trend.series:
        if one.first is not None and one.last is not None:
            first_seen, last_seen = (trend.snapshots[place].id for place in (one.first, one.last))
            rows.append(
                (_label(one, name, language), first_seen, last_seen,
                 _estimate(trend, one, one.first), _estimate(trend, one, len(one.counts) - 1),
                 one.queries[one.last])
            )  # fmt: skip
    return Table(
        columns=(name, "first seen", "last seen", "at first", "now", QUERY),
        rows=rows,
        title=language.phrase("First and last seen, by {field}", field=name),
        aside=basis.aside(),
        notes=[
            language.phrase(
                "Now is {last}. What was seen in the first snapshot may be older.", last=last
            )
        ],
        looks={"at first": Look.COUNT, "now": Look.COUNT, QUERY: Look.SPARE},
        headings={
            **headings(language),
            "first seen": language.phrase("first seen"),
            "last seen": language.phrase("last seen"),
            "at first": language.phrase("at first"),
            "now": language.phrase("now"),
        },
    )


def _values(trend: Trend, basis: Basis) -> Table:
    assert trend.grouping is not None
    name, unit, language = trend.grouping.name, str(trend.unit), basis.language
    both = language.phrase("{first} and {second}", first=name, second=language.phrase("snapshot"))
    rows = [
        (_label(one, name, language), info.id, *_figures(trend, one, place),
         _change(trend, one, place, language),
         trend.breaks[place] or None, one.queries[place])
        for one in trend.series
        for place, info in enumerate(trend.snapshots)
    ]  # fmt: skip
    return Table(
        columns=(name, "snapshot", unit, "low", "high", "change", "coverage", QUERY),
        rows=rows,
        title=title_by(unit, both, trend.query, language),
        aside=basis.aside(),
        chart=Lines("snapshot", unit, series=name, low="low", high="high", broken="coverage"),
        looks={
            **_interval_looks(trend),
            unit: Look.COUNT,
            "change": Look.WHOLE,
            "coverage": Look.DATA,
            QUERY: Look.SPARE,
        },
        headings=headings(language),
    )


def _interval_looks(trend: Trend) -> dict[str, Look]:
    """Intervals are for samples; elsewhere they would repeat the count."""
    sampled = any(info.sampled < 1 for info in trend.snapshots)
    return dict.fromkeys(("low", "high"), Look.COUNT if sampled else Look.DATA)


def _figures(trend: Trend, line: Series, place: int) -> tuple[int, int, int]:
    info = trend.snapshots[place]
    estimate = count_estimate(line.counts[place], asked_in([info]), info.sampled)
    return round(estimate.value), round(estimate.low), round(estimate.high)


def _estimate(trend: Trend, line: Series, place: int) -> int:
    return _figures(trend, line, place)[0]


def _change(trend: Trend, line: Series, place: int, language: Language) -> Words | None:
    """Against the snapshot before, where both may be compared."""
    if place == 0 or trend.breaks[place]:
        return None
    before, now = _estimate(trend, line, place - 1), _estimate(trend, line, place)
    if before == now:
        return language.phrase("same")
    sign = "+" if now > before else "-"
    said = f"{sign}{language.number(abs(now - before))}"
    share = f" ({sign}{language.share(abs(now - before) / before)})" if before else ""
    return Words(f"{said}{share}")


def _label(line: Series, name: str, language: Language) -> Value:
    return language.phrase("no {field}", field=name) if line.value is None else line.value
