"""Palo Alto GlobalProtect: gateway and portal events of PAN-OS, as comma-separated syslog.

Fields are counted from the type, since forwarders put columns before it. `public_ip` is 0.0.0.0
when the client has IPv6 only. Before PAN-OS 9.1 the events are of type SYSTEM and the address
stands in the description. Times are the firewall's local ones unless the high-resolution time,
with its zone, is there. Source: PAN-OS 10.1, GlobalProtect Log Fields.
"""

import csv
import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, address_in, sign_in
from gatewatch.watch.text_logs import first_lines, read_lines
from gatewatch.watch.written_times import from_iso

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "globalprotect"
SENTENCE = "Palo Alto GlobalProtect, comma-separated syslog of PAN-OS (text)."

_SIGN = re.compile(r".{0,400}?,(?:GLOBALPROTECT,|SYSTEM,globalprotect,)")
# Offsets from the type, which is field 4 of PAN-OS's list.
_GENERATED, _EVENT, _USER, _REGION, _MACHINE = 3, 5, 9, 10, 11
_PUBLIC, _PUBLIC_6, _STATUS, _HIGH_RESOLUTION = 12, 13, 25, 33
_LATEST_TYPE = 8
_SIGN_INS = frozenset({"gateway-connected", "gateway-auth", "portal-auth"})
_DESCRIBED = re.compile(r"Login from: ([^,\s]+),.*?User name: (.*?), ")
_SYSTEM_EVENTS = {
    "globalprotectgateway-auth-succ": Outcome.SUCCESS,
    "globalprotectportal-auth-succ": Outcome.SUCCESS,
    "globalprotectgateway-auth-fail": Outcome.FAILURE,
    "globalprotectportal-auth-fail": Outcome.FAILURE,
}


def sniff(head: bytes) -> bool:
    """Whether one of the first lines has the type."""
    return any(_SIGN.match(line) for line in first_lines(head))


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each line."""
    return read_lines(stream, partial(_line, given))


def _line(given: Given, line: str) -> SignIn | Passed:
    try:
        fields = next(csv.reader([line], strict=True))
    except (csv.Error, StopIteration):
        raise ValueError("a quote that does not close, or stands where none may") from None
    for at, field in enumerate(fields[: _LATEST_TYPE + 1]):
        if field == "GLOBALPROTECT":
            return _event(fields[at:], given)
        if field == "SYSTEM" and fields[at + 1 : at + 2] == ["globalprotect"]:
            return _system(fields[at:], given)
    if len(fields) < _STATUS:
        raise ValueError("not a line of PAN-OS")
    return Passed.OTHER


def _event(fields: list[str], given: Given) -> SignIn | Passed:
    if len(fields) <= _STATUS:
        raise ValueError("it ends before its status")
    if fields[_EVENT] not in _SIGN_INS:
        return Passed.OTHER
    exact = fields[_HIGH_RESOLUTION] if len(fields) > _HIGH_RESOLUTION else ""
    written = exact if exact[:2] == "20" else fields[_GENERATED]
    succeeded = fields[_STATUS] == "success"
    return sign_in(
        given,
        NAME,
        user=fields[_USER],
        address=fields[_PUBLIC if address_in(fields[_PUBLIC]) else _PUBLIC_6],
        at=from_iso(written, partial(given.zone_or, NAME)),
        outcome=Outcome.SUCCESS if succeeded else Outcome.FAILURE,
        kind=Kind.VPN,
        device=fields[_MACHINE],
        country=fields[_REGION],
    )


def _system(fields: list[str], given: Given) -> SignIn | Passed:
    outcome = _SYSTEM_EVENTS.get(fields[_EVENT] if len(fields) > _EVENT else "")
    if outcome is None:
        return Passed.OTHER
    match = next(filter(None, map(_DESCRIBED.search, fields[_EVENT:])), None)
    if not match:
        raise ValueError("its description names no address and user")
    return sign_in(
        given,
        NAME,
        user=match[2],
        address=match[1],
        at=from_iso(fields[_GENERATED], partial(given.zone_or, NAME)),
        outcome=outcome,
        kind=Kind.VPN,
    )
