# Invariant: whatever a device posts, and however often, each post gets exactly one reply, which is
# well-formed; what is kept is named; a stranger never gets a task; no session goes on for ever.
"""Tries acs/session.py and acs/sessions.py with dialogues made of the pieces of an input."""

import json
from zlib import crc32

from gatewatch.acs.dialogue import (
    Claimed,
    Command,
    Given,
    NextTask,
    Posted,
    Reply,
    Rules,
    Store,
    Who,
    posted,
)
from gatewatch.acs.session import Session
from gatewatch.acs.sessions import Sessions, Visit, cookie_token
from gatewatch.acs.state.changes import Claim
from gatewatch.acs.state.records import Task
from gatewatch.protocol.cwmp import (
    MESSAGES,
    DeviceId,
    Event,
    Fault,
    GetParameterNamesResponse,
    GetParameterValuesResponse,
    Inform,
    ParameterInfo,
    ParameterValue,
    Request,
)
from gatewatch.protocol.soap import Envelope, read, write

__all__ = ["SEEDS", "TOKENS", "one"]

_PART = b"\n\n--8<--\n\n"
_INFORM = write(
    Envelope(
        Inform(
            DeviceId("Example", "00005E", "box", "1"),
            (Event("2 PERIODIC"),),
            parameters=(ParameterValue("Device.DeviceInfo.SoftwareVersion", "1"),),
        ),
        "1",
    )
)
_NAMES = GetParameterNamesResponse((ParameterInfo("Device.A."), ParameterInfo("Device.B")))
_VALUES = GetParameterValuesResponse((ParameterValue("Device.B", "1"),))
_SAID = [
    *(write(Envelope(kind(), "1")) for kind in MESSAGES.values()),
    write(Envelope(_NAMES, "1")),
    write(Envelope(_VALUES, "2")),
    write(Envelope(Fault(9005, "no"), "3")),
]
SEEDS = [
    _PART.join((_INFORM, b"", write(Envelope(_NAMES, "1")), write(Envelope(_VALUES, "2")), b"")),
    *(_PART.join((_INFORM, one, b"", one, one, b"")) for one in _SAID[::3]),
]
TOKENS = [_PART, b"\0", b"<cwmp:Inform>", b"<FaultCode>9004</FaultCode>", b"9005", b"Device."]
_ACTIONS = [
    ("get_parameter_names", {"path": "", "walk": True}),
    ("get_parameter_values", {"names": ["Device.A", "Device.B", "Device.C"]}),
    ("set_parameter_values", {"parameters": [{"name": "Device.A", "value": "1"}]}),
    ("reboot", {}),
    ("download", {"url": "http://192.0.2.1/f"}),
    ("no_such", {}),
]


def one(data: bytes) -> None:
    """Plays the pieces of `data` as a device that is known, and as one that is not."""
    pieces = data.split(_PART)[:64]
    for known in (True, False):
        _Edge(known, crc32(data)).play(pieces)


class _Edge:
    """What is around the sessions."""

    def __init__(self, known: bool, seed: int) -> None:
        self.sessions = Sessions(Rules(most_requests=20, most_waiting=100), most=4)
        self.who = Who(known=known)
        self.seed = seed
        self.cookie = ""
        self.tasks = 0

    def play(self, pieces: list[bytes]) -> None:
        for number, piece in enumerate(pieces, 1):
            event = posted(piece, number * 1_000_000, f"{number:032x}", address="192.0.2.7")
            self.seed = crc32(b"x", self.seed)
            cookie = cookie_token(f"session={self.cookie}") if self.seed & 1 else ""
            visit = Visit(self.seed >> 1 & 3, self.who, "192.0.2.7", cookie)
            self._check(event, *self.sessions.post(visit, event))
            if self.seed >> 3 & 7 == 0:
                self.sessions.left(visit.connection)
            assert len(self.sessions) <= 4
        self.sessions.expired(10**12)
        assert len(self.sessions) == 0

    def _check(self, event: Posted, session: Session | None, commands: list[Command]) -> None:
        replies = 0
        for _ in range(200):
            if not commands:
                break
            command = commands.pop(0)
            if isinstance(command, Reply):
                replies += 1
                self._look(command)
            answer = self._answer(command, event.at)
            if answer and session:
                commands += self.sessions.handle(session, answer)
        assert not commands, "a dialogue that goes on for ever"
        assert replies == 1, f"{replies} replies"

    def _look(self, reply: Reply) -> None:
        assert reply.status in (200, 204, 400, 503)
        assert bool(reply.body) == (reply.status == 200)
        self.cookie = reply.set_cookie or self.cookie
        if reply.body:
            message = read(reply.body).message
            assert self.who.known or not isinstance(message, Request)

    def _answer(self, command: object, at: int) -> Claimed | Given | None:
        if isinstance(command, NextTask):
            assert self.who.known
            self.tasks += 1
            action, arguments = _ACTIONS[(self.seed + self.tasks) % len(_ACTIONS)]
            task = Task(self.tasks, command.device, action, json.dumps(arguments), tries=1)
            return Given(task if self.tasks % 4 else None, at)
        if isinstance(command, Store) and isinstance(command.changes[0], Claim):
            return Claimed(self.seed % 9 != 0, at)
        return None
