"""One row of a Shadowserver report that shows HTTP answers, from CSV or JSON.

Reports of this shape are scan_cwmp and scan6_cwmp ("Accessible CWMP"), and those of other HTTP
services. Columns are read by name: `sic` went in November 2023, `date` (the device's own Date
header) has been `http_date` since July 2024, and their order changed several times. The head is
written again from the columns that the report has, so any header it has no column for may have
been sent. Times are UTC without a zone. Source: Shadowserver's report pages and schema notes.
"""

from collections.abc import Mapping

from gatewatch.formats.given import Given
from gatewatch.formats.http_text import http_answer, rebuilt_head
from gatewatch.formats.json_values import address, moment, number, place_in, port, text
from gatewatch.model.observation import Answer, Mark, Observation, Outcome, Spoke

__all__ = ["is_report", "observation_of"]

_MARKS = frozenset({Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY})
_HEADERS = {
    "content_type": "Content-Type",
    "connection": "Connection",
    "www_authenticate": "WWW-Authenticate",
    "set_cookie": "Set-Cookie",
    "server": "Server",
    "content_length": "Content-Length",
    "transfer_encoding": "Transfer-Encoding",
    "http_date": "Date",
    "date": "Date",
}


def is_report(names: Mapping[str, object] | set[str]) -> bool:
    """Whether these are the columns of a report with HTTP answers."""
    return all(name in names for name in ("timestamp", "ip", "port", "http_code"))


def observation_of(row: Mapping[str, object], given: Given, fmt: str) -> Observation | None:
    """What one row says, None for other protocols than TCP; raises ValueError with the reason."""
    if text(row.get("protocol")).lower() not in ("", "tcp"):
        return None
    return Observation(
        address(row.get("ip")),
        given.port_or(port(row.get("port")), fmt),
        given.time_or(moment(row.get("timestamp")), fmt),
        _answer(row),
        place_in(row.get("geo"), row.get("asn")),
    )


def _answer(row: Mapping[str, object]) -> Answer:
    version = text(row.get("http"))
    status = number(row.get("http_code"))
    if not 0 < (status or 0) < 1000:
        status = None
    headers = [
        (header, str(value))
        for name, header in _HEADERS.items()
        if (value := row.get(name)) not in (None, "") and isinstance(value, (str, int))
    ]
    if status is None and not headers:
        return Answer(Spoke.CONNECTED, Outcome.SUCCESS)
    head = rebuilt_head(version, status, text(row.get("http_reason")), headers)
    return http_answer(head, marks=_MARKS)
