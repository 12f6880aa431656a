"""One task on its way through a session: its requests one by one, and what came of them."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gatewatch.acs.dialogue import Rules
from gatewatch.acs.outcome import Outcome, Verdict, again, retry_wait
from gatewatch.acs.rpc import asked, outcome_of
from gatewatch.acs.state.changes import Audit, Change, FinishTask, Learned
from gatewatch.acs.state.records import AuditEntry, Parameter, Task, TaskState
from gatewatch.model.errors import BadArguments
from gatewatch.protocol.cwmp import Fault, Request, Response

__all__ = ["Errand"]

_SECOND = 1_000_000
_LISTED_MOST = 1000
"""Entries of a list in a result; the rest is counted."""
_FAULT_MOST = 1000


class Errand:
    """What a session does for one task; `id` is that of the request that is open."""

    def __init__(self, task: Task, device: str, token: str, rules: Rules) -> None:
        self.task = task
        self.id = ""
        self._device, self._token, self._rules = device, token, rules
        self._arguments: Mapping[str, Any] = {}
        self._waiting: list[Request] = []
        """The next one last."""
        self._open: Request | None = None
        self._result: dict[str, Any] = {}
        self._writable: dict[str, bool] = {}

    @property
    def method(self) -> str:
        """What was asked last, or is asked first."""
        return self._open.METHOD if self._open else self.task.action

    def begin(self, at: int) -> tuple[Change, ...]:
        """Works out the requests; gives changes if there are none to be made, for what is wrong."""
        method = asked().get(self.task.action)
        if method is None:
            return self._finish(TaskState.FAILED, at, f'no action "{self.task.action}"')
        try:
            given = json.loads(self.task.arguments)
            if not isinstance(given, dict):
                return self._finish(TaskState.FAILED, at, "its arguments are no object of JSON")
            # How events and completions of the device lead back to this task.
            self._arguments = {"command_key": str(self.task.id), **given}
            self._waiting = list(reversed(method.ask(self._arguments)))
        except (ValueError, RecursionError):
            return self._finish(TaskState.FAILED, at, "its arguments are no JSON")
        except BadArguments as error:
            return self._finish(TaskState.FAILED, at, str(error))
        return ()

    def next(self, identifier: str) -> Request:
        """The request to send now, under this ID."""
        self.id = identifier
        self._open = self._waiting.pop()
        return self._open

    def fits(self, answer: Response | Fault) -> bool:
        """Whether this can be the answer to what was asked."""
        return isinstance(answer, Fault) or f"{self.method}Response" == answer.METHOD

    def take(self, answer: Response | Fault, at: int) -> tuple[tuple[Change, ...], bool]:
        """What to keep, and whether there is more to ask."""
        if self._open is None:
            return (), False
        outcome = outcome_of(self._open, answer, self._arguments)
        self._add(outcome.result)
        self._writable.update(outcome.writable)
        changes = self._learned(outcome, at)
        if outcome.verdict is not Verdict.DONE:
            return (*changes, *self._ended(outcome, at)), False
        self._waiting.extend(reversed(outcome.more))
        if len(self._waiting) > self._rules.most_waiting:
            too_many = again(f"more than {self._rules.most_waiting} requests to make")
            return (*changes, *self._ended(too_many, at)), False
        if self._waiting:
            return changes, True
        return (*changes, *self._finish(TaskState.DONE, at)), False

    def lost(self, why: str, at: int) -> tuple[Change, ...]:
        """What becomes of it when no answer comes; whether the device obeyed is not known."""
        return self._ended(again(why), at)

    def give_up(self, why: str, at: int) -> tuple[Change, ...]:
        """What becomes of it when it cannot even be asked."""
        return self._finish(TaskState.FAILED, at, why)

    def _learned(self, outcome: Outcome, at: int) -> tuple[Change, ...]:
        if not outcome.parameters and not outcome.gone:
            return ()
        told: dict[str, Parameter] = {}
        for name, one in outcome.parameters.items():
            writable = self._writable.pop(name, one.writable)
            told[name] = one if writable is one.writable else replace(one, writable=writable)
        return (Learned(self._device, at, told, outcome.gone),)

    def _add(self, result: Mapping[str, Any]) -> None:
        """Joins what came of several requests: numbers add up, lists go on."""
        for name, value in result.items():
            before = self._result.get(name)
            if isinstance(value, list) and isinstance(before, list):
                self._result[name] = (before + value)[:_LISTED_MOST]
            elif isinstance(value, list):
                self._result[name] = value[:_LISTED_MOST]
            elif isinstance(value, int) and isinstance(before, int):
                self._result[name] = before + value
            else:
                self._result[name] = value

    def _ended(self, outcome: Outcome, at: int) -> tuple[Change, ...]:
        tries = max(self.task.tries, 1)
        if outcome.verdict is Verdict.FAILED or tries >= self._rules.tries:
            return self._finish(TaskState.FAILED, at, outcome.fault)
        wait = outcome.wait_s or retry_wait(tries)
        return self._finish(TaskState.WAITING, at, outcome.fault, at + wait * _SECOND)

    def _finish(
        self, state: TaskState, at: int, fault: str = "", not_before: int = 0
    ) -> tuple[Change, ...]:
        result = json.dumps(self._result) if self._result else ""
        fault = fault[:_FAULT_MOST]
        finish = FinishTask(self.task.id, self._token, at, state, fault, result, not_before)
        if state is TaskState.WAITING:
            return (finish,)
        detail = {"task": self.task.id, "state": state.value, "fault": fault}
        entry = AuditEntry(
            at, self.task.by or "acs", f"task {self.task.action}", self._device, json.dumps(detail)
        )
        return (finish, Audit(entry))
