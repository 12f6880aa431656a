"""The gate between a plan and an engine: whom to ask now, and what their answers change.

No engine gets an address from anywhere else, so what is decided here holds for all of them:
order and rate, exclusions (also those that come during the scan), second tries, networks that
are left alone, a lost line. Every result comes back here and goes into the book.

An address is asked twice at most, twenty seconds apart (`Timeouts.again`): when it demanded TLS,
in TLS and at once; when it closed without a word, in TLS; when it accepted and fell silent, in
plain HTTP; and one in a hundred of those that did not answer, to learn what is lost on the way.
"""

import time
from collections import deque
from collections.abc import Callable

from gatewatch.model.address import Network
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke, Unanswered
from gatewatch.scan.backoff import BackOff
from gatewatch.scan.book import Book
from gatewatch.scan.live import LiveExclusions
from gatewatch.scan.loss import Canaries, second_look
from gatewatch.scan.plan import Plan
from gatewatch.scan.probe import Probe, Result
from gatewatch.scan.ranges import Targets
from gatewatch.scan.rate import TokenBucket
from gatewatch.scan.second import better, demands_tls, is_worth_asking_again
from gatewatch.scan.shard import Shard
from gatewatch.scan.uplink import Uplink

__all__ = ["Gate"]

_EXCLUDED = Unanswered(Outcome.BLOCKLISTED_TARGET)
_SILENT = Unanswered(Outcome.CONNECTION_TIMEOUT)
_REST_S = 0.01
# Turns looked at in one go, when many are done or excluded.
_LOOKS = 20_000


