"""The raw engine: packets of our own, by the thousand, past the kernel's TCP.

SYNs go out in batches and leave nothing behind in the kernel, so silence costs no socket and no
timer. An answer that carries our cookie begins a `Conversation`: one connection per address, one
GET, the same reader, deadlines and outcomes as the connect engine. A firewall table of our own
keeps the kernel out. While answers come in faster than they are handled nobody new is asked; what
was lost all the same, the peers send again.
"""

import errno
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing
from typing import NamedTuple

from gatewatch.model.errors import SystemRefusal
from gatewatch.model.observation import Observation, Outcome, Unanswered
from gatewatch.scan.gate import Gate
from gatewatch.scan.plan import Plan
from gatewatch.scan.probe import Icmp, Probe, Result
from gatewatch.scan.raw.conversation import Conversation, Reply
from gatewatch.scan.raw.cookie import Cookies
from gatewatch.scan.raw.firewall import kernel_kept_out
from gatewatch.scan.raw.segments import RST, SYN, Refusal, Segment, read_packet
from gatewatch.scan.raw.sniffer import Sniffer
from gatewatch.scan.raw.standpoint import Claim, source_for
from gatewatch.scan.raw.transmitter import BATCH, Transmitter
from gatewatch.scan.request import build_request

__all__ = ["RawEngine"]

_BEAT_S = 0.05
_PACE_S = 0.005
# Packets handled before the clock, the stop and the rate are looked at again.
_TURN = 512
_UNDER_WAY = 1 << 18
# Segments of a peer and our reset may cross this long; later ones mean that it was lost.
_CROSSING_S = 1.0
_TALKS = 1 << 14
# What says that there is no way to one address, as opposed to no way at all.
_NO_WAY = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM})
_WRAP = 1 << 32
_UNANSWERED = {outcome: Unanswered(outcome) for outcome in Outcome}


class _Talk:
    """A conversation under way."""

    __slots__ = ("conversation", "port", "probe")

    def __init__(self, probe: Probe, port: int, conversation: Conversation) -> None:
        self.probe = probe
        self.port = port
        """Ours."""
        self.conversation = conversation


class _Sent(NamedTuple):
    """One batch of SYNs, and when whoever has not answered counts as silent."""

    until: float
    probes: Sequence[tuple[bytes, Probe]]


