"""The desk behind the devices' door: an Application that drives sessions of CWMP.

For each request: who is it (identity.py, before its body is looked at); which session (the
connection's own, without proving anything twice); what the session commands (dialogue.py). What
a session wants kept is gathered and written in one go (journal.py) before the answer leaves.
When more waits to be written than should, new devices are told to come later; those in a
session go on.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from weakref import WeakKeyDictionary

from gatewatch.acs.dialogue import (
    Claimed,
    Command,
    Given,
    Gone,
    Log,
    NextTask,
    Over,
    Posted,
    Reply,
    Rules,
    Store,
    Who,
    posted,
)
from gatewatch.acs.http.admission import source_of
from gatewatch.acs.http.bodies import CannotDecode, decoded
from gatewatch.acs.http.door import busy
from gatewatch.acs.http.limits import Limits
from gatewatch.acs.http.messages import Answer, Peer, Request
from gatewatch.acs.http.messages import Reply as Answering
from gatewatch.acs.identity import Caller, Gatekeeper, Known
from gatewatch.acs.links import PREFIX, Links
from gatewatch.acs.paths import root_of
from gatewatch.acs.quarantine import Rate
from gatewatch.acs.serving.carrying_out import Carrier
from gatewatch.acs.serving.enrolment import enrol, first_use, may_be
from gatewatch.acs.session import Session
from gatewatch.acs.sessions import COOKIE, Sessions, Visit, cookie_token
from gatewatch.acs.state.changes import Change, Claim, FinishTask, Learned, Recover, StartTask
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.journal import Journal
from gatewatch.acs.state.records import Task, TaskState
from gatewatch.model.moment import SECOND
from gatewatch.protocol.cwmp import Inform
from gatewatch.protocol.soap import Envelope

__all__ = ["Desk"]

_XML = ("Content-Type", 'text/xml; charset="utf-8"')
_PUT_BACK_S = 300
_SEEN = 50_000


@dataclass(slots=True)
class _Turn:
    """One request on its way through: what is still to be kept before its answer."""

    session: Session
    caller: Caller
    answering: Answering | None
    """None: nobody waits for an answer."""
    address: str
    kept: list[Change] = field(default_factory=list)


class _Due:
    """What each session has still to give its device: asked for once, since a session is short.

    What is ordered while a session is on waits for the next one, which its device is asked to
    begin.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._left: WeakKeyDictionary[Session, list[Task]] = WeakKeyDictionary()

    def next(self, session: Session, now: int) -> Task | None:
        """The next one for the device of `session`, if there is one."""
        if session not in self._left:
            self._left[session] = self._state.due(session.device, now)[::-1]
        left = self._left[session]
        return left.pop() if left else None

    def forget(self, session: Session) -> None:
        """The session is over."""
        self._left.pop(session, None)