class Gate:
    """Hands out the turns of `shard` that `book` does not hold yet."""

    def __init__(
        self,
        plan: Plan,
        shard: Shard,
        book: Book,
        exclusions: LiveExclusions,
        *,
        canaries: frozenset[int] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.book = book
        self.sent = 0
        """Probes handed out in this run."""
        self.waiting_for: str | None = None
        """Why nobody is asked at the moment."""
        self.clock = clock
        self._plan = plan
        self._shard = shard
        self._exclusions = exclusions
        now = clock()
        self._bucket = TokenBucket(plan.pace(shard, 0), now)
        self._backoff = BackOff(shard.networks)
        self._uplink = Uplink(now, plan.timeouts.connect)
        self._canaries = Canaries(canaries)
        self._turn = book.low
        self._back: deque[Probe] = deque()
        self._again: deque[tuple[float, Probe]] = deque(
            (now + plan.timeouts.again, self._second(turn, first))
            for turn, first in book.again.items()
        )
        self._stretch_end = -1
        self._under_way = 0
        self._offers_come = self._offers_only = False

    def take(self, most: int, now: float) -> list[Probe]:
        """Up to `most` probes that may be sent now."""
        if self._is_closed(now):
            return []
        if self._turn > self._stretch_end:
            self._set_pace()
        # Where fewer networks are left the rate is lower, so a batch never crosses that line.
        left = max(1, self._stretch_end - self._turn + 1)
        count = self._bucket.take(min(most, left), now)
        probes: list[Probe] = []
        looks = _LOOKS
        while len(probes) < count and looks > 0:
            looks -= 1
            probe = self._due(now)
            if probe is None:
                if self._is_over() or self._uplink.lost_at is not None:
                    break
                probe = self._next()
            if probe is not None and self._may_be_asked(probe):
                probes.append(probe)
        self._bucket.give_back(count - len(probes))
        self.sent += len(probes)
        self._under_way += len(probes)
        return probes

    def await_offers(self) -> None:
        """From now on nobody is asked but those whom `offer` names, until `end_offers`."""
        self._offers_come = self._offers_only = True

    def end_offers(self) -> None:
        """Nobody more will be offered."""
        self._offers_come = False

    def offer(self, turn: int) -> None:
        """Names one to be asked, whatever its place in the order; those that are done are not."""
        if not self.book.done(turn):
            self._back.append(Probe(turn, self._shard.address(turn)))

    def left_of(self, targets: Targets) -> Targets:
        """`targets` without those that are done or excluded."""
        done = (self._shard.address(turn) for turn in self.book.done_turns())
        return self._exclusions.left_of(targets).without(
            Targets.of(Network(address, address) for address in done)
        )

    def rest_is_silent(self) -> None:
        """Everybody whose end is not known has not answered; those excluded were not asked."""
        excluded = self._exclusions.holds
        for turn in self.book.open_turns():
            address = self._shard.address(turn)
            self.book.enter(turn, _EXCLUDED if excluded(address) else _SILENT)

    def wait(self) -> None:
        """Passes the time until somebody may be asked again."""
        time.sleep(_REST_S)

    def put_back(self, probes: list[Probe]) -> None:
        """Takes back what could not be sent; it will be handed out again."""
        self._back.extend(probes)
        self._bucket.give_back(len(probes))
        self.sent -= len(probes)
        self._under_way -= len(probes)

    def has_more(self) -> bool:
        """Whether there will be another probe, now or later, as far as is known."""
        if self._offers_come:
            return True
        if not self._is_left() and not self._under_way:
            # Nobody is left who could tell whether the line is up: silence counts as it is.
            for one in self._uplink.settle():
                self._settle(one, self.clock())
        return self._is_left()

    def _is_over(self) -> bool:
        """Whether nobody comes up in the order any more."""
        return self._offers_only or self._turn >= len(self._shard)

    def _is_left(self) -> bool:
        left = not self._is_over() or self._back or self._again
        return bool(left) or self._uplink.waiting > 0

    @property
    def given_up(self) -> bool:
        """Whether the line has been lost for too long."""
        return self._uplink.given_up(self.clock())

    def is_excluded(self, probe: Probe) -> bool:
        """Whether who is asked has been excluded meanwhile."""
        return self._exclusions.holds(probe.address)

    @property
    def exclusions_version(self) -> int:
        """Grows when somebody is left out who was not before."""
        return self._exclusions.version

    def enter(self, result: Result) -> None:
        """Takes in what came of a probe."""
        now = self.clock()
        self._under_way -= 1
        for one in self._heard(result, now):
            self._settle(one, now)

    def _is_closed(self, now: float) -> bool:
        self._exclusions.look(now)
        if self._exclusions.problem is not None:
            self.waiting_for = self._exclusions.problem
        elif self._uplink.lost_at is not None:
            self.waiting_for = "nobody answers any more: is the line down?"
        else:
            self.waiting_for = None
        return self._exclusions.problem is not None

    def _set_pace(self) -> None:
        turn = min(self._turn, len(self._shard) - 1)
        self._stretch_end = self._shard.stretch(turn)[2]
        self._bucket.rate = self._plan.pace(self._shard, turn) * self._canaries.pace

    def _due(self, now: float) -> Probe | None:
        """One that was put back, or whose second try is due."""
        if self._back:
            return self._back.popleft()
        if self._again and self._again[0][0] <= now and self._uplink.lost_at is None:
            return self._again.popleft()[1]
        return self._uplink.again(now)

    def _next(self) -> Probe | None:
        """The next in the order; None: that one is not asked."""
        turn = self._turn
        self._turn += 1
        if self.book.done(turn):
            return None
        if self.book.left_alone:
            reason = self.book.left_alone.get(self._shard.network(turn))
            if reason:
                self.book.skip(turn, reason)
                return None
        return Probe(turn, self._shard.address(turn))

    def _may_be_asked(self, probe: Probe) -> bool:
        if not self._exclusions.holds(probe.address):
            return True
        self.book.enter(probe.turn, _EXCLUDED)
        return False

    def _heard(self, result: Result, now: float) -> list[Result]:
        """The results that count now: none, this one, or others that were held back too."""
        record = result.record
        if isinstance(record, Unanswered):
            if record.outcome is Outcome.BLOCKLISTED_TARGET:
                return [result]
            if result.local or record.outcome is Outcome.CONNECTION_TIMEOUT:
                return self._uplink.silent(result, now)
        elif record.answer.outcome is Outcome.IO_TIMEOUT:
            return [result]  # connected once, and silent since: says nothing of now
        return [*self._uplink.heard(now), result]

    def _settle(self, result: Result, now: float) -> None:
        turn = result.probe.turn
        second = turn in self.book.again
        if second:
            self._settle_second(result)
            return
        self._learn(result)
        if demands_tls(result.record):
            self._ask_again(result, now)
        elif is_worth_asking_again(result.record) or self._is_second_look(result):
            self._ask_again(result, now + self._plan.timeouts.again)
        else:
            self.book.enter(turn, result.record)

    def _is_second_look(self, result: Result) -> bool:
        record = result.record
        silent = isinstance(record, Unanswered) and record.outcome is Outcome.CONNECTION_TIMEOUT
        return silent and second_look(result.probe.turn)

    def _ask_again(self, result: Result, due: float) -> None:
        turn = result.probe.turn
        self.book.enter(turn, result.record, again=True)
        probe = self._second(turn, self.book.again[turn])
        if due <= self.clock():
            self._back.append(probe)
        else:
            self._again.append((due, probe))

    def _settle_second(self, result: Result) -> None:
        turn = result.probe.turn
        first = self.book.again[turn]
        if first is None:
            found = not isinstance(result.record, Unanswered)
            self.book.numbers["second_looks"] += 1
            self.book.numbers["missed"] += found
            self.book.enter(turn, result.record)
        else:
            self.book.enter(turn, better(first, result.record))

    def _second(self, turn: int, first: Observation | None) -> Probe:
        answer: Answer | None = first.answer if first else None
        tls = answer is not None and (
            answer.spoke is Spoke.OTHER or answer.outcome is Outcome.CONNECTION_CLOSED
        )
        return Probe(turn, self._shard.address(turn), tls)

    def _learn(self, result: Result) -> None:
        """What one result says of its network and of our line."""
        turn = result.probe.turn
        v6 = result.probe.address.high is not None
        if result.icmp is not None:
            self.book.numbers[f"icmp.{result.icmp[0]}/{result.icmp[1]}"] += 1
        network = self._shard.network(turn)
        if reason := self._backoff.saw(network, result, v6=v6):
            self.book.left_alone.setdefault(network, reason)
        answered = not isinstance(result.record, Unanswered)
        if self._canaries.saw(turn, answered=answered):
            self.book.numbers["slowed"] += 1
            self._set_pace()
