"""ZGrab 1 and its predecessors (2013-2019): one JSON object a target, without the port.

A record is one grab: `data.http` of its HTTP client, or `data.read` and `data.banner`, raw text
of its plain TCP client. How a grab failed stands in `error` as Go words it and in
`error_component`. The oldest versions write each header as one string, joined, cut at 256 bytes,
and leave out Cookie, Date, ETag and Set-Cookie. Sources: zgrab zlib/zgrab.go, zlib/http.go,
ztools/http/response.go.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.go_errors import FIRST_LINE, dial_outcome, malformed
from gatewatch.formats.http_text import NO_MARKS, answer_from_raw, octets
from gatewatch.formats.json_records import JsonRecord, peek, read_each
from gatewatch.formats.json_values import Table, address, moment, port, table, text
from gatewatch.formats.zgrab import (
    first_response,
    request_port,
    response_answer,
)
from gatewatch.model.observation import (
    Answer,
    Mark,
    Observation,
    Outcome,
    Rejected,
    Spoke,
    Unanswered,
)

__all__ = ["LINES", "NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "zgrab1"
SENTENCE = "Output of ZGrab 1 and older (JSON lines), which names no port."
LINES = True

_OLDEST = frozenset({Mark.PARTIAL, Mark.REDACTED})
_LOSSY = frozenset({Mark.LOSSY})
# Go's words for what went wrong once connected, in the order they are looked for.
_FAILURES = (
    ("malformed", Outcome.PROTOCOL_ERROR),
    ("redirect", Outcome.APPLICATION_ERROR),
    ("timeout", Outcome.IO_TIMEOUT),
    ("reset", Outcome.CONNECTION_RESET),
    ("EOF", Outcome.CONNECTION_CLOSED),
    ("closed", Outcome.CONNECTION_CLOSED),
    ("tls", Outcome.HANDSHAKE_ERROR),
)


def sniff(head: bytes) -> bool:
    """Whether an object is a grab: a time, an address, and data that is no module result."""
    return any(_is_grab(record) for record in peek(head))


def _is_grab(record: Table) -> bool:
    if not record.keys() >= {"ip", "timestamp", "data"} or "rec_type" in record:
        return False
    data = table(record["data"])
    if any(isinstance(table(one).get("status"), str) for one in data.values()):
        return False
    return "error_component" in record or not data.keys().isdisjoint({"http", "read", "banner"})


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service, or one failure to reach it, for each grab."""
    return read_each(stream, given, observations)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one grab says; raises ValueError with the reason when it cannot be used."""
    grab = record.value
    if not grab.keys() & {"ip", "domain", "data"}:
        return  # the summary of a run
    data, error = table(grab.get("data")), text(grab.get("error"))
    if not error and not data:
        raise ValueError('neither "data" nor "error"')
    response = _response(table(data.get("http")))
    outcome, reached = _outcome(error, text(grab.get("error_component")))
    answer = _answer(data, response, outcome, record.lossy)
    if answer is None and error and reached:
        answer = _failed_answer(error, outcome)
    if answer is None and not reached:
        yield Unanswered(outcome)
    elif answer is not None:  # else a grab of another protocol
        yield Observation(
            address(grab.get("ip")),
            given.port_or(request_port(response) or port(grab.get("port")), NAME),
            given.time_or(moment(grab.get("timestamp")), NAME),
            answer,
        )


def _response(http: Table) -> Table:
    """The response object; in the oldest format `http` itself is it."""
    return first_response(http) or (http if "headers" in http else {})


def _answer(data: Table, response: Table, outcome: Outcome, lossy: bool) -> Answer | None:
    marks = _LOSSY if lossy else NO_MARKS
    if any(isinstance(value, str) for value in table(response.get("headers")).values()):
        marks |= _OLDEST
    answer = response_answer(response, outcome, marks) if response else None
    raw = text(data.get("read")) or text(data.get("banner"))
    return answer_from_raw(octets(raw), outcome, marks) if raw and answer is None else answer


def _outcome(error: str, component: str) -> tuple[Outcome, bool]:
    """How the grab ended, and whether the port was open as far as the error tells."""
    if not error:
        return Outcome.SUCCESS, True
    if component == "connect" or "dial " in error:
        return dial_outcome(error), False
    found = next((outcome for words, outcome in _FAILURES if words in error), None)
    return found or Outcome.UNKNOWN_ERROR, found is not None


def _failed_answer(error: str, outcome: Outcome) -> Answer:
    """What the error itself tells: the first line of other talk, or that the port is open."""
    raw = malformed(error)
    if raw:
        return answer_from_raw(raw, outcome, FIRST_LINE)
    return Answer(Spoke.OTHER if outcome is Outcome.PROTOCOL_ERROR else Spoke.CONNECTED, outcome)
