"""Group commit: nobody is told before it is durable, and nobody pays for another's odd word."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from gatewatch.acs.state.changes import Change, Informed, KeepDocument
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.journal import Journal
from gatewatch.acs.state.records import Device, Document
from gatewatch.model.errors import StateUnusable

PATIENCE_S = 30


class Counting:
    """A state that counts its commits, and breaks when it is told to."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.commits = 0
        self.broken = False

    def apply(self, changes: Sequence[Change]) -> list[Any]:
        self.commits += 1
        if self.broken:
            raise StateUnusable(where="disk", what="is full", mend="free space")
        return self._state.apply(changes)


def run(state: State, talk: Callable[[Journal, Counting], Awaitable[None]]) -> list[str]:
    """Runs `talk` with a journal; what the journal complained of."""
    said: list[str] = []

    async def main() -> None:
        counting = Counting(state)
        journal = Journal(
            counting,  # type: ignore[arg-type]
            asyncio.get_running_loop(),
            room=5,
            failed=said.append,
        )
        async with asyncio.timeout(PATIENCE_S):
            await talk(journal, counting)
        journal.close()

    asyncio.run(main())
    return said


def submitted(journal: Journal, changes: Sequence[Change]) -> "asyncio.Future[list[Any] | None]":
    done: asyncio.Future[list[Any] | None] = asyncio.get_running_loop().create_future()
    journal.submit(changes, done.set_result)
    return done


def test_who_is_told_finds_it_in_the_state(lone_state: State) -> None:
    async def talk(journal: Journal, _: Counting) -> None:
        assert await submitted(journal, [Informed(Device("a"))]) == [True]
        assert lone_state.device("a")

    assert run(lone_state, talk) == []


def test_many_sessions_share_few_commits(lone_state: State) -> None:
    async def talk(journal: Journal, counting: Counting) -> None:
        done = [submitted(journal, [Informed(Device(str(number)))]) for number in range(500)]
        assert await asyncio.gather(*done) == [[True]] * 500
        assert counting.commits < 100

    run(lone_state, talk)


def test_one_that_cannot_be_written_costs_the_others_nothing(lone_state: State) -> None:
    async def talk(journal: Journal, _: Counting) -> None:
        odd = Document("k", "x", None)  # type: ignore[arg-type]
        first = submitted(journal, [Informed(Device("a"))])
        second = submitted(journal, [KeepDocument(odd)])
        third = submitted(journal, [Informed(Device("b"))])
        assert await first == [True]
        assert await second is None
        assert await third == [True]

    (why,) = run(lone_state, talk)
    assert "documents.body" in why


def test_a_full_disk_is_told_and_nobody_is_answered(lone_state: State) -> None:
    async def talk(journal: Journal, counting: Counting) -> None:
        counting.broken = True
        assert await submitted(journal, [Informed(Device("a"))]) is None
        counting.broken = False
        assert await submitted(journal, [Informed(Device("a"))]) == [True]

    (why,) = run(lone_state, talk)
    assert why == "disk: what the ACS remembers cannot be used, is full: free space"


def test_it_says_when_too_much_waits(lone_state: State) -> None:
    async def talk(journal: Journal, _: Counting) -> None:
        done = [submitted(journal, [Informed(Device(str(number)))]) for number in range(5000)]
        assert journal.full
        await asyncio.gather(*done)
        assert not journal.full

    run(lone_state, talk)
