"""A diff as tables: how many met which fate, then each service, or each value."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from gatewatch.model.address import Network
from gatewatch.model.fields import FIELDS
from gatewatch.model.hostile import shown
from gatewatch.model.table import QUERY, Look, Table, Value
from gatewatch.query.nodes import Condition, all_of
from gatewatch.query.printing import printed
from gatewatch.report.diff import Change, Fate, Flow, Summary
from gatewatch.report.groupings import Grouping
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import counted, cut

__all__ = ["by_value", "listed", "rows_of", "summed_up"]

# What people are told in words; of what else changed they read the name.
_SAID = ("vendor", "model", "firmware", "software", "software.version", "server", "status", "realm")
_MOST_SAID, _LONGEST = 3, 40


def summed_up(found: Summary, names: tuple[str, str], broken: str, basis: Basis) -> Table:
    """How many came, went, changed, and in which fields."""
    fates = [(str(fate), found.fates[fate]) for fate in Fate]
    rows = [*fates, ("same", found.same)]
    rows += [(f"changed: {name}", n) for name, n in found.fields.most_common()]
    total = sum(n for _, n in [*fates, ("same", found.same)])
    notes = ["Unit services (an address with a port); shares are of those seen in either snapshot."]
    if broken:
        notes.append(f"Coverage changed ({broken}): what is new or gone may be that of coverage.")
    return Table(
        columns=("what", "services", "share"),
        rows=[(what, n, n / total if total else None) for what, n in rows],
        title=f"From {names[0]} to {names[1]}",
        aside=basis.aside(),
        notes=[*notes, *basis.notes()],
        looks={"services": Look.COUNT, "share": Look.SHARE},
    )


def listed(found: Iterable[Change], limit: int, total: int, basis: Basis) -> Table:
    """The first `limit` services that are not as they were; 0: all."""
    rows = ((one.fate, str(one.ip), one.port, _words(one), _query(one)) for one in found)
    notes = []
    if limit and total > limit:
        notes = [f"{limit:,} of {counted(total, 'service')} shown, --limit 0 for all."]
    return Table(
        columns=("change", "ip", "port", "what", QUERY),
        rows=islice(rows, limit or None),
        title="Service by service",
        aside=basis.aside(),
        notes=notes,
        looks={"what": Look.PROSE, QUERY: Look.DATA},
    )


def by_value(found: Sequence[Flow], grouping: Grouping, most: int, basis: Basis) -> Table:
    """What became of the services with each value."""
    shown_ = found[:most]
    rest = f"; {len(found) - most:,} more values are left out" if len(found) > most else ""
    return Table(
        columns=(grouping.name, *Flow._fields[1:]),
        rows=[(f"no {grouping.name}" if one.value is None else one.value, *one[1:])
              for one in shown_],
        title=f"What became of each {grouping.name}",
        aside=basis.aside(),
        notes=[
            "before - gone - left + joined + new = after: left and joined are services that both "
            f"snapshots saw, with another value{rest}."
        ],
        looks=dict.fromkeys(Flow._fields[1:], Look.COUNT),
    )  # fmt: skip


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


def _words(one: Change) -> str | None:
    if one.fate is not Fate.CHANGED:
        return None
    said = [name for name in _SAID if name in one.fields][:_MOST_SAID]
    words = [f"{name} {_word(was)} became {_word(now)}"
             for name, (was, now) in ((name, one.fields[name]) for name in said)]  # fmt: skip
    others = [name for name in one.fields if name not in said]
    if others:
        words.append(f"also {', '.join(others)}" if words else ", ".join(others))
    return "; ".join(words) or "its bytes alone"


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