class RawEngine:
    """Asks whom `gate` names; `results` runs it, once."""

    room = _UNDER_WAY
    """Probes under way, at most."""

    def __init__(
        self,
        plan: Plan,
        gate: Gate,
        *,
        stopped: Callable[[], bool],
        tick: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], int] = time.time_ns,
    ) -> None:
        """`stopped` is asked and `tick` called some twenty times a second."""
        self._plan = plan
        self._gate = gate
        self._stopped = stopped
        self._tick = tick
        self._clock = clock
        self._wall = wall
        self._excluded = gate.exclusions_version
        self._found: list[Result] = []
        self._asked: dict[bytes, Probe] = {}
        self._talks: dict[bytes, _Talk] = {}
        self._sent: deque[_Sent] = deque()
        self._waiting: deque[tuple[float, bytes, _Talk]] = deque()
        self._whole: deque[tuple[float, bytes, _Talk]] = deque()
        self._over: set[bytes] = set()
        self._over_before: set[bytes] = set()
        self._forgotten_at = clock()
        self._behind = False

    @property
    def outstanding(self) -> int:
        """Probes under way."""
        return len(self._asked) + len(self._talks)

    def results(self) -> Generator[Result, None, None]:
        """Runs the scan. Once stopped it asks nobody more and drops what is under way.

        Raises MachineUnfit and SystemRefusal when this machine lets nothing out.
        """
        if not self._gate.has_more():
            return
        line = self._plan.line
        source = line.source or source_for(str(self._plan.order.address(0)), self._plan.port)
        with ExitStack() as undo:
            ports = undo.enter_context(closing(Claim())).ports
            undo.enter_context(kernel_kept_out(source, ports))
            address = socket.inet_aton(source)
            self._cookies = Cookies(ports)
            self._sniffer = undo.enter_context(closing(Sniffer(address, ports)))
            self._transmitter = undo.enter_context(
                closing(Transmitter(address, self._plan.port, self._cookies, line.interface))
            )
            undo.callback(self._hang_up)
            yield from self._turns()

    def _turns(self) -> Generator[Result, None, None]:
        while not self._stopped() and (self.outstanding or self._gate.has_more()):
            if not self._behind:
                self._ask()
            self._listen()
            self._expire()
            self._let_go()
            self._tick()
            found, self._found = self._found, []
            yield from found

    def _ask(self) -> None:
        """Sends as many SYNs as gate and room allow."""
        room = min(_UNDER_WAY - len(self._asked), BATCH)
        if len(self._talks) >= _TALKS or room <= 0:
            return
        now = self._clock()
        probes = self._gate.take(room, now)
        pairs = [(probe.address.number.to_bytes(4, "big"), probe) for probe in probes]
        sent = 0
        while sent < len(pairs):
            try:
                went = self._transmitter.probe([target for target, _ in pairs[sent:]])
            except OSError as error:
                self._no_way(pairs[sent][1], error)
                del pairs[sent]
                continue
            sent += went
            if not went:
                self._gate.put_back([probe for _, probe in pairs[sent:]])
                break
        self._asked.update(pairs[:sent])
        self._sent.append(_Sent(now + self._plan.timeouts.connect, pairs[:sent]))

    def _no_way(self, probe: Probe, error: OSError) -> None:
        if error.errno not in _NO_WAY:
            raise SystemRefusal(
                where="scan", what=f"nothing can be sent: {error.strerror}"
            ) from error
        self._found.append(Result(probe, _UNANSWERED[Outcome.HOST_UNREACHABLE], local=True))

    def _listen(self) -> None:
        """Handles what came in, waiting for it when there is nothing else to do."""
        patience = 0.0 if self._behind else self._patience()
        select.select([self._sniffer], [], [], patience)
        for _ in range(_TURN):
            packet = self._sniffer.receive()
            if packet is None:
                self._behind = False
                return
            read = read_packet(packet)
            if isinstance(read, Segment):
                self._take(read)
            elif read is not None:
                self._refused(read)
        self._behind = True
        lost = self._sniffer.losses().dropped
        if lost:
            self._gate.book.numbers["packets_dropped"] += lost

    def _patience(self) -> float:
        now = self._clock()
        until = now + (_PACE_S if self._gate.has_more() else _BEAT_S)
        for line in (self._sent, self._waiting, self._whole):
            if line:
                until = min(until, line[0][0])
        return max(0.0, until - now)

    def _take(self, segment: Segment) -> None:
        source = segment.source
        sequence, port = self._cookies.of(source)
        if (segment.port, segment.source_port) != (port, self._plan.port):
            return
        talk = self._talks.get(source)
        if talk is not None:
            self._go_on(source, talk, segment)
        elif segment.acknowledged == (sequence + 1) % _WRAP and segment.flags & (SYN | RST):
            self._first_word(segment, sequence, port)
        elif not segment.flags & RST and not self._is_just_over(source):
            # It has not heard that the conversation is over.
            self._transmitter.reply(source, port, Reply(RST, segment.acknowledged, 0))

    def _first_word(self, segment: Segment, sequence: int, port: int) -> None:
        """An answer to our SYN: a refusal or the beginning of a conversation."""
        probe = self._asked.pop(segment.source, None)
        if segment.flags & RST:
            if probe is not None:
                self._found.append(Result(probe, _UNANSWERED[Outcome.CONNECTION_REFUSED]))
            return
        if probe is None:
            self._transmitter.reply(segment.source, port, Reply(RST, (sequence + 1) % _WRAP, 0))
            return
        request = build_request(probe.address, self._plan.port, self._plan.agent)
        conversation = Conversation((sequence + 1) % _WRAP, request, segment, tls=probe.tls)
        talk = _Talk(probe, port, conversation)
        self._talks[segment.source] = talk
        self._transmitter.reply(segment.source, port, conversation.say())
        now = self._clock()
        self._waiting.append((now + self._plan.timeouts.first_byte, segment.source, talk))
        self._whole.append((now + self._plan.timeouts.whole, segment.source, talk))

    def _go_on(self, source: bytes, talk: _Talk, segment: Segment) -> None:
        reply = talk.conversation.take(segment)
        if reply is not None:
            self._transmitter.reply(source, talk.port, reply)
        if talk.conversation.ending is not None:
            self._end(source, talk)

    def _end(self, source: bytes, talk: _Talk) -> None:
        """What was said is the result; the peer is told that it is over."""
        del self._talks[source]
        self._over.add(source)
        self._transmitter.reply(source, talk.port, talk.conversation.reset())
        answer = talk.conversation.answer()
        probe = talk.probe
        seen = Observation(probe.address, self._plan.port, self._wall() // 1000, answer)
        self._found.append(Result(probe, seen))

    def _is_just_over(self, source: bytes) -> bool:
        """Whether its last segments and our reset may have crossed."""
        return source in self._over or source in self._over_before

    def _refused(self, refusal: Refusal) -> None:
        """An ICMP error; only about a SYN that was sent."""
        if (refusal.sequence, refusal.port) != self._cookies.of(refusal.target):
            return
        probe = self._asked.pop(refusal.target, None)
        if probe is not None:
            icmp: Icmp = (refusal.kind, refusal.code)
            self._found.append(Result(probe, _UNANSWERED[Outcome.HOST_UNREACHABLE], icmp))

    def _expire(self) -> None:
        """Ends what is over its time; each line is in the order of its deadlines."""
        now = self._clock()
        if now - self._forgotten_at > _CROSSING_S:
            self._over_before, self._over, self._forgotten_at = self._over, set(), now
        while self._sent and self._sent[0].until <= now:
            for target, probe in self._sent.popleft().probes:
                if self._asked.get(target) is probe:
                    del self._asked[target]
                    self._found.append(Result(probe, _UNANSWERED[Outcome.CONNECTION_TIMEOUT]))
        while self._waiting and self._waiting[0][0] <= now:
            _, source, talk = self._waiting.popleft()
            if self._talks.get(source) is talk and not talk.conversation.heard:
                self._end(source, talk)
        while self._whole and self._whole[0][0] <= now:
            _, source, talk = self._whole.popleft()
            if self._talks.get(source) is talk:
                self._end(source, talk)

    def _let_go(self) -> None:
        """Drops whoever has asked to be left out since he was asked."""
        if self._excluded == self._gate.exclusions_version:
            return
        self._excluded = self._gate.exclusions_version
        left = _UNANSWERED[Outcome.BLOCKLISTED_TARGET]
        for target, probe in list(self._asked.items()):
            if self._gate.is_excluded(probe):
                del self._asked[target]
                self._found.append(Result(probe, left))
        for source, talk in list(self._talks.items()):
            if self._gate.is_excluded(talk.probe):
                del self._talks[source]
                self._transmitter.reply(source, talk.port, talk.conversation.reset())
                self._found.append(Result(talk.probe, left))

    def _hang_up(self) -> None:
        """Leaves no peer with half a connection."""
        for source, talk in self._talks.items():
            self._transmitter.reply(source, talk.port, talk.conversation.reset())
