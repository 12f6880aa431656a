"""The connect engine: one TCP connection and one GET per address, without privileges.

One process, one epoll loop. Whom to ask and when comes from the gate; what it said goes out as a
`Result` as soon as it is known. A target is bounded by three deadlines (plan.Timeouts) and by
what ResponseReader reads, so that no peer can hold a socket longer or send more. Sockets are
bounded by the limit of open files; while none is free, nothing new is asked. Whoever reads the
results slowly slows the scan.

Connections end with RST unless the peer closed first, which leaves no TIME_WAIT on either side.
Events are edge-triggered and registered once. Times are handed in as functions, for tests.
"""

import errno
import resource
import select
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from enum import Enum, auto

from gatewatch.model.errors import SystemRefusal
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke, Unanswered
from gatewatch.protocol.response import Ending, ResponseReader
from gatewatch.scan.gate import Gate
from gatewatch.scan.plan import Plan
from gatewatch.scan.probe import Icmp, Probe, Result
from gatewatch.scan.request import build_request
from gatewatch.scan.tls import TlsFailed, TlsTalk

__all__ = ["ConnectEngine", "socket_room"]

_PIECE = 16 * 1024
_LINGER_RESET = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # struct linger {1, 0}
# Files that this process needs beside its targets: lake, libraries, terminal.
_RESERVED = 500
# The loop looks at its clock this often, and a stop takes effect within it.
_BEAT_S = 0.05
# Half a token bucket: short enough that the rate is reached, long enough to be idle in between.
_PACE_S = 0.01
# Answers are looked at between so many new connections, however many may be started.
_STARTED_AT_A_TIME = 256
_READY_AT_A_TIME = 4096
_EVENTS = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
_READABLE = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR

_ASKED_IN_VAIN = {
    errno.ECONNREFUSED: Outcome.CONNECTION_REFUSED,
    errno.ETIMEDOUT: Outcome.CONNECTION_TIMEOUT,
    errno.EHOSTUNREACH: Outcome.HOST_UNREACHABLE,
    errno.ENETUNREACH: Outcome.HOST_UNREACHABLE,
    errno.EHOSTDOWN: Outcome.HOST_UNREACHABLE,
    errno.EACCES: Outcome.HOST_UNREACHABLE,  # a route or filter of ours prohibits it
    errno.EPERM: Outcome.HOST_UNREACHABLE,
}
_NO_ROOM = frozenset(
    {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL, errno.EAGAIN}
)
# linux/in.h, in6.h and errqueue.h: the ICMP error behind a failed connection.
_ERRORS_OF = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
_EXTENDED_ERROR = struct.Struct("=IBBBBII")
# Behind it stands the sockaddr of whoever sent the error.
_OFFENDER_AT = {socket.AF_INET: 16 + 4, socket.AF_INET6: 16 + 8}
_FROM_ICMP = frozenset({2, 3})
_BY_ROUTER = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ECONNREFUSED, errno.EACCES})
_UNANSWERED = {outcome: Unanswered(outcome) for outcome in Outcome}


class _Phase(Enum):
    CONNECTING = auto()
    WAITING = auto()
    READING = auto()
    ENDED = auto()


class _Target:
    """One connection under way."""

    __slots__ = ("fd", "phase", "probe", "reader", "sock", "talk")

    def __init__(self, probe: Probe, sock: socket.socket) -> None:
        self.probe = probe
        self.sock = sock
        self.fd = sock.fileno()
        self.phase = _Phase.CONNECTING
        self.reader: ResponseReader | None = None
        self.talk: TlsTalk | None = None


