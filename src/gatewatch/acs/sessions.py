"""Which session a request belongs to, and how many sessions there may be.

A request belongs to the session of its connection; else to the one whose cookie it brings; else,
for devices that send no cookies and open a connection for each request, to the only session that
the same caller has from the same address. In all three cases the caller must have proven to be
the one who opened it. An Inform begins a session of its own, on its connection or with its cookie
in place of the one before. Tokens are 128 random bits that are handed in, never made of anything
that a device says.

A device has one session: a newer one ends the older. Sessions end when they are silent; memory is
bounded by their number. No clock and no socket is in here.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, field

from gatewatch.acs.dialogue import Command, Event, Gone, Log, Oddity, Posted, Reply, Rules, Who
from gatewatch.acs.session import Session, Stage
from gatewatch.protocol.cwmp import Inform
from gatewatch.protocol.soap import Envelope

__all__ = ["COOKIE", "Sessions", "Visit", "cookie_token"]

COOKIE = "session"
"""The cookie's name."""
_TOLD_APART = 16
"""More sessions than these of one caller and address are not even looked through."""
# Devices quote values, part cookies by commas, echo attributes and keep the cookies of old
# sessions; where one comes twice, the last is the newest.
_TOKEN = re.compile(rf'(?:^|[;,\s]){COOKIE}\s*=\s*"?([0-9a-f]{{32}})"?(?=[;,\s]|$)')


@dataclass(frozen=True, slots=True)
class Visit:
    """How a request came in."""

    connection: int
    """Never the same for two connections of a process."""
    who: Who
    address: str
    cookie: str = ""
    """What `cookie_token` found."""


@dataclass(slots=True, eq=False)
class _Entry:
    session: Session
    visit: Visit
    seen: int
    key: str = ""
    """The token that it is filed under."""
    device: str = ""
    """The device that it is filed under."""
    connections: set[int] = field(default_factory=set)


def cookie_token(header: str) -> str:
    """The session's token in a Cookie header; "" if there is none that could be ours."""
    found = _TOKEN.findall(header[:8192])
    return found[-1] if found else ""


class Sessions:
    """All sessions of one process."""

    def __init__(self, rules: Rules, *, most: int = 20_000, silence: int = 60_000_000) -> None:
        """At most `most` sessions; one that is silent for `silence` microseconds ends."""
        self._rules = rules
        self._most, self._silence = most, silence
        self._entries: OrderedDict[Session, _Entry] = OrderedDict()
        """The longest silent first."""
        self._by_connection: dict[int, _Entry] = {}
        self._by_token: dict[str, _Entry] = {}
        self._by_device: dict[str, _Entry] = {}
        self._by_caller: dict[tuple[Who, str], set[_Entry]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def post(self, visit: Visit, event: Posted) -> tuple[Session | None, list[Command]]:
        """The session that a request belongs to, and what is to be done; None: there is no room."""
        entry = self._find(visit, event)
        made = self.expired(event.at) if entry is None and len(self) >= self._most else []
        before = [one for _, commands in made for one in commands]
        if entry is None:
            if len(self) >= self._most:
                busy = Reply(503, close=True, retry_after_s=self._rules.busy_s)
                return None, [*before, Log(Oddity.BUSY, "too many sessions"), busy]
            entry = self._new(visit, event.at)
        self._bind(entry, visit.connection)
        entry.seen = event.at
        self._entries.move_to_end(entry.session)
        return entry.session, [*before, *self.handle(entry.session, event)]

    def handle(self, session: Session, event: Event) -> list[Command]:
        """Hands `event` to a session; a device that opens a second one ends its first."""
        commands = session.handle(event)
        entry = self._entries.get(session)
        if entry is None or entry.key == session.token:
            return commands
        self._unfile(entry)
        entry.key = session.token
        self._by_token[entry.key] = entry
        if session.known:
            older = self._by_device.get(session.device)
            entry.device = session.device
            self._by_device[entry.device] = entry
            if older is not None and older is not entry:
                # It stays on its connection, so that what still comes there does not end this one.
                ended = older.session.handle(Gone("the device opened another session", event.at))
                return [*ended, *commands]
        return commands

    def left(self, connection: int) -> None:
        """A connection has closed. Its session goes on, unless it was over."""
        entry = self._by_connection.pop(connection, None)
        if entry is not None:
            entry.connections.discard(connection)
            if entry.session.stage in (Stage.OVER, Stage.NEW) and not entry.connections:
                self._drop(entry)

    def expired(self, at: int) -> list[tuple[Session, list[Command]]]:
        """Ends the sessions that have been silent for too long, each with what is to be done."""
        ended = []
        while self._entries:
            entry = next(iter(self._entries.values()))
            if entry.seen > at - self._silence:
                break
            ended.append((entry.session, entry.session.handle(Gone("silent for too long", at))))
            self._drop(entry)
        return ended

    def _find(self, visit: Visit, event: Posted) -> _Entry | None:
        for entry in (
            self._by_connection.get(visit.connection),
            self._by_token.get(visit.cookie) if visit.cookie else None,
        ):
            if entry is not None and entry.visit.who == visit.who:
                return entry
        said = event.said
        if isinstance(said, Envelope) and isinstance(said.message, Inform):
            return None
        entries = self._by_caller.get((visit.who, visit.address), set())
        if len(entries) > _TOLD_APART:
            return None
        live = [one for one in entries if one.session.stage is not Stage.OVER]
        # Two devices behind one address that prove nothing of their own cannot be told apart.
        return live[0] if len(live) == 1 else None

    def _new(self, visit: Visit, at: int) -> _Entry:
        session = Session(visit.who, self._rules)
        entry = self._entries[session] = _Entry(session, visit, at)
        self._by_caller.setdefault((visit.who, visit.address), set()).add(entry)
        return entry

    def _bind(self, entry: _Entry, connection: int) -> None:
        before = self._by_connection.get(connection)
        if before is not None and before is not entry:
            before.connections.discard(connection)
        self._by_connection[connection] = entry
        entry.connections.add(connection)

    def _drop(self, entry: _Entry) -> None:
        del self._entries[entry.session]
        for connection in entry.connections:
            self._by_connection.pop(connection, None)
        self._unfile(entry)
        caller = (entry.visit.who, entry.visit.address)
        entries = self._by_caller[caller]
        entries.discard(entry)
        if not entries:
            del self._by_caller[caller]

    def _unfile(self, entry: _Entry) -> None:
        self._by_token.pop(entry.key, None)
        if self._by_device.get(entry.device) is entry:
            del self._by_device[entry.device]
        entry.device = ""
