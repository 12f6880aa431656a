"""Values of the language: read by the kind of their field, written so that they read again.

A written value is one line of printable characters whatever a device put into it: what cannot
be seen is an escape (`\\x1b`, `\\u202e`) that the parser turns back.
"""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gatewatch.model.address import Network, parse_address, parse_network, refang
from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import Field, Kind
from gatewatch.model.moment import SECOND, iso, parse_moment
from gatewatch.query.nodes import (
    AddressList,
    Pattern,
    Period,
    Present,
    Range,
    Scalar,
    Value,
    Wild,
)

__all__ = [
    "host_bits_note",
    "is_one_point",
    "named_period",
    "network_text",
    "quoted",
    "read_scalar",
    "relative_time",
    "written",
]

# The greatest value a number may have: what the protocol allows, else what the lake can hold.
_GREATEST = {"port": ("ports", 65_535), "asn": ("AS numbers", 4_294_967_295)}
_INT64 = ("numbers", (1 << 63) - 1)
_BARE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./+-]*")
_BARE_SIGNS = frozenset("_./+-")
_KEYWORDS = frozenset({"and", "or", "not"})
_ESCAPED = frozenset('"\\')
# Before this no CWMP existed.
_FIRST_MOMENT = 946_684_800 * SECOND
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}", re.IGNORECASE)
_RESPONSE = re.compile(r"[0-9a-fA-F]{16}")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_BACK = re.compile(r"now(?:-([0-9]{1,5})([mhdwMy]))?", re.ASCII)
_UNITS_S = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "M": 30 * 86_400, "y": 365 * 86_400}
_TRUTHS = dict.fromkeys(("true", "yes", "1"), True) | dict.fromkeys(("false", "no", "0"), False)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_scalar(entry: Field, text: str, column: int) -> Scalar:
    """The value that `text` writes for the field `entry`; BadQuery, at `column`, when none."""
    return _READERS[entry.kind](entry, text, column)


def written(value: Value) -> str:
    """`value` as the language writes it."""
    if isinstance(value, Present):
        return "*"
    if isinstance(value, Pattern):
        text = "".join(map(_pattern_piece, value.pieces))
        # What begins and ends with a slash would be a regular expression.
        return f"\\{text}" if text.startswith("/") else text
    if isinstance(value, Range):
        low, high = ("*" if end is None else written(end) for end in (value.low, value.high))
        return f"[{low} TO {high}]"
    return _written_scalar(value)


def quoted(text: str) -> str:
    """`text` within quotes, what cannot be seen as escapes."""
    return '"' + "".join(map(_quoted_char, text)) + '"'


def relative_time(text: str, now: float) -> Period | None:
    """The moment that `now` or `now-7d` names (m h d w M y: minutes to years); None for others."""
    match = _BACK.fullmatch(text)
    if match is None:
        return None
    back = int(match[1] or 0) * _UNITS_S[match[2] or "m"]
    moment = max(round((now - back) * SECOND), _FIRST_MOMENT)
    return Period(text, moment, moment)


def is_one_point(value: Value) -> bool:
    """Whether an address or a time names one, not a network or a day."""
    if isinstance(value, AddressList):
        return False
    if isinstance(value, Network):
        return value.first == value.last
    return not isinstance(value, Period) or value.last - value.first < SECOND


def network_text(network: Network) -> str:
    """The shortest spelling: an address, a CIDR block, else `[first TO last]`."""
    first, last = network
    if first == last:
        return str(first)
    size = last.number - first.number + 1
    bits = 32 if first.high is None else 128
    if size & (size - 1) == 0 and first.number % size == 0:
        return f"{first}/{bits - size.bit_length() + 1}"
    return f"[{first} TO {last}]"


def host_bits_note(text: str, network: Network) -> str | None:
    """What to tell when the CIDR block `text` has host bits set; None when it has none."""
    base, slash, _ = refang(text.strip()).partition("/")
    if slash and parse_address(base) != network.first:
        return f"host bits set; {network_text(network)} used"
    return None


