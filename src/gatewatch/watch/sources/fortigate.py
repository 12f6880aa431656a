"""FortiGate: SSL and IPsec VPN events, as pairs, as comma-separated pairs, or as CEF.

A key counts where it stands first: `remip` comes before what a stranger typed. `eventtime` is in
seconds (6.0) or nanoseconds (since 6.2). The user of IPsec may stand in `xauthuser`. A tunnel that
goes down tells how long it was. Source: FortiOS Log Reference, event/vpn.
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from gatewatch.formats.json_values import number
from gatewatch.model.moment import SECOND
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import Kind, Outcome, SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, sign_in, time_in
from gatewatch.watch.text_logs import first_lines, read_lines
from gatewatch.watch.written_times import from_iso

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "fortigate"
SENTENCE = "FortiGate VPN events: key=value, CSV or CEF (text)."

_PAIR = re.compile(r'(?:^|(?<=[\s,>]))(\w{1,64})=("(?:[^"\\]|\\.)*"|[^\s,"]*)')
_CEF = re.compile(r"(?:.{0,200} )?CEF: ?0\|Fortinet\|(?:[^|\\]|\\.)*\|(?:(?:[^|\\]|\\.)*\|){4}")
_CEF_PAIR = re.compile(r"(?:^|(?<= ))(\w{1,64})=((?:[^\\=]|\\.)*?)(?= \w{1,64}=|$)")
_UNKNOWN = frozenset({"", "N/A", "n/a", "(null)"})
_UP = frozenset({"tunnel-up"})
_DOWN = frozenset({"tunnel-down"})
_REFUSED = frozenset({"ssl-login-fail"})


def sniff(head: bytes) -> bool:
    """Whether one of the first lines has FortiGate's device and log numbers, or its CEF head."""
    return any(
        ("devid=" in line and "logid=" in line) or _CEF.match(line) for line in first_lines(head)
    )


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each line."""
    return read_lines(stream, partial(_line, given))


def _line(given: Given, line: str) -> SignIn | Passed:
    pairs = _pairs(line)
    action = pairs.get("action", "")
    if pairs.get("subtype", "vpn") != "vpn" or action not in _UP | _DOWN | _REFUSED:
        if not pairs:
            raise ValueError("it has no pairs of keys and values")
        return Passed.OTHER
    at = _time(pairs, given)
    user = next((u for k in ("user", "xauthuser") if (u := pairs.get(k, "")) not in _UNKNOWN), "")
    lasted = number(pairs.get("duration")) if action in _DOWN else None
    if action in _DOWN and lasted is None:
        return Passed.OTHER
    start = at - (lasted or 0) * SECOND
    if start < 0:
        raise ValueError("its session began before there were computers")
    return sign_in(
        given,
        NAME,
        user=user,
        address=pairs.get("remip", ""),
        at=start,
        outcome=Outcome.FAILURE if action in _REFUSED else Outcome.SUCCESS,
        kind=Kind.VPN,
        application=pairs.get("devname", ""),
        until=at if lasted else None,
        reference=pairs.get("tunnelid", ""),
    )


def _pairs(line: str) -> dict[str, str]:
    """The pairs of a line; of a key that comes again the first counts."""
    pairs: dict[str, str] = {}
    if head := _CEF.match(line):
        for key, value in _CEF_PAIR.findall(line[head.end() :]):
            pairs.setdefault(_CEF_NAMES.get(key, key.removeprefix("FTNTFGT")), value)
        return pairs
    for key, value in _PAIR.findall(line):
        pairs.setdefault(key, value[1:-1] if value[:1] == '"' else value)
    return pairs


_CEF_NAMES = {"duser": "user", "act": "action", "dvchost": "devname"}


def _time(pairs: dict[str, str], given: Given) -> int:
    if pairs.get("eventtime"):
        return time_in(pairs["eventtime"])
    return from_iso(
        f"{pairs.get('date', '')} {pairs.get('time', '')}{pairs.get('tz', '')}",
        partial(given.zone_or, NAME),
    )
