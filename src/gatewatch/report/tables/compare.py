"""A comparison as a table."""

from gatewatch.model.table import Look, Table, Value
from gatewatch.report.compare import Comparison, Pair
from gatewatch.report.sampling import asked_in, count_estimate, sampled_share
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import cut

__all__ = ["for_people", "for_programs"]

_COLUMNS = ("before", "after", "difference", "ratio", "share_before", "share_after", "fate",
            "query_before", "query_after")  # fmt: skip
_HEADING = 24


def for_people(found: Comparison, basis: Basis) -> Table:
    """Those that differ most first."""
    name = found.grouping.name
    first, second = (cut(side, _HEADING) for side in found.names)
    rest = found.values - sum(pair.value is not None for pair in found.pairs)
    notes = [
        f"Unit {found.unit}, totals {_whole(found, 0, found.totals[0]):,} and "
        f"{_whole(found, 1, found.totals[1]):,}, which the shares are of; those that differ most "
        f"come first" + (f", {rest:,} more values are left out." if rest > 0 else ".")
    ]
    if found.break_:
        notes.append(f"Coverage changed ({found.break_}): a difference may be that of coverage.")
    return Table(
        columns=(name, *_COLUMNS),
        rows=[_row(found, pair, missing=f"no {name}") for pair in found.pairs],
        title=f"{str(found.unit).capitalize()} by {name}: {found.names[0]} and {found.names[1]}",
        aside=basis.aside(),
        notes=[*notes, *basis.notes(found.grouping.fields)],
        looks={
            **dict.fromkeys(("before", "after", "difference"), Look.COUNT),
            "ratio": Look.WHOLE,
            **dict.fromkeys(("share_before", "share_after"), Look.SHARE),
            **dict.fromkeys(("query_before", "query_after"), Look.DATA),
        },
        headings={"before": first, "after": second, "share_before": "share", "share_after": "share",
                  "fate": ""},
        queries={"before": "query_before", "after": "query_after"},
    )  # fmt: skip


def for_programs(found: Comparison) -> Table:
    """A row for each value; counts of samples are estimates."""
    columns = ("field", "value", *_COLUMNS)
    name = found.grouping.name
    return Table(columns, [(name, *_row(found, pair, exact=True)) for pair in found.pairs])


def _row(
    found: Comparison, pair: Pair, *, missing: str | None = None, exact: bool = False
) -> tuple[Value, ...]:
    before, after = _whole(found, 0, pair.before), _whole(found, 1, pair.after)
    ratio = after / before if before else None
    spoken = ratio if exact or ratio is None else f"x {ratio:,.2f}"
    counts = zip((pair.before, pair.after), found.totals, strict=True)
    shares = [count / total if total else None for count, total in counts]
    label = missing if pair.value is None else pair.value
    return label, before, after, after - before, spoken, *shares, pair.fate or None, *pair.queries


def _whole(found: Comparison, side: int, count: int) -> int:
    infos = found.scopes[side].infos
    return round(count_estimate(count, asked_in(infos), sampled_share(infos)).value)