def named_period(text: str) -> Period | None:
    """The year, month or day that `text` names; None when it names none of them.

    Raises ValueError or OverflowError for a date that no calendar has.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    first = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
    if day:
        after = first + timedelta(days=1)
    elif month:
        after = (first + timedelta(days=31)).replace(day=1)
    else:
        after = first.replace(year=first.year + 1)
    return Period(text, _moment(first), _moment(after) - 1)


def _read_text(entry: Field, text: str, column: int) -> str:
    if entry.name == "cve" and not _CVE.fullmatch(text):
        raise BadQuery(
            column=column, what="CVE ids look like CVE-2017-9765", mend=f'"{text}" does not'
        )
    if entry.name == "response" and not _RESPONSE.fullmatch(text):
        raise BadQuery(
            column=column, what="the id of a response has 16 hex digits", mend=f'"{text}" has not'
        )
    return text


def _read_number(entry: Field, text: str, column: int) -> int:
    named_as = entry.name == "asn" and text[:2].upper() == "AS"
    digits = text[2:] if named_as else text
    if not digits.isascii() or not digits.isdigit():
        raise BadQuery(column=column, what=f"{entry.name} is a number", mend=f'"{text}" is not')
    them, greatest = _GREATEST.get(entry.name, _INT64)
    if len(digits) > 19 or int(digits) > greatest:
        raise BadQuery(column=column, what=f"{them} end at {greatest}", mend=f'"{text}" is beyond')
    return int(digits)


def _read_truth(entry: Field, text: str, column: int) -> bool:
    truth = _TRUTHS.get(text.lower())
    if truth is None:
        raise BadQuery(
            column=column, what=f'{entry.name} is true or false; "{text}" is neither',
            mend=f"write {entry.name}:true",
        )  # fmt: skip
    return truth


def _read_network(entry: Field, text: str, column: int) -> Network:
    del entry
    try:
        return parse_network(text)
    except ValueError as error:
        what = "not an IP address or network"
        if str(error) != "not an IP address":
            what = f'"{text}" {error}'
        mend = "write 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32"
        raise BadQuery(column=column, what=what, mend=mend) from None


def _read_period(entry: Field, text: str, column: int) -> Period:
    try:
        return relative_time(text, time.time()) or named_period(text) or _instant(text)
    except (ValueError, OverflowError):
        raise BadQuery(
            column=column,
            what=f'{entry.name} is a time; "{text}" is not',
            mend="write 2026, 2026-11, 2026-11-24, 2026-11-24T10:00:00Z or now-7d",
        ) from None


_READERS: dict[Kind, Callable[[Field, str, int], Scalar]] = {
    Kind.TEXT: _read_text,
    Kind.KEYWORD: _read_text,
    Kind.VERSION: _read_text,
    Kind.NUMBER: _read_number,
    Kind.IP: _read_network,
    Kind.TIME: _read_period,
    Kind.BOOLEAN: _read_truth,
}


def _instant(text: str) -> Period:
    """The second that `text` names, or the microsecond when it writes a fraction."""
    moment = parse_moment(text)
    fraction = moment % SECOND
    if fraction:
        return Period(f"{iso(moment)[:-1]}.{fraction:06}Z", moment, moment)
    return Period(iso(moment), moment, moment + SECOND - 1)


def _moment(when: datetime) -> int:
    return (when - _EPOCH) // timedelta(microseconds=1)


def _written_scalar(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, AddressList):
        return f"@{value.name}" if _BARE.fullmatch(value.name) else quoted(f"@{value.name}")
    if isinstance(value, Network):
        return network_text(value)
    if isinstance(value, Period):
        return value.text
    if _BARE.fullmatch(value) and value.lower() not in _KEYWORDS:
        return value
    return quoted(value)


def _quoted_char(char: str) -> str:
    if char in _ESCAPED:
        return f"\\{char}"
    return char if char.isprintable() else _escape(char)


def _pattern_piece(piece: str | Wild) -> str:
    if isinstance(piece, Wild):
        return str(piece.value)
    return "".join(map(_bare_char, piece))


def _bare_char(char: str) -> str:
    if char.isalnum() or char in _BARE_SIGNS:
        return char
    return f"\\{char}" if char.isprintable() else _escape(char)


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
