"""Dialogues with the ACS as text, to be read from top to bottom.

    >> what the device says           -- what happens around it
    << what we answer                 .. what we do before that

`>>` and `--` lines are played, and what comes out is compared with the other lines, all of them.

    >> (empty)                                     an empty POST
    >> Inform 1 BOOT, M Reboot                     from `device`, in the current namespace
    >> GetParameterValuesResponse Device.A=1       names and values
    >> Fault 9003 Device.A=9008                    with the faults of single parameters
    >> TransferComplete {"command_key": "7"}       any other message, fields as JSON
    >> raw <...>                                   bytes as they are
  in brackets behind any of them: [id 5], [no id], [cwmp-1-2], [soap 1.2], [versions 1.0,1.4],
  [retry 2], [envelopes 4], [header X] (one that must be understood)

    -- connection 2            the next request comes on another connection
    -- closed                  this connection closes
    -- cookies none|echoed|attributes
    -- from 192.0.2.9          another address
    -- device 2                another device speaks
    -- stranger                the caller has proven nothing
    -- credential KEY          the caller has proven to be KEY
    -- task 7 reboot {}        waits for the device
    -- busy                    another process has the device
    -- wait 70                 seconds go by
    -- rules hold=1            fields of Rules
"""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from gatewatch.acs.dialogue import (
    Claimed,
    Command,
    Given,
    Log,
    NextTask,
    Over,
    Reply,
    Rules,
    Store,
    Told,
    Who,
    posted,
)
from gatewatch.acs.session import Session
from gatewatch.acs.sessions import Sessions, Visit, cookie_token
from gatewatch.acs.state import changes as kept
from gatewatch.acs.state.records import Task, TaskState
from gatewatch.protocol.cwmp import (
    MESSAGES,
    DeviceId,
    Event,
    Fault,
    GetParameterValuesResponse,
    Inform,
    Message,
    ParameterFault,
    ParameterInfo,
    ParameterValue,
    TransferFault,
)
from gatewatch.protocol.soap import SOAP_11, SOAP_12, Envelope, read, write

__all__ = ["play"]

SECOND = 1_000_000
NOON = 1_795_521_600 * SECOND
_OPTION = re.compile(r"\s*\[([^\]]*)\]\s*$")


def play(script: str) -> str:
    """The script with what the ACS really does."""
    table = _Table()
    lines = []
    for line in script.splitlines():
        if line.startswith((">> ", "-- ")):
            lines.append(line)
            lines += table.play(line[:2], line[3:])
        elif not line.startswith(("<< ", ".. ")):
            lines.append(line)
    return "\n".join(lines) + "\n"


