"""A comparison as a table."""

from gatewatch.model.language import Language, Words
from gatewatch.model.table import Look, Table, Value
from gatewatch.report.compare import Comparison, Pair
from gatewatch.report.sampling import asked_in, count_estimate, sampled_share
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import cut, title_by, unit_word

__all__ = ["for_people", "for_programs"]

_COLUMNS = ("before", "after", "difference", "ratio", "share_before", "share_after", "fate",
            "query_before", "query_after")  # fmt: skip
_HEADING = 24


def for_people(found: Comparison, basis: Basis) -> Table:
    """Those that differ most first."""
    name, language = found.grouping.name, basis.language
    first, second = (cut(side, _HEADING) for side in found.names)
    sides = language.phrase("{first} and {second}", first=found.names[0], second=found.names[1])
    notes = [_unit_note(found, language)]
    if found.break_:
        notes.append(
            language.phrase(
                "Coverage changed ({what}): a difference may be that of coverage.",
                what=found.break_,
            )
        )
    missing = language.phrase("no {field}", field=name)
    return Table(
        columns=(name, *_COLUMNS),
        rows=[_row(found, pair, missing, language) for pair in found.pairs],
        title=title_by(str(found.unit), name, sides, language),
        aside=basis.aside(),
        notes=[*notes, *basis.notes(found.grouping.fields)],
        looks={
            **dict.fromkeys(("before", "after", "difference"), Look.COUNT),
            "ratio": Look.WHOLE,
            **dict.fromkeys(("share_before", "share_after"), Look.SHARE),
            **dict.fromkeys(("query_before", "query_after"), Look.DATA),
        },
        headings={
            "before": first, "after": second, "fate": "",
            "difference": language.phrase("difference"), "ratio": language.phrase("ratio"),
            "share_before": language.phrase("share"), "share_after": language.phrase("share"),
        },
        queries={"before": "query_before", "after": "query_after"},
    )  # fmt: skip


def _unit_note(found: Comparison, language: Language) -> Words:
    rest = found.values - sum(pair.value is not None for pair in found.pairs)
    said = language.phrase(
        "Unit {unit}, totals {before} and {after}, which the shares are of; those that differ most "
        "come first",
        unit=unit_word(str(found.unit), language),
        before=_whole(found, 0, found.totals[0]),
        after=_whole(found, 1, found.totals[1]),
    )
    if rest <= 0:
        return Words(f"{said}.")
    more = language.plural("{n} more value is left out", "{n} more values are left out", rest)
    return Words(f"{said}, {more}.")


def for_programs(found: Comparison) -> Table:
    """A row for each value; counts of samples are estimates."""
    columns = ("field", "value", *_COLUMNS)
    name = found.grouping.name
    return Table(columns, [(name, *_row(found, pair)) for pair in found.pairs])


def _row(
    found: Comparison, pair: Pair, missing: str | None = None, language: Language | None = None
) -> tuple[Value, ...]:
    """Its cells; without a language they are for programs."""
    before, after = _whole(found, 0, pair.before), _whole(found, 1, pair.after)
    ratio: Value = after / before if before else None
    fate: str | None = pair.fate or None
    if language is not None:
        ratio = Words(f"x {language.number(after / before, 2)}") if before else None
        fate = {"came": language.phrase("came"), "went": language.phrase("went")}.get(pair.fate)
    counts = zip((pair.before, pair.after), found.totals, strict=True)
    shares = [count / total if total else None for count, total in counts]
    label = missing if pair.value is None else pair.value
    return label, before, after, after - before, ratio, *shares, fate, *pair.queries


def _whole(found: Comparison, side: int, count: int) -> int:
    infos = found.scopes[side].infos
    return round(count_estimate(count, asked_in(infos), sampled_share(infos)).value)
