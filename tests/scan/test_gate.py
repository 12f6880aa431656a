"""The gate with a clock of the test's own: whom it hands out, when, and what results change."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.scan.conftest import gate_of

from gatewatch.model.observation import Answer, Observation, Outcome, Spoke, Unanswered
from gatewatch.scan.gate import Gate
from gatewatch.scan.loss import second_look
from gatewatch.scan.plan import Plan, Timeouts
from gatewatch.scan.probe import Icmp, Probe, Result
from gatewatch.scan.uplink import GIVE_UP_S

if TYPE_CHECKING:
    from tests.scan.conftest import MakePlan

SILENT = Unanswered(Outcome.CONNECTION_TIMEOUT)
REFUSED = Unanswered(Outcome.CONNECTION_REFUSED)
UNREACHABLE = Unanswered(Outcome.HOST_UNREACHABLE)


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def said(probe: Probe, spoke: Spoke = Spoke.HTTP, outcome: Outcome = Outcome.SUCCESS) -> Result:
    return Result(probe, Observation(probe.address, 7547, 1, Answer(spoke, outcome, b"x")))


def all_of(gate: Gate, clock: Clock, step: float = 0.02) -> Iterator[Probe]:
    """Every probe, as time goes by, for as long as there are any."""
    for _ in range(20_000):
        yield from gate.take(1000, clock.now)
        if not gate.has_more():
            return
        clock.now += step
    raise AssertionError("the gate never ends")


def plan_of(lab_plan: "MakePlan", *lines: str, again: float = 1.0, rate: float = 1000) -> Plan:
    return lab_plan(*lines, port=7547, rate=rate, timeouts=Timeouts(again=again))


def test_everybody_is_handed_out_once_at_the_rate(lab_plan: "MakePlan", clock: Clock) -> None:
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/22", rate=500), clock=clock)
    began = clock.now
    probes = follow(gate, clock)
    assert sorted(probe.turn for probe in probes) == list(range(1024))
    assert clock.now - began >= 1000 / 500
    assert gate.book.complete


def test_what_was_put_back_comes_again_first(lab_plan: "MakePlan", clock: Clock) -> None:
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/26"), clock=clock)
    clock.now += 1
    first = gate.take(5, clock.now)
    gate.put_back(first[2:])
    assert gate.sent == 2
    assert gate.take(3, clock.now) == first[2:]


def test_who_is_excluded_meanwhile_is_not_handed_out(
    lab_plan: "MakePlan", clock: Clock, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("")
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/26"), mine, clock=clock)
    clock.now += 0.1
    before = gate.take(10, clock.now)
    mine.write_text("127.0.0.0/27  # until 9999-01-01\n127.0.0.32/27  # until 2001-01-01\n")
    clock.now += 0.3
    after = follow(gate, clock)
    assert all(probe.address.low & 63 >= 32 for probe in after)
    assert any(gate.is_excluded(probe) for probe in before)
    assert gate.book.silent[Outcome.BLOCKLISTED_TARGET] == 64 - len(before) - len(after)


def test_a_broken_exclusions_file_closes_the_gate_until_it_is_mended(
    lab_plan: "MakePlan", clock: Clock, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("")
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/26"), mine, clock=clock)
    for content, closed in (("127.0.0.x\n", True), ("", False)):
        mine.write_text(content)
        clock.now += 0.3
        assert (gate.take(10, clock.now) == []) is closed
        assert bool(gate.waiting_for) is closed
    mine.unlink()
    clock.now += 0.3
    assert gate.take(10, clock.now) == []


def follow(gate: Gate, clock: Clock) -> list[Probe]:
    """All refuse."""
    asked = []
    for probe in all_of(gate, clock):
        asked.append(probe)
        gate.enter(Result(probe, REFUSED))
    return asked


@pytest.mark.parametrize(
    ("icmp", "most", "reason"),
    [((3, 13), 3, "filtered"), ((3, 9), 3, "filtered"), ((3, 10), 3, "filtered"),
     ((11, 0), 1, "loop"), ((3, 1), 64, None)],
)  # fmt: skip
def test_a_network_whose_router_says_no_is_left_alone(
    icmp: Icmp, most: int, reason: str | None, lab_plan: "MakePlan", clock: Clock
) -> None:
    """One of two networks is filtered; the other one is asked to its end."""
    plan = plan_of(lab_plan, "127.0.0.0/26", "127.0.1.0/26")
    gate = gate_of(plan, clock=clock)
    asked: Counter[int] = Counter()
    for probe in all_of(gate, clock, step=0.001):
        network = probe.address.low >> 8 & 255
        asked[network] += 1
        gate.enter(Result(probe, UNREACHABLE, icmp) if network == 0 else Result(probe, REFUSED))
    assert asked[1] == 64
    assert most <= asked[0] <= most + 1 if reason else asked[0] == 64
    assert +gate.book.skipped == (Counter({reason: 64 - asked[0]}) if reason else Counter())
    assert gate.book.numbers[f"icmp.{icmp[0]}/{icmp[1]}"] == asked[0]
    assert gate.book.complete


@pytest.mark.parametrize(
    ("spoke", "most"), [(Spoke.CONNECTED, 18), (Spoke.OTHER, 18), (Spoke.HTTP, 64)]
)
def test_a_network_that_accepts_all_and_says_nothing_is_left_alone(
    spoke: Spoke, most: int, lab_plan: "MakePlan", clock: Clock
) -> None:
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/26"), clock=clock)
    asked = set()
    for probe in all_of(gate, clock, step=0.001):
        asked.add(probe.turn)
        gate.enter(said(probe, spoke, Outcome.CONNECTION_RESET))
    assert len(asked) <= most
    assert gate.book.skipped["accept-all"] == 64 - len(asked)


def test_a_network_of_some_mute_services_is_asked_to_its_end(
    lab_plan: "MakePlan", clock: Clock
) -> None:
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/26"), clock=clock)
    for probe in all_of(gate, clock):
        mute = said(probe, Spoke.CONNECTED, Outcome.CONNECTION_RESET)
        gate.enter(mute if probe.turn % 2 else Result(probe, REFUSED))
    assert +gate.book.skipped == Counter()


def test_a_second_try_waits_its_time(lab_plan: "MakePlan", clock: Clock) -> None:
    gate = gate_of(plan_of(lab_plan, "127.0.0.1", again=20), clock=clock)
    clock.now += 1
    (first,) = gate.take(5, clock.now)
    gate.enter(said(first, Spoke.CONNECTED, Outcome.IO_TIMEOUT))
    clock.now += 19.9
    assert gate.take(5, clock.now) == []
    assert gate.has_more()
    clock.now += 0.2
    assert gate.take(5, clock.now) == [first]


def test_second_tries_that_were_due_are_taken_up_after_a_restart(
    lab_plan: "MakePlan", clock: Clock
) -> None:
    plan = plan_of(lab_plan, "127.0.0.1", again=20)
    gate = gate_of(plan, clock=clock)
    clock.now += 1
    (first,) = gate.take(5, clock.now)
    gate.enter(said(first, Spoke.CONNECTED, Outcome.CONNECTION_CLOSED))
    gate.book.checkpoint()
    again = Gate(plan, plan.part(), gate.book, gate._exclusions, clock=clock)
    clock.now += 20.1
    assert again.take(5, clock.now) == [first._replace(tls=True)]


def test_a_second_look_at_one_silent_in_a_hundred_tells_what_is_missed(
    lab_plan: "MakePlan", clock: Clock
) -> None:
    """Everybody is silent the first time and answers the second time."""
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/20", again=5), clock=clock)
    seen: set[int] = set()
    for probe in all_of(gate, clock):
        second = probe.turn in seen
        seen.add(probe.turn)
        gate.enter(said(probe) if second else Result(probe, SILENT))
    looks = sum(second_look(turn) for turn in range(4096))
    assert 20 <= looks <= 60
    assert gate.book.numbers == Counter({"second_looks": looks, "missed": looks})
    assert gate.book.services == Counter({Outcome.SUCCESS: looks})
    assert gate.book.silent == Counter({Outcome.CONNECTION_TIMEOUT: 4096 - looks})


def test_a_lost_line_pauses_the_scan_and_burns_no_address(
    lab_plan: "MakePlan", clock: Clock
) -> None:
    """Half of all answer; then nobody does for a minute; then half again."""
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/21", rate=100), clock=clock)
    began = clock.now
    asked_while_down = 0
    waiting = ""
    for probe in all_of(gate, clock):
        down = 5 <= clock.now - began < 65
        asked_while_down += down
        waiting = gate.waiting_for or waiting
        answers = probe.address.low % 2 == 0 and not down
        gate.enter(Result(probe, REFUSED) if answers else Result(probe, SILENT))
    assert "is the line down?" in waiting
    assert asked_while_down < 5.5 * 100 + 60
    assert gate.book.silent[Outcome.CONNECTION_REFUSED] == 1024
    assert gate.book.complete


def test_a_line_that_stays_down_ends_the_scan(lab_plan: "MakePlan", clock: Clock) -> None:
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/21", rate=100), clock=clock)
    began = clock.now
    for probe in all_of(gate, clock, step=0.1):
        up = clock.now - began < 5
        gate.enter(Result(probe, REFUSED if up else SILENT))
        if gate.given_up:
            break
    assert gate.given_up
    assert clock.now - began > GIVE_UP_S
    assert not gate.book.complete


def test_silence_where_hardly_anybody_answers_is_no_lost_line(
    lab_plan: "MakePlan", clock: Clock
) -> None:
    gate = gate_of(plan_of(lab_plan, "127.0.0.0/20", rate=100), clock=clock)
    for probe in all_of(gate, clock):
        assert gate.waiting_for is None
        gate.enter(Result(probe, REFUSED if probe.turn in (7, 3000) else SILENT))
    assert gate.book.complete


def test_canaries_that_fall_silent_halve_the_rate(lab_plan: "MakePlan", clock: Clock) -> None:
    """All canaries answer at first, then one in two; half of the others always do."""
    turns = frozenset(range(0, 4096, 4))
    plan = plan_of(lab_plan, "127.0.0.0/20", rate=1000)
    gate = gate_of(plan, clock=clock, canaries=turns)
    for probe in all_of(gate, clock):
        falling = probe.turn > 2000 and probe.turn % 8
        answered = probe.turn in turns and not falling
        gate.enter(said(probe) if answered else Result(probe, REFUSED))
    assert 1 <= gate.book.numbers["slowed"] <= 4
    assert gate._bucket.rate <= 500
