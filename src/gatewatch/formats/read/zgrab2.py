"""ZGrab2: one JSON object a target, one module result a service.

Modules are told by `protocol`, not by their name under `data`, which users choose
(`http7547`, `cwmp`). Those that speak HTTP or only listen (`http`, `banner`) become services;
results of other protocols are left out, as are the summary at the end of a run and log lines.
A service keeps the answer to the first request: what stands behind a redirect may be another
host. Statuses: zgrab2 status.go; fields: zgrab2 processing.go, modules/http/scanner.go.
"""

import binascii
from collections.abc import Iterator
from hashlib import sha256
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.go_errors import FIRST_LINE, malformed
from gatewatch.formats.http_text import NO_MARKS, answer_from_raw, octets
from gatewatch.formats.json_records import JsonRecord, peek, read_each
from gatewatch.formats.json_values import Table, address, array, dig, moment, port, table, text
from gatewatch.formats.zgrab import (
    body_octets,
    first_response,
    request_port,
    response_answer,
    tls_of,
)
from gatewatch.formats.zgrab2_lines import exact_answer
from gatewatch.formats.zgrab2_template import Templates
from gatewatch.model.observation import (
    Answer,
    Mark,
    Observation,
    Outcome,
    Rejected,
    Spoke,
    Unanswered,
)

__all__ = ["LINES", "NAME", "SENTENCE", "Templates", "observations", "read", "sniff"]

NAME = "zgrab2"
SENTENCE = "Output of ZGrab2, modules http and banner (JSON lines)."
LINES = True

_LOSSY = frozenset({Mark.LOSSY})
# Statuses of ours that zgrab2 words otherwise, or words of its older versions.
_OUTCOMES = {str(outcome): outcome for outcome in Outcome} | {
    "post-tls-application-error": Outcome.APPLICATION_ERROR,
    "blacklisted-target": Outcome.BLOCKLISTED_TARGET,
}
# Nothing was reached; every other status needs an open port.
_UNREACHED = frozenset(
    {
        Outcome.CONNECTION_REFUSED,
        Outcome.CONNECTION_TIMEOUT,
        Outcome.BLOCKLISTED_TARGET,
        Outcome.INVALID_INPUTS,
        Outcome.UNKNOWN_ERROR,
    }
)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def sniff(head: bytes) -> bool:
    """Whether an object has a module result under `data`."""
    return any(
        any(_is_result(value) for value in table(record.get("data")).values())
        for record in peek(head)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service, or one failure to reach it, for each module result."""
    return read_each(stream, given, observations)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one line says; raises ValueError with the reason when it cannot be used."""
    target = record.value
    data = target.get("data")
    if not isinstance(data, dict) or not data:
        if text(target.get("error")):  # the name was not found: nothing was asked
            yield Unanswered(Outcome.UNKNOWN_ERROR)
        elif "ip" in target or "domain" in target:
            raise ValueError('no "data" and no "error"')
        return  # else the summary of a run
    # Go writes U+FFFD for header bytes that are no UTF-8.
    lossy = record.lossy or b"\\ufffd" in record.raw or b"\xef\xbf\xbd" in record.raw
    marks = _LOSSY if lossy else NO_MARKS
    for result in data.values():
        if not _is_result(result):
            yield record.rejected('a result without "status" and "protocol"')
        elif result["protocol"] in ("http", "banner"):
            try:
                yield _service(target, result, marks, given)
            except ValueError as problem:
                yield record.rejected(str(problem))


def _is_result(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("status"), str)
        and isinstance(value.get("protocol"), str)
    )


def _service(
    target: Table, result: Table, marks: frozenset[Mark], given: Given
) -> Observation | Unanswered:
    outcome = _OUTCOMES.get(text(result["status"]), Outcome.UNKNOWN_ERROR)
    exact = exact_answer(result.get("gatewatch"))  # written by zgrab2_lines.py
    first = first_response(table(result.get("result"))) if result["protocol"] == "http" else {}
    answer = exact or _answer(result, first, outcome, marks)
    if answer is None:
        return Unanswered(outcome)
    where = target.get("ip")
    return Observation(
        # An address in the domain column of the input comes back as `domain`.
        address(target.get("domain") if where is None else where),
        given.port_or(_port(target, result, first, given), NAME),
        given.time_or(moment(result.get("timestamp")), NAME),
        answer,
    )


def _answer(
    result: Table, response: Table, outcome: Outcome, marks: frozenset[Mark]
) -> Answer | None:
    """The answer, without bytes when only the connection worked; None when not even that."""
    found = table(result.get("result"))
    if response:
        # What failed behind a redirect is no failure of this service.
        followed = array(found.get("redirect_response_chain"))
        answer = response_answer(response, Outcome.SUCCESS if followed else outcome, marks)
        if answer is not None:
            return answer
    if result["protocol"] == "banner" and found:
        raw, exact = _banner(found)
        if raw:
            tls = tls_of(dig(found, "tls", "handshake_log"))
            return answer_from_raw(raw, outcome, marks if exact else marks | _LOSSY, tls)
    error = text(result.get("error"))
    raw = malformed(error) if error else b""
    if raw:
        return answer_from_raw(raw, outcome, marks | FIRST_LINE)
    if outcome in _UNREACHED:
        return None
    spoke = Spoke.OTHER if outcome is Outcome.PROTOCOL_ERROR else Spoke.CONNECTED
    return Answer(spoke, outcome)


def _banner(found: Table) -> tuple[bytes, bool]:
    """The banner's bytes and whether they are exact: text, Base64 or hex, as its SHA-256 says."""
    value, digest = text(found.get("banner")), text(found.get("sha256"))
    raw, exact = body_octets(value, digest)
    if not exact:
        try:
            decoded = binascii.unhexlify(octets(value))
        except binascii.Error:
            return raw, False
        if sha256(decoded).hexdigest() == digest:
            return decoded, True
    return raw, exact


def _port(target: Table, result: Table, response: Table, given: Given) -> int | None:
    """The port; older versions name it only in the address of the request."""
    return (
        port(result.get("port"))
        or request_port(response)
        or port(target.get("port"))
        or given.port
        # An address without a port means the scheme's own.
        or _DEFAULT_PORTS.get(text(dig(response, "request", "url", "scheme")))
    )
