"""One open port: the rest of a TCP connection in which we say one thing and listen.

Sans-IO: segments in, segments out. Data is taken in order only; what is missing the peer sends
again, since we do not acknowledge it (RFC 9293 section 3.8). That keeps no more than the
reader's buffer per connection, whatever the peer sends. What we said last is said again when the
peer shows that it did not hear it; there is no timer, the engine's deadlines end what is stuck.
"""

from dataclasses import replace
from typing import NamedTuple

from gatewatch.model.observation import Answer, Outcome, Spoke
from gatewatch.protocol.response import Ending, ResponseReader
from gatewatch.scan.raw.segments import ACK, FIN, PSH, RST, SYN, Segment
from gatewatch.scan.tls import TlsFailed, TlsTalk

__all__ = ["Conversation", "Reply"]

_WRAP = 1 << 32
_HALF = 1 << 31


class Reply(NamedTuple):
    """What to send."""

    flags: int
    sequence: int
    acknowledged: int
    data: bytes = b""


class Conversation:
    """Begins with a SYN-ACK that answers our SYN."""

    __slots__ = ("_failed", "_flight", "_next", "_reader", "_sequence", "_tls", "ending", "heard")

    def __init__(
        self, sequence: int, request: bytes, greeting: Segment, *, tls: bool = False
    ) -> None:
        """`sequence` is the first one after our SYN; with `tls` the request goes in TLS."""
        self.ending: Ending | None = None
        """Why it is over; None while it is not."""
        self.heard = False
        """Whether anything was said."""
        self._reader = ResponseReader()
        self._tls = TlsTalk(request) if tls else None
        self._failed = False
        self._sequence = sequence
        self._flight = self._tls.begin() if self._tls else request
        self._next = (greeting.sequence + 1) % _WRAP

    def say(self) -> Reply:
        """What we say, or said last; acknowledges what we heard."""
        return Reply(PSH | ACK, self._sequence, self._next, self._flight)

    def reset(self) -> Reply:
        """Ends it for the peer, who then keeps nothing of it."""
        return Reply(RST | ACK, self._behind, self._next)

    def take(self, segment: Segment) -> Reply | None:
        """What to say to `segment`; sets `ending` when it is the last."""
        if segment.flags & SYN:
            return self._again(segment)
        if segment.flags & RST:
            # A guessed RST must not end it (RFC 5961 section 3.2).
            if segment.sequence == self._next:
                self.ending = Ending.RESET
            return None
        known = (self._next - segment.sequence) % _WRAP
        if known >= _HALF or known > len(segment.data):
            return self._again(segment) if segment.data or segment.flags & FIN else None
        fresh = segment.data[known:]
        self._next = (self._next + len(fresh)) % _WRAP
        spoken = self._hear(fresh) if fresh else None
        if self.ending is None and segment.flags & FIN:
            self.ending = Ending.CLOSED
        if self.ending is not None:
            return None
        if spoken:
            return spoken
        return self._again(segment) if segment.data else None

    def answer(self) -> Answer:
        """What the peer said until `ending`, or until now, when its time is over."""
        tls = self._tls.facts() if self._tls else ()
        if self._failed:
            return Answer(Spoke.CONNECTED, Outcome.HANDSHAKE_ERROR, tls=tls)
        answer = self._reader.answer(self.ending or Ending.TIMEOUT)
        return replace(answer, tls=tls) if tls else answer

    @property
    def _behind(self) -> int:
        """The sequence number after our last word."""
        return (self._sequence + len(self._flight)) % _WRAP

    def _again(self, segment: Segment) -> Reply:
        """Acknowledges what we have, with our last word if the peer has not got it."""
        if segment.acknowledged != self._behind:
            return self.say()
        return Reply(ACK, self._behind, self._next)

    def _hear(self, fresh: bytes) -> Reply | None:
        """Takes in new bytes; returns what they demand beyond an acknowledgement."""
        self.heard = True
        if self._tls is None:
            if self._reader.feed(fresh):
                self.ending = Ending.ENOUGH
            return None
        try:
            said, sending, ended = self._tls.feed(fresh)
        except TlsFailed:
            self._failed, self.ending = True, Ending.ENOUGH
            return None
        if said and self._reader.feed(said):
            self.ending = Ending.ENOUGH
        elif ended:
            self.ending = Ending.CLOSED
        if not sending:
            return None
        self._sequence, self._flight = self._behind, sending
        return self.say()
