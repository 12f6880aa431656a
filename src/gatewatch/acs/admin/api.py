"""The admin API under /api/v1, JSON, for programs: devices, orders, tasks, firmware, audit.

Each request needs `Authorization: Bearer TOKEN`, before anything is looked at; GET is for
viewers, everything else for operators. Whoever asks is named in the audit log as `token:NAME`.
An error has one shape: {"id", "message"}.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gatewatch.acs.admin.tokens import Holder, holder_of
from gatewatch.acs.inventory import chosen
from gatewatch.acs.orders import Orders
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import Task
from gatewatch.model.errors import BadArguments, DeviceUnknown, GatewatchError

__all__ = ["admin_app"]

_BODY = 256 * 1024
_PAGE = 1000
_STATUS = {"device-unknown": 404, "order-refused": 409, "state-unusable": 503}


def admin_app(state: State, orders: Orders, clock: Callable[[], int]) -> Starlette:
    """The application; `clock` gives microseconds since 1970."""
    api = _Api(state, orders, clock)
    handle = api.handle
    return Starlette(
        routes=[
            Route("/api/v1/devices", handle(api.devices), methods=["GET"]),
            Route("/api/v1/devices/{id}", handle(api.device), methods=["GET"]),
            Route("/api/v1/devices/{id}/history", handle(api.history), methods=["GET"]),
            Route("/api/v1/devices/{id}/tasks", handle(api.order), methods=["POST"]),
            Route("/api/v1/tasks", handle(api.tasks), methods=["GET"]),
            Route("/api/v1/tasks/{number:int}", handle(api.task), methods=["GET"]),
            Route("/api/v1/tasks/{number:int}", handle(api.cancel), methods=["DELETE"]),
            Route("/api/v1/tasks/{number:int}/confirm", handle(api.confirm), methods=["POST"]),
            Route("/api/v1/firmware", handle(api.firmware), methods=["GET"]),
            Route("/api/v1/quarantine", handle(api.quarantine), methods=["GET"]),
            Route("/api/v1/audit", handle(api.audit), methods=["GET"]),
        ]
    )


_Method = Callable[[Request, str, Any], Any]


class _Api:
    def __init__(self, state: State, orders: Orders, clock: Callable[[], int]) -> None:
        self._state, self._orders, self._clock = state, orders, clock

    def handle(self, method: _Method) -> Callable[[Request], Any]:
        """`method` behind the token and in front of the errors."""

        async def answer(request: Request) -> Response:
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            bearer = token.strip() if scheme.lower() == "bearer" else ""
            holder = holder_of(self._state, bearer, self._clock()) if bearer else None
            if refusal := _refusal(request, holder):
                return refusal
            assert holder is not None
            try:
                given = await _body(request)
                return JSONResponse(method(request, f"token:{holder.name}", given))
            except GatewatchError as error:
                status = _STATUS.get(error.id, 400)
                return JSONResponse({"id": error.id, "message": str(error)}, status)

        return answer

    def devices(self, request: Request, by: str, given: Any) -> Any:
        """Those that `q` finds, those behind `after`, at most a thousand."""
        del by, given
        query = request.query_params
        found = []
        for one in chosen(self._state.devices(query.get("after", "")), query.get("q", "")):
            found.append(asdict(one))
            if len(found) == _PAGE:
                break
        return {"devices": found, "after": found[-1]["id"] if len(found) == _PAGE else None}

    def device(self, request: Request, by: str, given: Any) -> Any:
        """One, with its parameters."""
        del by, given
        device = self._state.device(request.path_params["id"])
        if device is None:
            raise DeviceUnknown(where=request.path_params["id"])
        told = self._state.parameters(device.id)
        return {**asdict(device), "parameters": {name: asdict(one) for name, one in told.items()}}

    def history(self, request: Request, by: str, given: Any) -> Any:
        """What was seen to change."""
        del by, given
        return {"history": [asdict(one) for one in self._state.history(request.path_params["id"])]}

    def order(self, request: Request, by: str, given: Any) -> Any:
        """Gives an order: `{"action", "arguments"}`."""
        action, arguments = given.get("action"), given.get("arguments", {})
        if not isinstance(action, str) or not isinstance(arguments, dict):
            raise BadArguments(
                where="order", what="names no action", mend='{"action": "reboot", "arguments": {}}'
            )
        made = self._orders.give(request.path_params["id"], action, arguments, by)
        return {"task": made.task, "proposed": made.proposed}

    def tasks(self, request: Request, by: str, given: Any) -> Any:
        """Of a device, a campaign, in a state."""
        del by, given
        query = request.query_params
        states = query.getlist("state")
        found = self._state.tasks(query.get("device", ""), states, query.get("campaign", ""))
        return {"tasks": [_task(one) for one in found]}

    def task(self, request: Request, by: str, given: Any) -> Any:
        """One of them."""
        del by, given
        task = self._state.task(request.path_params["number"])
        if task is None:
            raise BadArguments(
                where="tasks", what="there is no such task", mend="see /api/v1/tasks"
            )
        return _task(task)

    def cancel(self, request: Request, by: str, given: Any) -> Any:
        """Takes it back."""
        del given
        return {"cancelled": self._orders.cancel(request.path_params["number"], by)}

    def confirm(self, request: Request, by: str, given: Any) -> Any:
        """Agrees to it, as a second person."""
        del given
        return _task(self._orders.confirm(request.path_params["number"], by))

    def firmware(self, request: Request, by: str, given: Any) -> Any:
        """The catalogue."""
        del request, by, given
        return {"firmware": [asdict(one) for one in self._state.files()]}

    def quarantine(self, request: Request, by: str, given: Any) -> Any:
        """Who waits in quarantine."""
        del request, by, given
        return {"strangers": [asdict(one) for one in self._state.strangers()]}

    def audit(self, request: Request, by: str, given: Any) -> Any:
        """Entries behind `after`."""
        del by, given
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) < 18):
            raise BadArguments(where="audit", what='"after" is no number', mend="give a number")
        return {"audit": [asdict(one) for one in self._state.audit(int(after), _PAGE)]}


def _refusal(request: Request, holder: Holder | None) -> Response | None:
    if holder is None:
        told = {"id": "token-wanted", "message": "send Authorization: Bearer TOKEN"}
        return JSONResponse(told, 401, {"WWW-Authenticate": "Bearer"})
    if request.method not in ("GET", "HEAD") and holder.role != "operator":
        told = {"id": "role-wanted", "message": f"a {holder.role} may only look"}
        return JSONResponse(told, 403)
    return None


async def _body(request: Request) -> Any:
    """The JSON object that was sent, {} for none; raises BadArguments."""
    if request.method in ("GET", "HEAD"):
        return {}
    said = b""
    async for piece in request.stream():
        said += piece
        if len(said) > _BODY:
            raise BadArguments(where="body", what="is too large", mend="send less than 256 KiB")
    try:
        given = json.loads(said) if said else {}
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise BadArguments(where="body", what="is no object of JSON", mend="send one")
    return given


def _task(one: Task) -> dict[str, Any]:
    """Without its arguments, in which passwords travel."""
    told = asdict(one)
    del told["arguments"]
    return told
