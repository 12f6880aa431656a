"""OpenVPN: the status file (`--status`), versions 1 to 3, also many after each other.

Columns are read by the header, since every release added some. `Real Address` may carry port,
bracket and transport. A user `UNDEF` is replaced by the common name; both: not authenticated yet.
Version 1 has local times only. A status file is a snapshot: sessions between two are in the log.
Source: OpenVPN multi.c, multi_print_status.
"""

import re
from collections.abc import Iterator
from datetime import UTC
from functools import partial
from typing import BinaryIO

from gatewatch.formats.lines import RAW_KEPT
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, sign_in, time_in
from gatewatch.watch.syslog import text_lines
from gatewatch.watch.written_times import from_c_date, from_iso

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "openvpn-status"
SENTENCE = "OpenVPN status files, versions 1 to 3 (text)."

_SOURCE = "openvpn"
_SIGN = re.compile(rb"OpenVPN CLIENT LIST|TITLE[,\t]OpenVPN")
_UNDEF = frozenset({"", "UNDEF"})
_COLUMNS = ("Common Name", "Real Address", "Connected Since")
# The sections of version 1; in the others each line says what it is.
_CLIENTS, _END = "OpenVPN CLIENT LIST", "END"
_SECTIONS = (_CLIENTS, "ROUTING TABLE", "GLOBAL STATS", _END)
_MARKS = frozenset(
    {*_SECTIONS, "TITLE", "TIME", "HEADER", "ROUTING_TABLE", "GLOBAL_STATS", "Updated"}
)


def sniff(head: bytes) -> bool:
    """Whether a status of any version begins there."""
    return _SIGN.match(head) is not None


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each client in each status."""
    status = _Status(given)
    for line in text_lines(stream):
        if isinstance(line, Rejected):
            yield line
            continue
        number, text, raw = line
        try:
            found = status.line(text)
        except ValueError as problem:
            yield Rejected(f"line {number}", str(problem), raw[:RAW_KEPT])
            continue
        if found is not None:
            yield found


class _Status:
    """Where in a status file the reader is."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._zone = partial(given.zone_or, NAME)
        self._header: list[str] = []
        self._updated: int | None = None
        self._section = ""

    def line(self, text: str) -> SignIn | Passed | None:
        """The client that the line tells of, None when it is none; raises ValueError."""
        fields = text.split("\t" if "\t" in text else ",")
        word = fields[0]
        if word == "CLIENT_LIST":
            return self._client(fields[1:])
        if word in _MARKS or (self._section == _CLIENTS and word == "Common Name"):
            self._mark(word, fields)
        elif self._section == _CLIENTS:
            return self._client(fields)
        elif self._section in ("", _END) or len(fields) == 1:
            raise ValueError("stands in no section of a status")
        return None

    def _mark(self, word: str, fields: list[str]) -> None:
        """A line that tells about those after it."""
        if word == "HEADER" and fields[1:2] == ["CLIENT_LIST"]:
            self._header = fields[2:]
        elif word == "TIME" and len(fields) == 3:
            self._updated = time_in(fields[2])
        elif word == "Updated" and len(fields) == 2:
            self._updated = self._local(fields[1])
        elif word == "Common Name":
            self._header = fields
        elif word in _SECTIONS:
            self._section = word

    def _client(self, fields: list[str]) -> SignIn | Passed:
        if len(fields) != len(self._header) or not set(_COLUMNS) <= set(self._header):
            raise ValueError("its columns are not those of the header")
        row = dict(zip(self._header, fields, strict=True))
        name, user = row["Common Name"], row.get("Username", "UNDEF")
        if user in _UNDEF:
            user = name
        if user in _UNDEF:
            return Passed.UNFINISHED
        epoch = row.get("Connected Since (time_t)", "")
        at = time_in(epoch) if epoch else self._local(row["Connected Since"])
        updated = self._updated
        return sign_in(
            self._given,
            _SOURCE,
            user=user,
            address=row["Real Address"],
            at=at,
            kind=Kind.VPN,
            until=updated if updated is not None and updated >= at else None,
            reference=row.get("Client ID", ""),
        )

    def _local(self, text: str) -> int:
        """Local time in either form; older releases write it as C does."""
        if text[:1].isdigit():
            return from_iso(text, self._zone)
        from_c_date(text, UTC)
        return from_c_date(text, self._zone())
