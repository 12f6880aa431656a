"""One session of CWMP, from Inform to the last empty answer; events in, commands out.

No socket, clock or chance is in here: what time it is and which token names the session come with
the events (dialogue.py says how a driver carries out what is commanded). What holds:

- An Inform opens a session, at any moment: whatever was before it has ended, and what was asked
  and not answered is asked again later. Anything else before an Inform is refused with 400.
- A device's own requests are answered until it has none (an empty POST); then come ours, one at
  a time. When none is left, 204 ends the session; one more empty POST gets one more 204.
- Who has proven nothing gets an InformResponse and a 204. Nothing that is known of the device it
  claims to be is sent to it or changed.
- Answers are matched with the one request that is open, by method; a wrong or missing ID is
  noted, not punished.

Sources: TR-069 Amendment 6, sections 3.4 and 3.7.
"""

from enum import Enum

from gatewatch.acs.dialogue import (
    Claimed,
    Command,
    Event,
    Given,
    Log,
    NextTask,
    Oddity,
    Over,
    Posted,
    Reply,
    Rules,
    Store,
    Told,
    Who,
)
from gatewatch.acs.errand import Errand
from gatewatch.acs.opening import open_session
from gatewatch.acs.outcome import Hearing
from gatewatch.acs.rpc import served, served_in
from gatewatch.acs.state.changes import Claim, Release
from gatewatch.acs.state.records import Task
from gatewatch.protocol.cwmp import CannotWrite, Fault, Inform, Message, Request, Response, Unknown
from gatewatch.protocol.soap import Envelope, SoapError, write

__all__ = ["Session", "Stage"]


class Stage(Enum):
    """Whose turn it is."""

    NEW = "new"
    """No Inform has been heard."""
    CLAIMING = "claiming"
    """The state is asked whether the device is free."""
    THEIRS = "theirs"
    """The device asks, until it has nothing more."""
    CHOOSING = "choosing"
    """The state is asked for a task."""
    OURS = "ours"
    """We have asked, the device is to answer."""
    OVER = "over"