class Desk:
    """See above. One a process; lives in the loop's thread."""

    def __init__(
        self,
        state: State,
        journal: Journal,
        gatekeeper: Gatekeeper,
        carrier: Carrier,
        links: Links,
        *,
        rules: Rules,
        limits: Limits,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
        strangers: Rate | None = None,
    ) -> None:
        self._state, self._journal, self._gatekeeper = state, journal, gatekeeper
        self._carrier, self._links = carrier, links
        self._rules, self._limits, self._clock = rules, limits, clock
        self._strangers = strangers or Rate(0.4, 10, all_per_s=40)
        self._sessions = Sessions(rules)
        self._due = _Due(state)
        self._callers: dict[int, Caller] = {}
        self._whos: dict[int, Who] = {}
        self._told: OrderedDict[str, int] = OrderedDict()
        self.counts: Counter[str] = Counter()
        """Sessions, oddities by kind, refusals."""

    # --- Application

    def asked(self, request: Request, peer: Peer, reply: Answering) -> None:
        """See Application."""
        if request.target.startswith(PREFIX) and request.method != "POST":
            reply(self._links.answer(request, peer, self._clock()))
        elif request.method != "POST":
            reply(Answer(405, headers=(("Allow", "POST"),)))
        else:
            caller = self._caller(request, peer)
            if isinstance(caller, Answer):
                self.counts[f"answered {caller.status}"] += 1
                reply(caller)
            else:
                self._post(request, peer, caller, reply)

    def gone(self, peer: Peer) -> None:
        """See Application."""
        self._callers.pop(peer.number, None)
        self._whos.pop(peer.number, None)
        self._sessions.left(peer.number)

    def tick(self) -> None:
        """Once a second: sessions that are silent for too long end."""
        for session, commands in self._sessions.expired(self._clock()):
            self._carry_out(_Turn(session, Known("", "", ""), None, ""), commands)

    def sweep(self) -> None:
        """Once an hour: links that nobody used are forgotten."""
        self._links.sweep(self._clock())

    # --- who

    def _caller(self, request: Request, peer: Peer) -> Caller | Answer:
        caller = self._callers.get(peer.number)
        if caller is None:
            if self._journal.full:
                return busy()
            found = self._gatekeeper.identify(request, peer)
            if isinstance(found, Answer):
                return found
            self._callers[peer.number] = caller = found
        stranger = not isinstance(caller, Known)
        if stranger and not self._strangers.allows(source_of(peer.address), time.monotonic()):
            return busy()
        return caller

    def _who(self, peer: Peer, caller: Caller, event: Posted) -> Who:
        """What the caller has proven; what it was taken for at its Inform holds for the rest."""
        said = event.said
        if isinstance(said, Envelope) and isinstance(said.message, Inform):
            who = self._claimant(caller, said.message)
            if peer.number in self._callers:
                self._whos[peer.number] = who
            return who
        if peer.number in self._whos:
            return self._whos[peer.number]
        if not isinstance(caller, Known):
            return Who("", caller.username, known=False)
        return Who(caller.device, caller.username)

    def _claimant(self, caller: Caller, inform: Inform) -> Who:
        """What the caller has proven, seeing whom it says that it is."""
        if not isinstance(caller, Known):
            return Who("", caller.username, known=False)
        claims = inform.device
        if caller.by == "certificate":
            fits = caller.device in (claims.key, f"{claims.oui}-{claims.serial_number}")
            return Who(claims.key if fits else caller.device, caller.username)
        if not caller.device and not may_be(self._state, caller, claims.key):
            return Who("", caller.username, known=False)
        return Who(caller.device, caller.username)

    # --- what

    def _post(self, request: Request, peer: Peer, caller: Caller, reply: Answering) -> None:
        coding = request.headers.get("content-encoding", "")
        try:
            if coding and not isinstance(caller, Known):
                raise CannotDecode(415)
            body = decoded(request.body, coding, self._limits.body_bytes)
        except CannotDecode as error:
            self.counts[f"answered {error.status}"] += 1
            reply(Answer(error.status, close=True))
            return
        charset = _charset(request.headers.get("content-type", ""))
        now = self._clock()
        event = posted(body, now, token_hex(16), address=peer.address, charset=charset)
        cookie = cookie_token(request.headers.get("cookie", ""))
        who = self._who(peer, caller, event)
        visit = Visit(peer.number, who, peer.address, cookie)
        session, commands = self._sessions.post(visit, event)
        if session is None:
            reply(busy())
            return
        turn = _Turn(session, caller, reply, peer.address)
        inform = event.said
        if isinstance(inform, Envelope) and isinstance(inform.message, Inform) and visit.who.known:
            self._enrol(turn, inform.message, now)
        self._carry_out(turn, commands)

    def _enrol(self, turn: _Turn, inform: Inform, now: int) -> None:
        caller = turn.caller
        if not isinstance(caller, Known) or not turn.session.known:
            return
        root = root_of(one.name for one in inform.parameters)
        turn.kept += enrol(self._state, turn.session.device, root, caller, now)
        credential = self._gatekeeper.credential(caller.username) if caller.device else None
        if credential is not None and not credential.used:
            turn.kept += first_use(self._state, credential, now)
            self._gatekeeper.forget(caller.username)

    # --- commands

    def _carry_out(self, turn: _Turn, commands: Sequence[Command]) -> None:
        """Carries out commands in order; the rest goes on when something was written."""
        for place, command in enumerate(commands):
            if isinstance(command, Store):
                if isinstance(command.changes[0], Claim):
                    self._claim(turn, command, commands[place + 1 :])
                    return
                turn.kept += self._new(command.changes)
            elif isinstance(command, NextTask):
                self._next_task(turn)
                return
            elif isinstance(command, Reply):
                self._write(turn, lambda _, answer=command: self._answer(turn, answer))  # type: ignore[misc]
                self._carry_out(_Turn(turn.session, turn.caller, None, turn.address),
                                commands[place + 1 :])  # fmt: skip
                return
            elif isinstance(command, Over):
                self._due.forget(turn.session)
            elif isinstance(command, Log):
                self.counts[str(command.kind)] += 1
        if turn.kept:
            self._write(turn, lambda _: None)

    def _new(self, changes: Sequence[Change]) -> list[Change]:
        """Without what a device tells every time: its Inform brings the same parameters."""
        return [one for one in changes if not isinstance(one, Learned) or self._is_news(one)]

    def _is_news(self, told: Learned) -> bool:
        mark = hash((frozenset(told.parameters.items()), told.gone))
        key = f"{told.device} {len(told.parameters)}"
        if self._told.get(key) == mark:
            return False
        self._told[key] = mark
        self._told.move_to_end(key)
        if len(self._told) > _SEEN:
            self._told.popitem(last=False)
        return True

    def _claim(self, turn: _Turn, command: Store, rest: Sequence[Command]) -> None:
        claim = command.changes[0]
        assert isinstance(claim, Claim)
        later = self._clock() + _PUT_BACK_S * SECOND
        recover = Recover(claim.device, claim.token, later)
        changes = [claim, recover, *self._new(command.changes[1:]), *turn.kept]
        turn.kept = []
        self.counts["sessions"] += 1

        def claimed(results: list[Any] | None) -> None:
            if results is None:
                self._failed(turn)
                return
            event = Claimed(bool(results[0]), self._clock())
            self._carry_out(turn, [*self._sessions.handle(turn.session, event), *rest])

        self._journal.submit(changes, claimed)

    def _next_task(self, turn: _Turn) -> None:
        now = self._clock()
        task = self._due.next(turn.session, now)
        if task is None:
            self._give(turn, Given(None, now))
            return
        carried = self._carrier.carried(task, turn.address, now)
        start = StartTask(task.id, turn.session.token, now)
        changes = [*turn.kept, start, *carried.changes]
        place = len(turn.kept)
        turn.kept = []

        def started(results: list[Any] | None) -> None:
            if results is None:
                self._failed(turn)
            elif not results[place]:
                # Somebody has cancelled it in this moment, or the device is not ours any more.
                self._give(turn, Given(None, now))
            elif carried.refused:
                turn.kept.append(
                    FinishTask(task.id, turn.session.token, now, TaskState.FAILED, carried.refused)
                )
                self._write(turn, lambda _: self._next_task(turn))
            else:
                self._give(turn, Given(carried.task, now))

        self._journal.submit(changes, started)

    def _give(self, turn: _Turn, event: Given) -> None:
        self._carry_out(turn, self._sessions.handle(turn.session, event))

    def _write(self, turn: _Turn, then: Callable[[list[Any]], None]) -> None:
        """Goes on by `then` once everything that was kept is durable."""
        changes, turn.kept = turn.kept, []
        if not changes:
            then([])
            return
        self._journal.submit(
            changes, lambda results: self._failed(turn) if results is None else then(results)
        )

    def _failed(self, turn: _Turn) -> None:
        """Nothing was written: the device must not believe that it was, and comes again."""
        self.counts["not written"] += 1
        self._sessions.handle(turn.session, Gone("could not be written", self._clock()))
        self._send(turn, busy())

    def _answer(self, turn: _Turn, reply: Reply) -> None:
        headers: list[tuple[str, str]] = []
        if reply.body:
            headers.append(_XML)
        if reply.set_cookie:
            headers.append(("Set-Cookie", f"{COOKIE}={reply.set_cookie}; Path=/"))
        if reply.retry_after_s:
            headers.append(("Retry-After", str(reply.retry_after_s)))
        self.counts[f"answered {reply.status}"] += 1
        self._send(turn, Answer(reply.status, reply.body, tuple(headers), reply.close))

    def _send(self, turn: _Turn, answer: Answer) -> None:
        answering, turn.answering = turn.answering, None
        if answering is not None:
            answering(answer)


def _charset(content_type: str) -> str:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'")[:40]
    return ""
