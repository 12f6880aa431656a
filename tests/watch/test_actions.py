"""Actions: planned, carried out, taken back, let go; what others put there stays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewatch.formats.limits import Limit
from gatewatch.model.errors import (
    ActionHalfDone,
    ActionRefused,
    ActionUnknown,
    InputUnreadable,
    TargetFailed,
)
from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.watch import actions
from gatewatch.watch.accounts import Account, Key
from gatewatch.watch.actions import carry_out, planned, planned_undo
from gatewatch.watch.entries import Entry, IPNetwork, Meaning, network_of
from gatewatch.watch.journal import Journal, Record
from gatewatch.watch.target import Change, Door, Step

NOW = parse_moment("2026-11-24T10:00:00Z")
DAY = 86_400 * SECOND
STEP_UP = Meaning.STEP_UP


@dataclass
class Shelf:
    """A target that keeps its list in memory and takes one step a network."""

    content: set[IPNetwork] = field(default_factory=set)
    most: int = 100
    fails_at: int = 99
    """So many steps work."""
    name: str = "the shelf"
    NAME: str = "shelf"
    SENTENCE: str = "A shelf."
    MEANINGS: Mapping[Meaning, str] = field(default_factory=dict)
    KEYS: tuple[Key, ...] = ()
    EXPIRES: bool = False

    def limit(self, meaning: Meaning) -> Limit:
        del meaning
        return Limit(self.most, f"a shelf holds {self.most}")

    def unfit(self, entry: Entry, now: int) -> str:
        del now
        return "too hot" if entry.network == network_of("203.0.113.99") else ""

    @contextmanager
    def opened(self, account: Account, meaning: Meaning, door: Door) -> Iterator["Shelf"]:
        del account, meaning, door
        yield self

    def held(self) -> frozenset[IPNetwork]:
        return frozenset(self.content)

    def steps(self, change: Change) -> Sequence[Step]:
        put = [Step(f"put {one}", partial(self._do, self.content.add, one)) for one in change.added]
        take = [
            Step(f"take {one}", partial(self._do, self.content.discard, one))
            for one in change.removed
        ]
        return [*put, *take]

    def _do(self, act: Callable[[IPNetwork], None], one: IPNetwork) -> None:
        if self.fails_at <= 0:
            raise TargetFailed(where="shelf", what="it fell", mend="lift it")
        self.fails_at -= 1
        act(one)

    def act(self, journal: Journal, now: int, *ends: tuple[str, int]) -> Record:
        entries = [Entry(network_of(text), end, case="c-1") for text, end in ends]
        return carry_out(planned(self, self, STEP_UP, entries, journal, now), journal, now)

    def undo(self, journal: Journal, record: Record, now: int) -> Record:
        return actions.undo(planned_undo(self, record, journal, now), journal, record)

    def shows(self) -> list[str]:
        return sorted(str(one.network_address) for one in self.content)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "watch" / "actions")


def test_a_plan_says_exactly_what_would_change_and_changes_nothing(journal: Journal) -> None:
    shelf = Shelf({network_of("203.0.113.1")})
    shelf.act(journal, NOW, ("192.0.2.1", NOW + DAY), ("192.0.2.2", NOW + 3 * DAY))
    entries = [
        Entry(network_of("192.0.2.2"), NOW + 5 * DAY),
        Entry(network_of("192.0.2.3"), NOW + DAY * 4, "c-9", "gSOAP"),
    ]
    plan = planned(shelf, shelf, STEP_UP, entries, journal, NOW + 2 * DAY)
    assert list(plan.lines()) == [
        "+ 192.0.2.3/32  until 2026-11-28T10:00:00Z  case c-9  (gSOAP)",
        "~ 192.0.2.2/32  until 2026-11-29T10:00:00Z",
        "- 192.0.2.1/32  until 2026-11-25T10:00:00Z  case c-1",
        "1. put 192.0.2.3/32",
        "2. take 192.0.2.1/32",
    ]
    assert shelf.shows() == ["192.0.2.1", "192.0.2.2", "203.0.113.1"]


def test_what_is_over_is_let_go_and_what_others_put_there_stays(journal: Journal) -> None:
    shelf = Shelf({network_of("203.0.113.1")})
    shelf.act(journal, NOW, ("192.0.2.1", NOW + DAY), ("192.0.2.2", NOW + 3 * DAY))
    shelf.act(journal, NOW + 2 * DAY)
    assert shelf.shows() == ["192.0.2.2", "203.0.113.1"]


def test_an_entry_of_somebody_else_is_not_given_an_end(journal: Journal) -> None:
    shelf = Shelf({network_of("203.0.113.1")})
    shelf.act(journal, NOW, ("203.0.113.1", NOW + DAY))
    shelf.act(journal, NOW + 2 * DAY)
    assert shelf.shows() == ["203.0.113.1"]


def test_acting_twice_changes_nothing_the_second_time(journal: Journal) -> None:
    shelf = Shelf()
    shelf.act(journal, NOW, ("192.0.2.1", NOW + DAY))
    plan = planned(
        shelf, shelf, STEP_UP, [Entry(network_of("192.0.2.1"), NOW + DAY, "c-1")], journal, NOW
    )
    assert plan.change.is_nothing
    assert list(plan.lines()) == []


def test_undo_takes_back_one_action_and_no_other(journal: Journal) -> None:
    shelf = Shelf()
    first = shelf.act(journal, NOW, ("192.0.2.1", NOW + DAY), ("192.0.2.2", NOW + DAY))
    shelf.act(journal, NOW + 1, ("192.0.2.2", NOW + 2 * DAY), ("192.0.2.3", NOW + DAY))
    assert shelf.undo(journal, first, NOW + 2).state == "undone"
    assert shelf.shows() == ["192.0.2.2", "192.0.2.3"]


def test_undoing_a_letting_go_puts_back_only_what_is_not_over(journal: Journal) -> None:
    shelf = Shelf()
    shelf.act(journal, NOW, ("192.0.2.1", NOW + DAY))
    gone = shelf.act(journal, NOW + 2 * DAY)
    shelf.undo(journal, gone, NOW + 3 * DAY)
    assert shelf.shows() == []


def test_a_failure_half_way_tells_the_undo_and_the_undo_works(journal: Journal) -> None:
    shelf = Shelf({network_of("203.0.113.1")}, fails_at=1)
    with pytest.raises(ActionHalfDone) as raised:
        shelf.act(journal, NOW, ("192.0.2.1", NOW + DAY), ("192.0.2.2", NOW + DAY))
    assert "1 of 2 steps were done, then shelf: it fell: lift it" in str(raised.value)
    (record,) = journal.records()
    assert f'"gatewatch watch actions undo {record.id}" takes them back' in str(raised.value)
    assert record.state == "half-done"
    shelf.fails_at = 99
    shelf.undo(journal, record, NOW + 1)
    assert shelf.shows() == ["203.0.113.1"]


def test_a_failure_of_the_first_step_leaves_nothing_to_undo(journal: Journal) -> None:
    shelf = Shelf(fails_at=0)
    with pytest.raises(TargetFailed, match="it fell"):
        shelf.act(journal, NOW, ("192.0.2.1", NOW + DAY))
    assert [one.state for one in journal.records()] == ["undone"]


def test_an_undo_that_fails_can_be_done_again(journal: Journal) -> None:
    shelf = Shelf()
    record = shelf.act(journal, NOW, ("192.0.2.1", NOW + DAY), ("192.0.2.2", NOW + DAY))
    shelf.fails_at = 1
    with pytest.raises(ActionHalfDone):
        shelf.undo(journal, record, NOW + 1)
    shelf.fails_at = 99
    shelf.undo(journal, journal.record(record.id), NOW + 2)
    assert shelf.shows() == []


def test_a_killed_process_leaves_a_record_that_can_be_undone(journal: Journal) -> None:
    shelf = Shelf()
    entries = [Entry(network_of(f"192.0.2.{n}"), NOW + DAY) for n in (1, 2)]
    plan = planned(shelf, shelf, STEP_UP, entries, journal, NOW)
    journal.begin(plan.where, NOW, entries, [], 2)
    plan.steps[0].do()
    (record,) = journal.records()
    assert record.state == "begun"
    shelf.undo(journal, record, NOW + 1)
    assert shelf.shows() == []


def test_too_many_are_refused_and_not_cut(journal: Journal) -> None:
    shelf = Shelf(most=2)
    with pytest.raises(ActionRefused, match="would hold 3 entries, and a shelf holds 2"):
        shelf.act(journal, NOW, *((f"192.0.2.{n}", NOW + DAY) for n in range(3)))
    assert shelf.shows() == []
    assert journal.records() == []


def test_what_a_target_cannot_hold_is_refused(journal: Journal) -> None:
    with pytest.raises(ActionRefused, match=r"cannot hold 203\.0\.113\.99/32: too hot"):
        Shelf().act(journal, NOW, ("203.0.113.99", NOW + DAY))


def test_records_are_for_their_owner_alone(journal: Journal) -> None:
    record = Shelf().act(journal, NOW, ("192.0.2.1", NOW + DAY))
    assert journal.folder.stat().st_mode & 0o077 == 0
    assert journal.folder.parent.stat().st_mode & 0o077 == 0
    assert (journal.folder / f"{record.id}.json").stat().st_mode & 0o077 == 0


def test_records_whose_time_is_over_are_forgotten(journal: Journal) -> None:
    shelf = Shelf()
    shelf.act(journal, NOW, ("192.0.2.1", NOW + DAY))
    kept = shelf.act(journal, NOW + 1, ("192.0.2.2", NOW + 9 * DAY))
    assert journal.forget(NOW + 2 * DAY) == 0, "it is still on the list"
    shelf.act(journal, NOW + 2 * DAY)
    assert journal.forget(NOW + 3 * DAY) == 2
    assert [one.id for one in journal.records()] == [kept.id]


def test_unknown_and_damaged_records_are_one_line(journal: Journal) -> None:
    with pytest.raises(ActionUnknown, match='no action is called "x"'):
        journal.record("x")
    journal.folder.mkdir(parents=True)
    for text in ("", "[]", '{"version": 2}', "[" * 9999):
        (journal.folder / "20260101T000000Z-x.json").write_text(text)
        with pytest.raises(InputUnreadable, match="it is no record of an action"):
            journal.records()


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("aau"), st.sets(st.integers(1, 6), max_size=4), st.integers(1, 5)
        ),
        max_size=8,
    )
)
def test_whatever_is_done_and_undone_others_entries_stay_and_all_undone_is_as_before(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, set[int], int]]
) -> None:
    journal = Journal(tmp_path_factory.mktemp("journal") / "actions")
    shelf, now = Shelf({network_of("203.0.113.1")}), NOW
    for word, numbers, days in deeds:
        now += SECOND
        open_ones = [one for one in journal.records() if one.state == "done"]
        if word == "u" and open_ones:
            shelf.undo(journal, open_ones[len(numbers) % len(open_ones)], now)
        else:
            shelf.act(journal, now, *((f"192.0.2.{n}", now + days * DAY) for n in numbers))
        assert "203.0.113.1" in shelf.shows()
    for record in journal.records():
        if record.state == "done":
            shelf.undo(journal, record, now)
    assert shelf.shows() == ["203.0.113.1"]