class Session:
    """A dialogue with one device."""

    def __init__(self, who: Who, rules: Rules) -> None:
        self.who = who
        self.device = ""
        """The device's key, once an Inform was heard."""
        self.token = ""
        """Names the session; the cookie's value."""
        self.stage = Stage.NEW
        self.address = ""
        self._rules = rules
        self.known = False
        """Whether the caller has proven to be `device`."""
        self._namespace = ""
        self._soap = ""
        self._response = b""
        """The InformResponse, until it is sent; of what a device said nothing is kept here."""
        self._errand: Errand | None = None
        self._sent = 0
        self._numbers = 0
        self._claimed_at = 0
        self._turned = False
        """Whether a device that held its requests back has had its turn."""

    def handle(self, event: Event) -> list[Command]:
        """What is to be done now."""
        if isinstance(event, Posted):
            return self._posted(event)
        if isinstance(event, Claimed):
            return self._claimed(event)
        if isinstance(event, Given):
            return self._given(event)
        return self._end(event.why, event.at)

    # --- the device speaks

    def _posted(self, event: Posted) -> list[Command]:
        if self.stage in (Stage.CLAIMING, Stage.CHOOSING):
            # The door answers one request before it reads another; a driver that does not, errs.
            return [*self._end("spoke out of turn", event.at), Reply(400, close=True)]
        said = event.said
        if isinstance(said, Envelope):
            odd = self._odd(said)
            if isinstance(said.message, Inform):
                return odd + self._inform(said, event)
            return odd + self._message(said, event)
        if isinstance(said, SoapError):
            return self._refuse(str(said), event.at)
        return self._nothing_more(event.at)

    def _odd(self, said: Envelope) -> list[Command]:
        if not said.oddities:
            return []
        return [Log(Oddity.ODD_MESSAGE, " ".join(sorted(said.oddities)))]

    def _inform(self, said: Envelope, event: Posted) -> list[Command]:
        before = self._end("the device began anew", event.at)
        opening = open_session(said, self.who)
        if isinstance(opening, Fault):
            return [*before, *self._fault(said, opening), Over(opening.told)]
        if isinstance(opening, str):
            return [*before, *self._refuse(opening, event.at)]
        self.device, self.known = opening.device, opening.known
        self._response = write(opening.response(hold=self._rules.hold and self.known))
        self._namespace, self._soap = said.namespace, said.soap
        self.token, self.address = event.token, event.address
        self._sent, self._turned = 0, False
        heard = served()["Inform"].heard(opening.inform, self._hearing(event.at))
        if not self.known:
            self.stage = Stage.THEIRS
            stranger = opening.stranger(event.at, event.address, self.who)
            return [*before, *opening.logs, Store((stranger,)), self._opened()]
        return [*before, *opening.logs, Store((self._claim(event.at), *heard.changes))]

    def _claim(self, at: int) -> Claim:
        """A claim to the device, whose result is then waited for."""
        rules = self._rules
        self.stage, self._claimed_at = Stage.CLAIMING, at
        return Claim(self.device, rules.owner, self.token, at, at + rules.lease)

    def _hearing(self, at: int) -> Hearing:
        namespace = self._namespace
        return Hearing(self.device, at, self.address, namespace, served_in(namespace))

    def _claimed(self, event: Claimed) -> list[Command]:
        if self.stage is not Stage.CLAIMING:  # it has ended meanwhile
            return [_BAD]
        if not event.ok:
            dropped = self._drop("another process serves the device", event.at)
            self.stage, self.known = Stage.OVER, False
            return [
                *dropped,
                Log(Oddity.BUSY, self.device),
                Reply(503, close=True, retry_after_s=self._rules.busy_s),
                Over("another process serves the device"),
            ]
        if self._errand is not None:
            return self._send(event.at)
        self.stage = Stage.THEIRS
        return [self._opened()]

    def _opened(self) -> Reply:
        body, self._response = self._response, b""
        return Reply(200, body, set_cookie=self.token)

    def _message(self, said: Envelope, event: Posted) -> list[Command]:
        message = said.message
        if self.stage is Stage.NEW:
            return self._refuse(f"{_name(message)} before an Inform", event.at)
        if said.not_understood:
            words = f"header {said.not_understood[0]} is not understood"
            refusal = Fault(0, soap_code=Fault.MUST_UNDERSTAND, soap_string=words)
            return self._fault(said, refusal)
        if isinstance(message, Request):
            return self._request(message, said, event.at)
        if isinstance(message, Unknown) and not message.is_response:
            fault = Fault(8000, "Method not supported")
            return [Log(Oddity.UNKNOWN_METHOD, message.name), *self._fault(said, fault)]
        return self._answer(message, said, event.at)

    def _request(self, request: Request, said: Envelope, at: int) -> list[Command]:
        method = served().get(request.METHOD)
        if method is None:
            fault = Fault(8000, "Method not supported")
            return [Log(Oddity.UNKNOWN_METHOD, request.METHOD), *self._fault(said, fault)]
        heard = method.heard(request, self._hearing(at))
        reply = Reply(200, self._written(heard.response, said.id))
        if not self.known:
            return [reply]
        kept: list[Command] = [Store(heard.changes)] if heard.changes else []
        return [*kept, Told(self.device, request), reply]

    def _answer(self, message: Message, said: Envelope, at: int) -> list[Command]:
        errand = self._errand
        if self.stage is not Stage.OURS or errand is None:
            if isinstance(message, Fault):
                # Some devices object to our InformResponse, and mean that they have no more.
                return [Log(Oddity.FAULT, message.told), *self._nothing_more(at)]
            return [Log(Oddity.UNASKED, _name(message)), *self._end("unasked answer", at), _BAD]
        if not isinstance(message, Response | Fault) or not errand.fits(message):
            told = f"{_name(message)} is no answer to {errand.method}"
            return [Log(Oddity.UNASKED, told), *self._end(told, at), _BAD]
        logs: list[Command] = []
        if said.id != errand.id:
            logs.append(Log(Oddity.ODD_MESSAGE, "another ID than we sent"))
        if isinstance(message, Fault):
            logs.append(Log(Oddity.FAULT, f"{errand.method}: {message.told}"))
        stored, more = errand.take(message, at)
        if stored:
            logs.append(Store(stored))
        return logs + (self._ask(at) if more else self._next())

    def _nothing_more(self, at: int) -> list[Command]:
        if self.stage is Stage.NEW:
            return self._refuse("nothing before an Inform", at)
        if self.stage is Stage.OVER or not self.known:
            return self._last()
        if self.stage is Stage.OURS:
            lost = Log(Oddity.UNANSWERED, self._errand.method if self._errand else "")
            return [lost, *self._drop("the device did not answer", at), *self._next()]
        return self._next()

    # --- we ask

    def _next(self) -> list[Command]:
        self._errand = None
        self.stage = Stage.CHOOSING
        return [NextTask(self.device)]

    def _given(self, event: Given) -> list[Command]:
        if self.stage is not Stage.CHOOSING:  # it has ended meanwhile
            late = Errand(event.task, self.device, self.token, self._rules) if event.task else None
            back: list[Command] = [Store(late.lost("the session ended", event.at))] if late else []
            return [*back, _BAD]
        if event.task is None:
            return self._last()
        return self._begin(event.task, event.at)

    def _begin(self, task: Task, at: int) -> list[Command]:
        errand = Errand(task, self.device, self.token, self._rules)
        refused = errand.begin(at)
        if refused:
            return [Store(refused), NextTask(self.device)]
        self._errand = errand
        return self._ask(at)

    def _ask(self, at: int) -> list[Command]:
        """The next request of the errand."""
        errand = self._errand
        if errand is None:
            return self._next()
        if self._sent >= self._rules.most_requests:
            why = f"more than {self._rules.most_requests} requests in one session"
            return [*self._drop(why, at), *self._last()]
        if at - self._claimed_at > self._rules.lease // 2:
            return [Store((self._claim(at),))]
        return self._send(at)

    def _send(self, at: int) -> list[Command]:
        errand = self._errand
        if errand is None:
            return self._next()
        self._sent += 1
        self._numbers += 1
        try:
            body = self._written(errand.next(str(self._numbers)), errand.id)
        except CannotWrite as error:
            return [Store(errand.give_up(str(error), at)), *self._next()]
        self.stage = Stage.OURS
        return [Reply(200, body)]

    # --- the end

    def _last(self) -> list[Command]:
        """204: nothing is asked any more."""
        if self.stage is Stage.OVER:
            return [Reply(204, close=True)]
        if self._rules.hold and self.known and not self._turned:
            self.stage, self._turned = Stage.THEIRS, True
            return [Reply(204)]
        self.stage = Stage.OVER
        freed: list[Command] = []
        if self.known:
            freed.append(Store((Release(self.device, self.token),)))
        return [*freed, Reply(204, close=True), Over("done")]

    def _drop(self, why: str, at: int) -> list[Command]:
        """Puts back what was asked and will not be answered."""
        errand, self._errand = self._errand, None
        return [Store(errand.lost(why, at))] if errand else []

    def _end(self, why: str, at: int) -> list[Command]:
        """Ends whatever is under way, without an answer."""
        if self.stage in (Stage.NEW, Stage.OVER):
            self._errand = None
            return []
        commands = self._drop(why, at)
        if self.known:
            commands.append(Store((Release(self.device, self.token),)))
        self.stage = Stage.OVER
        return [*commands, Log(Oddity.LOST, why), Over(why)]

    def _refuse(self, why: str, at: int) -> list[Command]:
        return [Log(Oddity.BAD_REQUEST, why), *self._end(why, at), _BAD]

    def _fault(self, said: Envelope, fault: Fault) -> list[Command]:
        namespace = self._namespace or said.namespace
        envelope = Envelope(fault, said.id, namespace, soap=said.soap)
        return [Reply(200, write(envelope))]

    def _written(self, message: Message, identifier: str | None) -> bytes:
        hold = self._rules.hold and isinstance(message, Request)
        return write(
            Envelope(message, identifier, self._namespace, hold_requests=hold, soap=self._soap)
        )


_BAD = Reply(400, close=True)


def _name(message: Message) -> str:
    return message.name if isinstance(message, Unknown) else message.METHOD
