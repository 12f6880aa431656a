"""IVRE: hosts as `ivre scancli --json` writes them, one JSON object a host.

Open TCP ports become services. The answer comes from Nmap's service fingerprint when that holds
one, else from the script http-headers, structured (with the status line as the pseudo header
`_status`) or as text. A port that was probed but kept no answer tells by its service name how
much it showed. Times lost their zone and are UTC. Field names: ivre xmlnmap.py, schema 22.
"""

from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.http_text import (
    NO_MARKS,
    answer_from_raw,
    http_answer,
    octets,
    rebuilt_head,
)
from gatewatch.formats.json_records import ENVELOPE_LIMIT, JsonRecord, peek, read_each
from gatewatch.formats.json_values import (
    Table,
    address,
    array,
    moment,
    place_in,
    port,
    table,
    text,
)
from gatewatch.formats.servicefp import best_answer
from gatewatch.model.observation import (
    Answer,
    Mark,
    Observation,
    Outcome,
    Rejected,
    Spoke,
    Unanswered,
)
from gatewatch.protocol.head import parse_head

__all__ = ["LINES", "NAME", "SENTENCE", "observations", "read", "sniff"]

NAME = "ivre"
SENTENCE = "IVRE hosts (ivre scancli --json)."
LINES = True

_LOSSY = frozenset({Mark.LOSSY})
_SCRIPT_MARKS = frozenset({Mark.REBUILT, Mark.NO_BODY})
_NAME_ONLY = frozenset({Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY})
_HTTP_NAMES = frozenset({"http", "https", "http-proxy", "soap", "upnp", "cwmp", "ssl/http"})


def sniff(head: bytes) -> bool:
    """Whether an object is a host with `addr` and states of ports."""
    return any(
        "addr" in record
        and (
            "schema_version" in record
            or any("state_state" in table(entry) for entry in array(record.get("ports")))
        )
        for record in peek(head)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service for each open TCP port of each host."""
    return read_each(stream, given, observations, ENVELOPE_LIMIT)


def observations(record: JsonRecord, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """What one host says; raises ValueError with the reason when it cannot be used."""
    host = record.value
    ip = address(host.get("addr"))
    found = moment(host.get("endtime") or host.get("starttime"))
    marks = _LOSSY if record.lossy else NO_MARKS
    infos = table(host.get("infos"))
    place = place_in(infos.get("country_code"), infos.get("as_num"), infos.get("as_name"))
    for entry in map(table, array(host.get("ports"))):
        number = port(entry.get("port"))  # scripts of the whole host stand at port -1
        is_open = entry.get("state_state") == "open" and entry.get("protocol", "tcp") == "tcp"
        if number is not None and is_open:
            seen_at = given.time_or(found, NAME)
            yield Observation(ip, number, seen_at, _answer(entry, marks), place)


def _answer(entry: Table, marks: frozenset[Mark]) -> Answer:
    best = best_answer(text(entry.get("service_fp")))
    if best and best.data:
        if best.is_cut:
            marks |= {Mark.TRUNCATED}
        return answer_from_raw(best.data, marks=marks)
    return _script_answer(entry, marks) or _named_answer(entry, marks)


def _script_answer(entry: Table, marks: frozenset[Mark]) -> Answer | None:
    """The answer in the output of the script http-headers."""
    for script in map(table, array(entry.get("scripts"))):
        if script.get("id") != "http-headers":
            continue
        pairs = [
            (text(header.get("name")), text(header.get("value")))
            for header in map(table, array(script.get("http-headers")))
        ] or _pairs_of_output(text(script.get("output")))
        if pairs:
            return _rebuilt(pairs, marks)
    return None


def _pairs_of_output(output: str) -> list[tuple[str, str]]:
    """Lines such as `  Server: gSOAP/2.7`; the last one tells how the script asked."""
    lines = (line.strip().partition(":") for line in output.splitlines())
    return [(name, value.strip()) for name, colon, value in lines if colon and name[:1] != "("]


def _rebuilt(pairs: list[tuple[str, str]], marks: frozenset[Mark]) -> Answer:
    status = next((value for name, value in pairs if name == "_status"), "")
    line = parse_head(octets(status))
    head = rebuilt_head(
        line.version, line.status, line.reason, [pair for pair in pairs if pair[0] != "_status"]
    )
    return http_answer(head, b"", Outcome.SUCCESS, marks | _SCRIPT_MARKS)


def _named_answer(entry: Table, marks: frozenset[Mark]) -> Answer:
    """How much a port showed of which no answer was kept."""
    name = text(entry.get("service_name"))
    if name == "tcpwrapped":
        return Answer(Spoke.CONNECTED, Outcome.SUCCESS, marks=marks)
    if entry.get("service_method") != "probed":
        return Answer(Spoke.SYN_ACK, Outcome.SUCCESS, marks=marks)
    if name in _HTTP_NAMES:
        return Answer(Spoke.HTTP, Outcome.SUCCESS, marks=marks | _NAME_ONLY)
    return Answer(Spoke.OTHER, Outcome.SUCCESS, marks=marks)
