"""CSV with the columns of Shadowserver's scan_cwmp and scan6_cwmp reports.

Tools of CERTs (IntelMQ, n6, AbuseIO) read it as if Shadowserver had sent it. Texts are quoted,
numbers bare, times UTC without a zone, lines end with LF. A text that a spreadsheet would take
for a formula gets an apostrophe in front, what cannot be seen is written as an escape. Columns:
Shadowserver, "Accessible CWMP", with the changes of November 2023 and July 2024.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO

from gatewatch.model.exposed import About, Exposed
from gatewatch.model.hostile import cell, shown

__all__ = ["LIMIT", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "shadowserver"
SENTENCE = "CSV with the columns of Shadowserver's scan_cwmp report, for tools of CERTs."
SUFFIXES = (".csv",)
LIMIT = None

_COLUMNS = (
    *("timestamp", "severity", "ip", "protocol", "port", "hostname", "tag", "asn", "geo"),
    *("region", "city", "naics", "hostname_source", "sector", "http", "http_code", "http_reason"),
    *("content_type", "connection", "www_authenticate", "set_cookie", "server"),
    *("content_length", "transfer_encoding", "http_date"),
)
# What Shadowserver gives this report, and we a service without a score.
_SEVERITY = "medium"
_HEADERS = {
    "content_type": "content-type",
    "connection": "connection",
    "www_authenticate": "www-authenticate",
    "set_cookie": "set-cookie",
    "server": "server",
    "transfer_encoding": "transfer-encoding",
    "http_date": "date",
}


def write(services: Iterable[Exposed], about: About, out: TextIO) -> None:
    """Writes the header and a row for each service."""
    del about  # the columns leave no room for it
    out.write(",".join(f'"{name}"' for name in _COLUMNS) + "\n")
    out.writelines(_line(one) for one in services)


def _line(one: Exposed) -> str:
    row = dict(_row(one))
    return ",".join(_cell(row.get(name)) for name in _COLUMNS) + "\n"


def _row(one: Exposed) -> Iterator[tuple[str, str | int | None]]:
    yield "timestamp", one.seen_at.replace("T", " ").removesuffix("Z")
    yield "severity", one.text("risk.band") or _SEVERITY
    yield "ip", str(one.ip)
    yield "protocol", "tcp"
    yield "port", one.port
    yield "tag", ";".join(["cwmp", *(flaw.cve.lower() for flaw in one.flaws)])
    yield "asn", one.number("asn")
    yield "geo", one.text("country")
    yield "http", one.text("http.version")
    yield "http_code", one.number("status")
    yield "http_reason", one.text("reason")
    for column, header in _HEADERS.items():
        yield column, one.headers.get(header, "")
    yield "content_length", _length(one.headers)


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _cell(value: str | int | None) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, int):
        return str(value)
    text = cell(shown(value, len(value))).replace('"', '""')
    return f'"{text}"'
