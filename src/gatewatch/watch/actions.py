"""Restricts access until a day, takes it back, and lets it end: planned first, then carried out.

    plan = planned(target, place, meaning, entries, journal, now)   # changes nothing
    plan.lines()                                                     # exactly what would change
    carry_out(plan, journal)                                         # the record of what was done

All limits are checked before the first step, and the record is written before it, too. When a step
fails, `ActionHalfDone` tells the words that take the earlier ones back; when the first one fails,
nothing was done and its own error is the one. What others put on a list stays there.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gatewatch.model.errors import ActionHalfDone, ActionRefused, GatewatchError
from gatewatch.model.hostile import shown
from gatewatch.model.moment import iso
from gatewatch.watch.entries import Entry, IPNetwork, Meaning
from gatewatch.watch.journal import Journal, Record, Where
from gatewatch.watch.target import Change, Place, Step, Target

__all__ = ["Plan", "carry_out", "planned", "planned_undo", "undo"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done to one list."""

    where: Where
    change: Change
    before: Mapping[IPNetwork, Entry]
    """What is on the list because of us."""
    steps: Sequence[Step]

    def lines(self) -> Iterator[str]:
        """What would change, one network a line, then the steps."""
        for network in self.change.added:
            yield f"+ {_told(network, self.change.wanted[network])}"
        for network in sorted(self.change.renewed, key=str):
            yield f"~ {_told(network, self.change.wanted[network])}"
        for network in self.change.removed:
            yield f"- {_told(network, self.before.get(network))}"
        for number, step in enumerate(self.steps, 1):
            yield f"{number}. {step.says}"


def planned(
    target: Target,
    place: Place,
    meaning: Meaning,
    entries: Sequence[Entry],
    journal: Journal,
    now: int,
) -> Plan:
    """Puts `entries` on the list and lets go of what is over.

    Raises ActionRefused when they are more than the target holds or it cannot take one, and what
    `Place.held` raises.
    """
    where = Where(target.NAME, meaning, place.name)
    before, held = journal.standing(where), place.held()
    wanted = _still_wanted(held, before, now)
    for entry in entries:
        if why := target.unfit(entry, now):
            what = f"it cannot hold {entry.network}: {why}"
            raise ActionRefused(where=place.name, what=what, mend="leave it out or change its end")
        known = wanted.get(entry.network)
        # What somebody else put there without an end is not given one by us.
        if entry.network in wanted and known is None:
            continue
        if known is None or entry.until > known.until:
            wanted[entry.network] = entry
    _require_room(target, place, meaning, wanted)
    return _plan(where, place, held, wanted, before, now)


def planned_undo(place: Place, record: Record, journal: Journal, now: int) -> Plan:
    """Makes the list what it would be if this action had never been; what is over stays away."""
    before, held = journal.standing(record.where), place.held()
    after = journal.standing(record.where, without=record.id)
    wanted = _still_wanted(held, before, now)
    for network in before.keys() - after.keys():
        wanted.pop(network, None)
    wanted |= {network: entry for network, entry in after.items() if entry.until > now}
    return _plan(record.where, place, held, wanted, before, now)


def carry_out(plan: Plan, journal: Journal, now: int) -> Record:
    """Does the steps; raises ActionHalfDone, or the first step's own error."""
    put = [
        entry
        for network in [*plan.change.added, *sorted(plan.change.renewed, key=str)]
        if (entry := plan.change.wanted[network]) is not None
    ]
    # What somebody removed there by hand is over for us as well.
    gone = [entry for network, entry in plan.before.items() if network not in plan.change.wanted]
    record = journal.begin(plan.where, now, put, gone, len(plan.steps))
    _do(plan, journal, record)
    return journal.advance(record, "done", len(plan.steps))


def undo(plan: Plan, journal: Journal, record: Record) -> Record:
    """Does the steps of `planned_undo`; raises ActionHalfDone, or the first step's own error."""
    _do(plan, journal, record)
    return journal.advance(record, "undone", record.done)


def _do(plan: Plan, journal: Journal, record: Record) -> None:
    for done, step in enumerate(plan.steps):
        try:
            step.do()
        except GatewatchError as error:
            if record.state == "begun":
                journal.advance(record, "half-done" if done else "undone", done)
            if done == 0:
                raise
            raise ActionHalfDone(
                where=plan.where.place,
                done=done,
                steps=len(plan.steps),
                what=shown(error, 200),
                undo=f"gatewatch watch actions undo {record.id}",
            ) from error


def _still_wanted(
    held: frozenset[IPNetwork], ours: Mapping[IPNetwork, Entry], now: int
) -> dict[IPNetwork, Entry | None]:
    return {
        network: ours.get(network)
        for network in held
        if network not in ours or ours[network].until > now
    }


def _require_room(
    target: Target, place: Place, meaning: Meaning, wanted: Mapping[IPNetwork, Entry | None]
) -> None:
    limit = target.limit(meaning)
    families = Counter(network.version if limit.apart else 0 for network in wanted)
    most = max(families.values(), default=0)
    if most > limit.entries:
        raise ActionRefused(
            where=place.name,
            what=f"the list would hold {most:,} entries, and {limit.because}",
            mend=f"give {limit.entries:,} at most, those at risk first, or another target",
        )


def _plan(
    where: Where,
    place: Place,
    held: frozenset[IPNetwork],
    wanted: Mapping[IPNetwork, Entry | None],
    before: Mapping[IPNetwork, Entry],
    now: int,
) -> Plan:
    renewed = frozenset(
        network
        for network, entry in wanted.items()
        if entry is not None and network in held and before.get(network) != entry
    )
    change = Change(held, wanted, renewed, now)
    steps = () if change.is_nothing else place.steps(change)
    return Plan(where, change, before, steps)


def _told(network: IPNetwork, entry: Entry | None) -> str:
    if entry is None:
        return str(network)
    words = [str(network), f"until {iso(entry.until)}"]
    if entry.case:
        words.append(f"case {entry.case}")
    if entry.reason:
        words.append(f"({shown(entry.reason, 80)})")
    return "  ".join(words)
