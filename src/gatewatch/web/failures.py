"""Errors as replies: the right status, one clear sentence, and a way back.

The sentence is that of `model/errors.py`, the same as on the command line; programs get it as the
JSON that `--errors json` writes. A bug of ours gets a number, under which the trace stands in the
server's log; no page shows a trace.
"""

import json
import logging
import secrets
import traceback

from gatewatch.model.errors import BadQuery, Exit, GatewatchError, ServerFault
from gatewatch.model.hostile import shown
from gatewatch.web.visit import Download, Page, Visit

__all__ = ["STATUSES", "error_json", "error_page", "error_reply", "logged", "status_of"]

STATUSES = {
    "page-unknown": 404,
    "snapshot-unknown": 404,
    "query-unknown": 404,
    "scan-unknown": 404,
    "case-unknown": 404,
    "name-unknown": 404,
    "method-refused": 405,
    "request-too-large": 413,
    "login-wanted": 401,
    "role-missing": 403,
    "form-expired": 403,
    "too-many-tries": 429,
    "too-busy": 503,
    "query-too-slow": 503,
    "lake-missing": 503,
    "lake-busy": 503,
    "lake-too-new": 503,
}
"""By an error's id; others are 400 where they are bad input, else 500."""
_PATIENCE_S = 5
_log = logging.getLogger("gatewatch.web")


def status_of(error: GatewatchError) -> int:
    """The HTTP status that says what kind of error this is (RFC 9110, section 15)."""
    if error.id == "request-too-large" and error.values["where"] == "address":
        return 414
    return STATUSES.get(error.id, 400 if error.exit_code == Exit.BAD_INPUT else 500)


def logged(error: Exception, where: str) -> ServerFault:
    """What is told of a bug; its trace goes to the log under the same number."""
    number = secrets.token_hex(4)
    for line in traceback.format_exception(error):
        for part in line.rstrip().splitlines():
            _log.error("%s %s", number, shown(part, 2000))
    return ServerFault(where=where, number=number)


def error_json(error: GatewatchError) -> dict[str, object]:
    """The one shape of errors for programs."""
    told: dict[str, object] = {
        "error": error.id,
        "message": str(error),
        "mend": error.values.get("mend", ""),
    }
    if isinstance(error, BadQuery):
        told["query"] = error.to_json()
    return told


def headers_of(error: GatewatchError) -> dict[str, str]:
    """Headers that belong to its status: when to come again, how to log in."""
    status = status_of(error)
    if status in (429, 503):
        return {"Retry-After": str(error.values.get("seconds", _PATIENCE_S))}
    if status == 405:
        return {"Allow": str(error.values.get("allowed", "GET"))}
    return {"WWW-Authenticate": "Bearer"} if status == 401 else {}


def error_reply(error: GatewatchError) -> Download:
    """The error for a program."""
    text = json.dumps(error_json(error), ensure_ascii=True).encode()
    return Download(text, "application/json", headers=headers_of(error), status=status_of(error))


def error_page(error: GatewatchError, visit: Visit) -> Page:
    """The error for a person."""
    marked = None
    if isinstance(error, BadQuery) and error.text:
        told = error.to_json()
        start, end = int(str(told["start"])), int(str(told["end"]))
        marked = (error.text[:start], error.text[start:end], error.text[end:])
    return Page(
        template="error.html",
        title=visit.language.phrase("This did not work"),
        values={"error": error, "marked": marked, "status": status_of(error)},
        status=status_of(error),
    )