class ConnectEngine:
    """Asks whom `gate` names; `results` runs it, once."""

    def __init__(
        self,
        plan: Plan,
        gate: Gate,
        *,
        stopped: Callable[[], bool],
        tick: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], int] = time.time_ns,
        room: int | None = None,
    ) -> None:
        """`stopped` is asked and `tick` called some twenty times a second."""
        self.room = socket_room() if room is None else room
        """Connections at a time, at most."""
        self._plan = plan
        self._gate = gate
        self._stopped = stopped
        self._tick = tick
        self._clock = clock
        self._wall = wall
        self._epoll = select.epoll()
        self._active: dict[int, _Target] = {}
        self._found: list[Result] = []
        self._excluded = gate.exclusions_version
        self._connecting: deque[tuple[float, _Target]] = deque()
        self._waiting: deque[tuple[float, _Target]] = deque()
        self._whole: deque[tuple[float, _Target]] = deque()

    @property
    def outstanding(self) -> int:
        """Connections under way."""
        return len(self._active)

    def results(self) -> Generator[Result, None, None]:
        """Runs the scan. Once stopped it asks nobody more and drops what is under way."""
        try:
            while not self._stopped() and (self._active or self._gate.has_more()):
                self._start()
                ready = self._epoll.poll(self._patience(), _READY_AT_A_TIME)
                for fd, events in ready:
                    if target := self._active.get(fd):
                        self._handle(target, events)
                if len(ready) < _READY_AT_A_TIME:
                    # Whoever is ready has not run out of time, however late we look.
                    self._expire()
                self._let_go()
                self._tick()
                found, self._found = self._found, []
                yield from found
        finally:
            for target in list(self._active.values()):
                self._close(target, reset=True)
            self._epoll.close()

    def _patience(self) -> float:
        """How long the loop may sleep."""
        now = self._clock()
        can_start = len(self._active) < self.room
        until = now + (_PACE_S if can_start else _BEAT_S)
        for line in (self._connecting, self._waiting, self._whole):
            if line:
                until = min(until, line[0][0])
        return max(0.0, until - now)

    def _start(self) -> None:
        """Asks as many new targets as the gate and room allow."""
        most = min(self.room - len(self._active), _STARTED_AT_A_TIME)
        probes = self._gate.take(most, self._clock())
        for done, probe in enumerate(probes):
            if not self._connect(probe):
                self._gate.put_back(probes[done:])
                return

    def _connect(self, probe: Probe) -> bool:
        """Starts one connection; False: there is no room for it now."""
        family = socket.AF_INET if probe.address.high is None else socket.AF_INET6
        try:
            sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError as error:
            return self._shrink(error)
        level, name = _ERRORS_OF[family]
        sock.setsockopt(level, name, 1)
        code = sock.connect_ex((str(probe.address), self._plan.port))
        if code in _NO_ROOM and self._active:
            sock.close()
            return False
        target = _Target(probe, sock)
        self._active[target.fd] = target
        if code in (0, errno.EINPROGRESS):
            self._epoll.register(target.fd, _EVENTS)
            self._connecting.append((self._clock() + self._plan.timeouts.connect, target))
        else:
            self._in_vain(target, code, local=True)
        return True

    def _shrink(self, error: OSError) -> bool:
        """No more files are to be had: carry on with what there is."""
        if not self._active:
            raise SystemRefusal(where="scan", what=f"no socket can be opened, {error.strerror}")
        self.room = len(self._active)
        return False

    def _handle(self, target: _Target, events: int) -> None:
        if target.phase is _Phase.CONNECTING:
            self._ask(target)
        if events & _READABLE and target.phase in (_Phase.WAITING, _Phase.READING):
            self._read(target)

    def _ask(self, target: _Target) -> None:
        """Sends the request; what sending says tells whether there is a connection."""
        request = build_request(target.probe.address, self._plan.port, self._plan.agent)
        if target.probe.tls:
            target.talk = target.talk or TlsTalk(request)
            request = target.talk.begin()
        try:
            target.sock.send(request)
        except BlockingIOError:
            return
        except (ConnectionResetError, BrokenPipeError):
            target.reader = ResponseReader()
            self._answered(target, Ending.RESET)
            return
        except OSError as error:
            self._in_vain(target, error.errno or 0)
            return
        now = self._clock()
        target.phase = _Phase.WAITING
        target.reader = ResponseReader()
        self._waiting.append((now + self._plan.timeouts.first_byte, target))
        self._whole.append((now + self._plan.timeouts.whole, target))

    def _read(self, target: _Target) -> None:
        """Reads until there is nothing more now, or enough."""
        assert target.reader is not None
        while True:
            try:
                data = target.sock.recv(_PIECE)
            except BlockingIOError:
                return
            except OSError as error:
                late = error.errno == errno.ETIMEDOUT
                self._answered(target, Ending.TIMEOUT if late else Ending.RESET)
                return
            if not data:
                self._answered(target, Ending.CLOSED)
                return
            target.phase = _Phase.READING
            if target.talk is not None:
                self._read_tls(target, target.talk, target.reader, data)
                if target.phase is _Phase.ENDED:
                    return
            elif target.reader.feed(data):
                self._answered(target, Ending.ENOUGH)
                return

    def _read_tls(
        self, target: _Target, talk: TlsTalk, reader: ResponseReader, data: bytes
    ) -> None:
        """Reads what came in TLS, and answers as the handshake demands."""
        try:
            said, sending, ended = talk.feed(data)
        except TlsFailed:
            self._note(target, Answer(Spoke.CONNECTED, Outcome.HANDSHAKE_ERROR, tls=talk.facts()))
            self._close(target, reset=True)
            return
        try:
            if sending:
                target.sock.send(sending)
        except OSError:
            self._answered(target, Ending.RESET)
            return
        if said and reader.feed(said):
            self._answered(target, Ending.ENOUGH)
        elif ended:
            self._answered(target, Ending.CLOSED)

    def _let_go(self) -> None:
        """Drops whoever has asked to be left out since he was asked."""
        if self._excluded == self._gate.exclusions_version:
            return
        self._excluded = self._gate.exclusions_version
        for target in list(self._active.values()):
            if self._gate.is_excluded(target.probe):
                left = _UNANSWERED[Outcome.BLOCKLISTED_TARGET]
                self._found.append(Result(target.probe, left))
                self._close(target, reset=True)

    def _expire(self) -> None:
        """Ends what is over its time; each line is in the order of its deadlines."""
        now = self._clock()
        for target in _overdue(self._connecting, now, {_Phase.CONNECTING}):
            self._in_vain(target, errno.ETIMEDOUT)
        for target in _overdue(self._waiting, now, {_Phase.WAITING}):
            self._answered(target, Ending.TIMEOUT)
        for target in _overdue(self._whole, now, {_Phase.WAITING, _Phase.READING}):
            self._answered(target, Ending.TIMEOUT)

    def _in_vain(self, target: _Target, code: int, *, local: bool = False) -> None:
        outcome = _ASKED_IN_VAIN.get(code, Outcome.UNKNOWN_ERROR)
        icmp = None
        if code in _BY_ROUTER and not local:
            icmp, local = _icmp_error(target.sock)
        if outcome is Outcome.CONNECTION_REFUSED:
            local = False  # a reset leaves no error behind
        if outcome is Outcome.CONNECTION_REFUSED and icmp is not None:
            outcome = Outcome.HOST_UNREACHABLE  # by ICMP, not by the host's own reset
        record = _UNANSWERED[outcome]
        self._found.append(Result(target.probe, record, icmp, local))
        self._close(target, reset=False)

    def _answered(self, target: _Target, ending: Ending) -> None:
        assert target.reader is not None
        answer = target.reader.answer(ending)
        if target.talk is not None and (facts := target.talk.facts()):
            answer = replace(answer, tls=facts)
        self._note(target, answer)
        self._close(target, reset=ending is not Ending.CLOSED)

    def _note(self, target: _Target, answer: Answer) -> None:
        probe = target.probe
        seen = Observation(probe.address, self._plan.port, self._wall() // 1000, answer)
        self._found.append(Result(probe, seen))

    def _close(self, target: _Target, *, reset: bool) -> None:
        target.phase = _Phase.ENDED
        target.reader = target.talk = None
        del self._active[target.fd]
        if reset:
            target.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_RESET)
        target.sock.close()


