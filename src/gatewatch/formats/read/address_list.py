"""Plain lists: an address a line, with or without its port.

`192.0.2.1`, `192.0.2.1:7547`, `[2001:db8::1]:7547`, and address and port with a comma or blanks
between (ZMap without its header); defanged dots, comments with `#`. This is also what ZMap and
masscan print when asked for addresses only. A list says that a port is open and nothing more;
port and time are for the user to give. A network is refused: it is what to scan, not what a scan
found.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.given import Given
from gatewatch.formats.json_values import port
from gatewatch.formats.lines import RAW_KEPT, TOO_LONG, lines
from gatewatch.model.address import parse_address, parse_network, refang
from gatewatch.model.hostile import shown
from gatewatch.model.observation import Answer, Observation, Outcome, Rejected, Spoke, Unanswered

__all__ = ["LINES", "NAME", "SENTENCE", "read", "sniff"]

NAME = "address-list"
SENTENCE = "Addresses, one a line, with or without port: open ports, no answers (text)."
LINES = True

_OPEN = Answer(Spoke.SYN_ACK, Outcome.SUCCESS)
_LONGEST = 128
_TARGET = re.compile(
    r"\[(?P<six>[^\[\]\s]{2,64})\](?::(?P<port6>\d{1,5}))?"
    r"|(?P<four>[0-9.]{7,15})(?::(?P<port4>\d{1,5}))?"
    r"|(?P<plain>[^\s,;]{2,64}?)(?:(?:[ \t]*+[,;][ \t]*+|[ \t]++)(?P<port>\d{1,5}))?"
)
_NETWORK = "a network is what to scan, not what a scan found: list addresses"


def sniff(head: bytes) -> bool:
    """Whether the first line that is no comment is an address, or a network by mistake."""
    for line in head.split(b"\n"):
        text = _content(line)
        if text:
            return len(line) <= _LONGEST and (_is_network(text) or _is_target(text))
    return False


def read(stream: BinaryIO, given: Given) -> Iterator[Observation | Unanswered | Rejected]:
    """One service, known to be open, for each line."""
    for number, line, whole in lines(stream):
        text = _content(line)
        if not text:
            continue
        try:
            if not whole:
                raise ValueError(TOO_LONG)
            yield _observation(text, given)
        except ValueError as problem:
            yield Rejected(f"line {number}", str(problem), line[:RAW_KEPT])


def _content(line: bytes) -> str:
    """The line without comment and blanks."""
    return line.partition(b"#")[0].strip().decode("latin-1")


def _observation(text: str, given: Given) -> Observation:
    target = refang(text) if len(text) <= _LONGEST else ""
    match = _TARGET.fullmatch(target)
    if match is None:
        problem = _NETWORK if _is_network(target) else "not an address"
        raise ValueError(f'"{shown(text, 60)}": {problem}')
    address = match["six"] or match["four"] or match["plain"]
    digits = match["port6"] or match["port4"] or match["port"]
    try:
        ip = parse_address(address)
    except ValueError as problem:
        said = _NETWORK if _is_network(target) else problem
        raise ValueError(f'"{shown(text, 60)}": {said}') from None
    number = port(digits)
    if digits and number is None:
        raise ValueError(f'"{shown(text, 60)}": ports are 1 to 65535')
    return Observation(ip, given.port_or(number, NAME), given.time_or(None, NAME), _OPEN)


def _is_target(text: str) -> bool:
    try:
        _observation(text, _ANY)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    if not {"/", "-"} & set(text):
        return False
    try:
        parse_network(text)
    except ValueError:
        return False
    return True


_ANY = Given("", port=1, seen_at=0)
