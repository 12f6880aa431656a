"""Reading zgrab2 lines by what changes in them, without parsing them.

A scan's lines are some thousand texts with another address, time, Date and nonce in each. The
template of a line is its text without these; lines with equal templates give equal records but
for address, time and what masking replaces, so only the first of them has to be parsed.

Why device text cannot forge a template: each mark searched for holds an unescaped quote that
opens a JSON key or follows a backslash inside a string, and a quote inside a JSON string always
follows a backslash. What is cut out is exactly what `protocol/masking.py` masks; everything
else, also an unknown layout, stays in the template and merely makes it rarer.

`Templates` first tries the layout of the last line that it looked at closely: then the places
of everything are known and need no search. A new kind of line found that way must pass
`doubtful` once. `exact` searches, at about twice the cost.
"""

import re
from typing import NamedTuple

from gatewatch.protocol.masking import TELLING, is_volatile_date, value_shape

__all__ = ["Found", "Template", "Templates", "exact"]

_START = b'{"ip":"'
_STAMP = b'"timestamp":"'
_DATE = b'"date":["'
_NONCE = b'nonce=\\"'
_CHALLENGE = b'"www_authenticate":["'
# Masking takes a nonce to end at any of these, quoted or not.
_ENDS = b",; \t\r\n\f\v"
_LOWER_HEX = b"0123456789abcdef"
# The shape of the commonest nonces, looked up by length.
_HEX_SHAPES = {length: value_shape(b"a" * length) for length in range(5, 65)}
_DATE_LENGTH = 29
_LIKE_ADDRESS = re.compile(rb"\d\.\d{1,3}\.\d{1,3}\.\d")

Template = tuple[bytes, ...]
Found = tuple[Template, bytes, bytes]
"""Template, address and time as written."""


class _Layout(NamedTuple):
    """Where things stand in a line with a Date, a hex nonce and the request echoed."""

    date_end: int
    """From the end of the address."""
    nonce: int
    """Length of the nonce."""
    between: bytes
    """From one echo of the address in the request to the other."""
    after: bytes
    """From the second echo to the time."""
    end: bytes
    """From the time to the end of the line."""


class Templates:
    """Finds templates line by line; remembers one layout."""

    def __init__(self) -> None:
        self._layout = _Layout(0, 0, b"", b"", b"\0")
        self._places()

    def __call__(self, line: bytes) -> Found | None:
        """The template of a line as zgrab2 writes it, None for any other line.

        Runs once a line of a big import, so each step counts.
        """
        ip_end = line.find(b'"', 7)
        ip = line[7:ip_end]
        date_end = ip_end + self._date_end
        date = line[date_end - _DATE_LENGTH : date_end]
        nonce = line.find(_NONCE, date_end) + 8
        nonce_end = nonce + self._nonce
        value = line[nonce:nonce_end]
        echo = len(line) - self._tail - 2 * len(ip)
        if (
            line[echo : self._stamp] == ip + self._between + ip + self._after
            and line.endswith(self._end)
            and not value.translate(None, _LOWER_HEX)
            and 7 < nonce < nonce_end < echo
            and not value.isdigit()
            and value not in TELLING
            and date.endswith(b" GMT")
            and b"19" not in date
            and b'"' not in date
        ):
            key = (
                line[ip_end : date_end - _DATE_LENGTH],
                line[date_end:nonce],
                line[nonce_end:echo],
            )
            return key, ip, line[self._stamp : self._stamp_end]
        return self.closer(line)

    def closer(self, line: bytes) -> Found | None:
        """As `exact`; takes over the line's layout."""
        found = exact(line)
        layout = _layout(line) if found else None
        if layout is not None and layout != self._layout:
            self._layout = layout
            self._places()
        return found

    def doubtful(self, template: Template) -> bool:
        """Whether lines of this template, which is new, have to be looked at more closely.

        Nothing is doubtful of what `exact` found. What the layout found must hold the marks in
        their places, and nothing like an address, which might be the target's own.
        """
        if len(template) != 3:
            return False
        before, middle, rest = template
        challenge = middle.rfind(_CHALLENGE)
        return (
            not before.endswith(_DATE)
            or not middle.startswith(b'"')
            or challenge < 0
            or b'"]' in middle[challenge:]
            or not rest.startswith(b'\\"')
            or any(map(_LIKE_ADDRESS.search, template))
        )

    def _places(self) -> None:
        """The layout as the offsets that `__call__` needs."""
        self._date_end, self._nonce, self._between, self._after, self._end = self._layout
        self._stamp_end = -len(self._end)
        self._stamp = self._stamp_end - 20
        self._tail = len(self._between) + len(self._after) + 20 + len(self._end)


def exact(line: bytes) -> Found | None:
    """The template of a line as zgrab2 writes it, found by searching; None for any other line.

    Lines with several modules have several times, of which only the last is cut out, so that no
    two of their templates are equal by chance.
    """
    ip_end = line.find(b'"', 7)
    stamp = line.rfind(_STAMP)
    stamp_end = line.find(b'"', stamp + 13)
    if line[:7] != _START or stamp < ip_end or stamp_end < 0:
        return None
    ip = line[7:ip_end]
    # Go writes "<" as \u003c inside strings, so the token cannot stand there by itself.
    text = line[ip_end:stamp].replace(ip, b"<host>")
    date, date_end = _date(text)
    challenge = text.find(_CHALLENGE, date_end)
    nonce = text.find(_NONCE, challenge, text.find(b'"]', challenge)) + 8 if challenge > 0 else 0
    nonce_end = text.find(b"\\", nonce)
    shape = _shape(text[nonce:nonce_end], text[nonce_end : nonce_end + 2]) if nonce > 7 else b""
    if not shape:
        nonce = nonce_end = date_end
    rest = text[nonce_end:] + line[stamp_end:]
    return (text[:date], text[date_end:nonce], shape, rest), ip, line[stamp + 13 : stamp_end]


def _date(text: bytes) -> tuple[int, int]:
    """Where the value of the Date header begins and ends; (0, 0): there is nothing to cut."""
    date = text.find(_DATE) + 9
    date_end = text.find(b'"', date)
    if date < 9 or not is_volatile_date(text[date:date_end]):
        return 0, 0
    return date, date_end


def _shape(value: bytes, end: bytes) -> bytes:
    """The shape of a quoted nonce; nothing where JSON's escapes or separators make it doubtful."""
    if not value.translate(None, _LOWER_HEX) and not value.isdigit() and value not in TELLING:
        return _HEX_SHAPES.get(len(value)) or value_shape(value)
    if end != b'\\"' or value.translate(None, _ENDS) != value:
        return b""
    return value_shape(value)


def _layout(line: bytes) -> _Layout | None:
    """The layout of a line that `exact` understood, when it has one."""
    ip_end = line.find(b'"', 7)
    ip = line[7:ip_end]
    stamp = line.rfind(_STAMP) + 13
    date_end = line.find(_DATE, ip_end) + 9 + _DATE_LENGTH
    nonce = line.find(_NONCE, date_end) + 8
    second = line.rfind(ip, 0, stamp)
    first = line.rfind(ip, 0, second)
    end = line[stamp + 20 :]
    if not ip_end < date_end < nonce < first < second or not end.startswith(b'"'):
        return None
    return _Layout(
        date_end - ip_end,
        line.find(b"\\", nonce) - nonce,
        line[first + len(ip) : second],
        line[second + len(ip) : stamp],
        end,
    )