def _icmp_error(sock: socket.socket) -> tuple[Icmp | None, bool]:
    """Type and code of the ICMP error that ended a connection attempt, if one did.

    Also whether this machine ended it: where no neighbour answers, Linux tells itself so by ICMP.
    """
    try:
        _, control, _, _ = sock.recvmsg(1, 256, socket.MSG_ERRQUEUE)
        own = socket.inet_pton(sock.family, sock.getsockname()[0])
    except OSError:
        return None, True
    at = _OFFENDER_AT[sock.family]
    for _, _, data in control:
        if len(data) >= _EXTENDED_ERROR.size:
            _, origin, kind, code, *_ = _EXTENDED_ERROR.unpack_from(data)
            if origin in _FROM_ICMP:
                by_us = data[at : at + len(own)] == own
                return (None, True) if by_us else ((kind, code), False)
    return None, True


def socket_room() -> int:
    """How many sockets a scan may hold; raises the soft limit of open files to the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard == resource.RLIM_INFINITY:
        return 1 << 16
    return hard - min(_RESERVED, hard // 2)


def _overdue(
    line: deque[tuple[float, _Target]], now: float, phases: set[_Phase]
) -> Iterator[_Target]:
    """Takes the targets off `line` whose deadline passed while they were in `phases`."""
    while line and line[0][0] <= now:
        target = line.popleft()[1]
        if target.phase in phases:
            yield target