class _Table:
    """What is around the sessions: a clock, connections, cookies, and a state of tasks."""

    def __init__(self) -> None:
        self.sessions = Sessions(Rules())
        self.now = NOON
        self.tokens = 0
        self.connection = 1
        self.address = "198.51.100.7"
        self.who = Who()
        self.serial = "1"
        self.cookies = "echoed"
        self.cookie = ""
        self.busy = False
        self.tasks: dict[int, Task] = {}

    def play(self, kind: str, text: str) -> list[str]:
        if kind == "--":
            verb, _, rest = text.partition(" ")
            return list(getattr(self, f"_{verb}")(rest) or ())
        return self._said(text)

    # --- around it

    def _connection(self, number: str) -> None:
        self.connection = int(number)

    def _closed(self, _: str) -> None:
        self.sessions.left(self.connection)

    def _cookies(self, kind: str) -> None:
        self.cookies = kind

    def _from(self, address: str) -> None:
        self.address = address

    def _device(self, serial: str) -> None:
        self.serial = serial

    def _stranger(self, name: str) -> None:
        self.who = Who("", name, known=False)

    def _credential(self, device: str) -> None:
        self.who = Who(device, device)

    def _busy(self, _: str) -> None:
        self.busy = True

    def _task(self, text: str) -> None:
        number, action, arguments = text.split(" ", 2)
        self.tasks[int(number)] = Task(int(number), "", action, arguments)

    def _wait(self, seconds: str) -> list[str]:
        self.now += int(seconds) * SECOND
        done = []
        for session, commands in self.sessions.expired(self.now):
            done += self._carry_out(session, commands)
        return done

    def _rules(self, text: str) -> None:
        pairs = (part.split("=") for part in text.split())
        given: dict[str, Any] = {name: int(value) for name, value in pairs}
        rules = replace(Rules(), **given)
        self.sessions = Sessions(rules)

    # --- the device speaks

    def _said(self, text: str) -> list[str]:
        options = []
        while found := _OPTION.search(text):
            options.append(found[1])
            text = text[: found.start()]
        body = _body(text, options, self.serial)
        self.tokens += 1
        self.now += SECOND
        token = f"{self.tokens:032x}"
        visit = Visit(self.connection, self.who, self.address, cookie_token(self._sent_cookie()))
        session, commands = self.sessions.post(
            visit, posted(body, self.now, token, address=self.address)
        )
        done = self._carry_out(session, commands)
        replies = [line for line in done if line.startswith("<<")]
        assert len(replies) == 1, f"one request, {len(replies)} replies"
        last = next(line for line in reversed(done) if not line.startswith(".. over"))
        assert last == replies[0], "something is done after the reply that is not durable before it"
        return done

    def _sent_cookie(self) -> str:
        if self.cookies == "attributes":
            return f'old=1, session="{self.cookie}"; Path=/'
        return f"session={self.cookie}" if self.cookies == "echoed" else ""

    # --- what is to be done

    def _carry_out(self, session: Session | None, commands: list[Command]) -> list[str]:
        done: list[str] = []
        for command in commands:
            done.append(_told(command))
            if isinstance(command, Reply) and command.set_cookie:
                self.cookie = command.set_cookie
            answer = self._answer(command)
            if answer is not None and session is not None:
                done += self._carry_out(session, self.sessions.handle(session, answer))
        return done

    def _answer(self, command: Command) -> Claimed | Given | None:
        if isinstance(command, NextTask):
            waiting = [one for one in self.tasks.values() if one.not_before <= self.now]
            task = next((one for one in waiting if one.state is TaskState.WAITING), None)
            if task is not None:
                task = replace(task, state=TaskState.RUNNING, tries=task.tries + 1)
                self.tasks[task.id] = task
            return Given(task, self.now)
        if not isinstance(command, Store):
            return None
        for change in command.changes:
            if isinstance(change, kept.FinishTask):
                task = self.tasks[change.id]
                finished = replace(task, state=change.state, not_before=change.not_before)
                self.tasks[change.id] = finished
        if isinstance(command.changes[0], kept.Claim):
            return Claimed(not self.busy, self.now)
        return None


def _body(text: str, options: list[str], serial: str) -> bytes:
    if text == "(empty)":
        return b""
    if text.startswith("raw "):
        return text[4:].encode()
    envelope = Envelope(_message(text, options, serial), "77")
    header = ""
    for option in options:
        name, _, value = option.partition(" ")
        if name in ("id", "no"):
            envelope = replace(envelope, id=None if name == "no" else value)
        elif name.startswith("cwmp-"):
            envelope = replace(envelope, namespace=f"urn:dslforum-org:{name}")
        elif name == "soap":
            envelope = replace(envelope, soap=SOAP_12 if value == "1.2" else SOAP_11)
        elif name == "versions":
            envelope = replace(envelope, supported_versions=tuple(value.split(",")))
        elif name == "header":
            header = f'<cwmp:{value} soap-env:mustUnderstand="1">1</cwmp:{value}>'
    return write(envelope).replace(b"</soap-env:Header>", f"{header}</soap-env:Header>".encode())


def _message(text: str, options: list[str], serial: str) -> Message:
    name, _, rest = text.partition(" ")
    if name == "Inform":
        return _inform(rest, dict(one.split(" ", 1) for one in options if " " in one), serial)
    if name == "Fault":
        code, *listed = rest.split()
        pairs = [one.split("=") for one in listed]
        return Fault(int(code), "no", tuple(ParameterFault(key, int(n), "") for key, n in pairs))
    if name == "GetParameterValuesResponse":
        values = (one.partition("=") for one in rest.split())
        return GetParameterValuesResponse(tuple(ParameterValue(key, to) for key, _, to in values))
    given = json.loads(rest or "{}")
    if "fault" in given:
        given["fault"] = TransferFault(given["fault"])
    if "parameters" in given:
        given["parameters"] = tuple(ParameterInfo(*one) for one in given["parameters"])
    return MESSAGES[name](**given)


