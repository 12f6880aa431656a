"""A diff as tables: how many met which fate, then each service, or each value."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from gatewatch.model.address import Network
from gatewatch.model.fields import FIELDS
from gatewatch.model.hostile import shown
from gatewatch.model.language import Language, Words
from gatewatch.model.table import QUERY, Look, Table, Value
from gatewatch.query.nodes import Condition, all_of
from gatewatch.query.printing import printed
from gatewatch.report.diff import Change, Fate, Flow, Summary
from gatewatch.report.groupings import Grouping
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import cut, headings

__all__ = ["by_value", "listed", "rows_of", "summed_up"]

# What people are told in words; of what else changed they read the name.
_SAID = ("vendor", "model", "firmware", "software", "software.version", "server", "status", "realm")
_MOST_SAID, _LONGEST = 3, 40


def summed_up(found: Summary, names: tuple[str, str], broken: str, basis: Basis) -> Table:
    """How many came, went, changed, and in which fields."""
    language = basis.language
    fates = [(_fate(fate, language), found.fates[fate]) for fate in Fate]
    rows = [*fates, (language.phrase("same"), found.same)]
    rows += [
        (language.phrase("changed: {field}", field=name), n)
        for name, n in found.fields.most_common()
    ]
    total = sum(found.fates[fate] for fate in Fate) + found.same
    notes = [
        language.phrase(
            "Unit services (an address with a port); shares are of those seen in either snapshot."
        )
    ]
    if broken:
        notes.append(
            language.phrase(
                "Coverage changed ({what}): what is new or gone may be that of coverage.",
                what=broken,
            )
        )
    return Table(
        columns=("what", "services", "share"),
        rows=[(what, n, n / total if total else None) for what, n in rows],
        title=language.phrase("From {first} to {second}", first=names[0], second=names[1]),
        aside=basis.aside(),
        notes=[*notes, *basis.notes(estimates=False)],
        looks={"services": Look.COUNT, "share": Look.SHARE},
        headings={**headings(language), "what": language.phrase("what")},
    )


def _fate(fate: Fate, language: Language) -> Words:
    return {
        Fate.NEW: language.phrase("new"),
        Fate.GONE: language.phrase("gone"),
        Fate.CHANGED: language.phrase("changed"),
    }[fate]


def listed(found: Iterable[Change], limit: int, total: int, basis: Basis) -> Table:
    """The first `limit` services that are not as they were; 0: all."""
    language = basis.language
    rows = (
        (_fate(one.fate, language), str(one.ip), one.port, _words(one, language), _query(one))
        for one in found
    )
    notes = []
    if limit and total > limit:
        notes = [
            language.phrase(
                "{limit} of {total} services shown, --limit 0 for all.", limit=limit, total=total
            )
        ]
    return Table(
        columns=("change", "ip", "port", "what", QUERY),
        rows=islice(rows, limit or None),
        title=language.phrase("Service by service"),
        aside=basis.aside(),
        notes=notes,
        looks={"what": Look.PROSE, QUERY: Look.DATA},
        headings={**headings(language), "what": language.phrase("what")},
    )


def by_value(found: Sequence[Flow], grouping: Grouping, most: int, basis: Basis) -> Table:
    """What became of the services with each value."""
    shown_ = found[:most]
    language = basis.language
    missing = language.phrase("no {field}", field=grouping.name)
    notes = [
        language.phrase(
            "before - gone - left + joined + new = after: left and joined are services that both "
            "snapshots saw, with another value."
        )
    ]
    if len(found) > most:
        rest = len(found) - most
        more = language.plural("{n} more value is left out", "{n} more values are left out", rest)
        notes.append(Words(f"{more}."))
    return Table(
        columns=(grouping.name, *Flow._fields[1:]),
        rows=[(missing if one.value is None else one.value, *one[1:]) for one in shown_],
        title=language.phrase("What became of each {field}", field=grouping.name),
        aside=basis.aside(),
        notes=[*notes, *basis.sampling(estimates=False)],
        looks=dict.fromkeys(Flow._fields[1:], Look.COUNT),
    )


def rows_of(found: Iterable[Change], limit: int) -> Table:
    """For programs: a row for each service that is not as it was."""

    def rows() -> Iterator[tuple[Value, ...]]:
        for one in islice(found, limit or None):
            told = [
                f"{name}: {_word(was)} became {_word(now)}"
                for name, (was, now) in one.fields.items()
            ]
            yield one.fate, str(one.ip), one.port, list(one.fields), told, _query(one)

    return Table(("change", "ip", "port", "fields", "what", QUERY), rows())


def _words(one: Change, language: Language) -> Words | None:
    if one.fate is not Fate.CHANGED:
        return None
    said = [name for name in _SAID if name in one.fields][:_MOST_SAID]
    words = [
        language.phrase(
            "{field} {before} became {after}", field=name, before=_word(was), after=_word(now)
        )
        for name, (was, now) in ((name, one.fields[name]) for name in said)
    ]
    others = [name for name in one.fields if name not in said]
    if others:
        listed_ = Words(", ".join(others))
        also = language.phrase("also {fields}", fields=listed_) if words else listed_
        words.append(also)
    return Words("; ".join(words)) if words else language.phrase("its bytes alone")


def _word(value: Value) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str | int | float) else ", ".join(value)
    return cut(shown(text), _LONGEST)


def _query(one: Change) -> str:
    place = Network(one.ip, one.ip)
    return printed(
        all_of([Condition(FIELDS["ip"], "=", place), Condition(FIELDS["port"], "=", one.port)])
    )
