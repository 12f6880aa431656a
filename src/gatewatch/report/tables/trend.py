"""A trend as tables: all through time, each value's fate, and each value through time."""

from collections.abc import Iterator

from gatewatch.model.moment import day_of
from gatewatch.model.table import QUERY, Lines, Look, Table, Value
from gatewatch.report.sampling import asked_in, count_estimate
from gatewatch.report.tables.basis import Basis
from gatewatch.report.tables.top import title_of
from gatewatch.report.trend import Series, Trend

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
        (info.id, *_figures(trend, trend.total, place), _change(trend, trend.total, place),
         trend.breaks[place] or None, trend.total.queries[place])
        for place, info in enumerate(trend.snapshots)
    ]  # fmt: skip
    broken = [info.id for info, said in zip(trend.snapshots, trend.breaks, strict=True) if said]
    notes = [f"Unit {unit}; every snapshot counted by itself."]
    if broken:
        notes.append(
            f"Coverage changed at {', '.join(broken)}: counts before and after are not compared, "
            "a fall there is none."
        )
    return Table(
        columns=("snapshot", unit, "low", "high", "change", "coverage", QUERY),
        rows=rows,
        title=title_of(unit, "snapshot", trend.query),
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
        headings={"low": "at least", "high": "at most", "coverage": "changed in coverage"},
    )


def _fates(trend: Trend, basis: Basis) -> Table:
    assert trend.grouping is not None
    name, last = trend.grouping.name, trend.snapshots[-1].id
    rows = []
    for one in trend.series:
        if one.first is not None and one.last is not None:
            first_seen, last_seen = (trend.snapshots[place].id for place in (one.first, one.last))
            rows.append(
                (_label(one, name), first_seen, last_seen, _estimate(trend, one, one.first),
                 _estimate(trend, one, len(one.counts) - 1), one.queries[one.last])
            )  # fmt: skip
    return Table(
        columns=(name, "first seen", "last seen", "at first", "now", QUERY),
        rows=rows,
        title=f"First and last seen, by {name}",
        aside=basis.aside(),
        notes=[f"Now is {last}. What was seen in the first snapshot may be older."],
        looks={"at first": Look.COUNT, "now": Look.COUNT, QUERY: Look.SPARE},
    )


def _values(trend: Trend, basis: Basis) -> Table:
    assert trend.grouping is not None
    name, unit = trend.grouping.name, str(trend.unit)
    rows = [
        (_label(one, name), info.id, *_figures(trend, one, place), _change(trend, one, place),
         trend.breaks[place] or None, one.queries[place])
        for one in trend.series
        for place, info in enumerate(trend.snapshots)
    ]  # fmt: skip
    return Table(
        columns=(name, "snapshot", unit, "low", "high", "change", "coverage", QUERY),
        rows=rows,
        title=title_of(unit, f"{name} and snapshot", trend.query),
        aside=basis.aside(),
        chart=Lines("snapshot", unit, series=name, low="low", high="high", broken="coverage"),
        looks={
            **_interval_looks(trend),
            unit: Look.COUNT,
            "change": Look.WHOLE,
            "coverage": Look.DATA,
            QUERY: Look.SPARE,
        },
        headings={"low": "at least", "high": "at most"},
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


def _change(trend: Trend, line: Series, place: int) -> str | None:
    """Against the snapshot before, where both may be compared."""
    if place == 0 or trend.breaks[place]:
        return None
    before, now = _estimate(trend, line, place - 1), _estimate(trend, line, place)
    if before == now:
        return "same"
    share = f" ({(now - before) / before:+.1%})" if before else ""
    return f"{now - before:+,}{share}"


def _label(line: Series, name: str) -> Value:
    return f"no {name}" if line.value is None else line.value