def _inform(events: str, options: dict[str, str], serial: str) -> Inform:
    root = options.get("root", "InternetGatewayDevice")
    return Inform(
        DeviceId("Example", "00005E", "box", serial),
        tuple(
            Event(one.strip(), "7" if one.strip().startswith("M") else "")
            for one in events.split(",")
        ),
        max_envelopes=int(options.get("envelopes", 1)),
        retry_count=int(options.get("retry", 0)),
        parameters=(
            ParameterValue(f"{root}.DeviceInfo.SoftwareVersion", options.get("software", "1.0")),
            ParameterValue(
                f"{root}.ManagementServer.ConnectionRequestURL", "http://198.51.100.7:7547/x"
            ),
        ),
    )


def _told(command: Command) -> str:
    if isinstance(command, Store):
        return f".. keep {', '.join(_change(one) for one in command.changes)}"
    if isinstance(command, Log):
        return f".. log {command.kind.value}: {command.detail}"
    if isinstance(command, NextTask):
        return f".. next task of {command.device}"
    if isinstance(command, Told):
        return f".. told {command.request.METHOD}"
    if isinstance(command, Over):
        return f".. over: {command.why}"
    return f"<< {' '.join(_reply(command))}"


def _reply(reply: Reply) -> Iterator[str]:
    yield str(reply.status)
    if reply.body:
        envelope = read(reply.body)
        yield _fields(envelope.message)
        if envelope.id is not None:
            yield f"id={envelope.id}"
        if envelope.namespace != "urn:dslforum-org:cwmp-1-0":
            yield envelope.namespace.rpartition(":")[2]
        if envelope.hold_requests:
            yield "hold"
        if envelope.use_version:
            yield f"use {envelope.use_version}"
        if envelope.soap == SOAP_12:
            yield "soap 1.2"
    if reply.set_cookie:
        yield f"cookie={int(reply.set_cookie, 16)}"
    if reply.retry_after_s:
        yield f"retry after {reply.retry_after_s} s"
    if reply.close:
        yield "close"


def _fields(message: Message) -> str:
    said = [message.METHOD]
    if is_dataclass(message):
        default = type(message)()
        for one in fields(message):
            value = getattr(message, one.name)
            if value != getattr(default, one.name):
                said.append(f"{one.name}={_short(value)}")
    return " ".join(said)


def _short(value: Any) -> str:
    if isinstance(value, ParameterValue):
        return f"{value.name}={value.value}"
    if isinstance(value, tuple):
        return f"({', '.join(_short(one) for one in value)})"
    return str(value)


def _change(change: kept.Change) -> str:
    if isinstance(change, kept.Informed):
        device = change.device
        return f"informed {device.id} {device.software} ({', '.join(device.events)})"
    if isinstance(change, kept.Learned):
        return f"learned {_learned(change)}"
    if isinstance(change, kept.FinishTask):
        wait = f" for {(change.not_before - change.at) // SECOND} s" if change.not_before else ""
        more = f" {change.result}" if change.result else ""
        return f"task {change.id} {change.state.value}{wait}{more}" + (
            f": {change.fault}" if change.fault else ""
        )
    if isinstance(change, kept.Audit):
        return f"audit {change.entry.action} {change.entry.detail}"
    if isinstance(change, kept.Strange):
        return f"stranger {change.stranger.claimed}"
    return type(change).__name__.lower()


def _learned(change: kept.Learned) -> str:
    values = [f"{name}={one.value}" for name, one in change.parameters.items()]
    forced = any("ManagementServer" in one for one in values)
    said = [f"the {len(values)} forced ones"] if forced else values
    said += [f"without {name}" for name in change.gone]
    return " ".join(said)
