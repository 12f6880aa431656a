"""Reading zgrab2 lines by what changes in them, without parsing them.

A scan's lines are some thousand texts with another address, time, Date and nonce in each. The
template of a line is its text without these; lines with equal templates give equal records but
for address, time and what masking replaces, so only the first of them has to be parsed.

Why device text cannot forge a template: each mark searched for holds an unescaped quote that
opens a JSON key or follows a backslash inside a string, and a quote inside a JSON string always
follows a backslash. What is cut out is exactly what `protocol/masking.py` masks; everything
else, also an unknown layout, stays in the template and merely makes it rarer.

There are two ways to a template. `Templates.closer` looks at one line: where things ought to be
when the scan echoes its request as the lines before did, else it searches; what it finds the quick
way must not be `doubtful`. `Templates.hits` knows again what was learnt, for many lines at once
(`zgrab2_bulk.py`).
"""

import re
from hashlib import blake2b
from typing import NamedTuple

from gatewatch.formats.zgrab2_bulk import (
    DATE_LENGTH,
    STAMP_LENGTH,
    START,
    Echo,
    Hits,
    Index,
    Ints,
)
from gatewatch.model.observation import BODY_LIMIT
from gatewatch.protocol.masking import TELLING, is_volatile_date, value_shape

__all__ = ["Found", "Template", "Templates", "exact"]

_STAMP = b',"timestamp":"'
_DATE = b'"date":["'
_NONCE = b'nonce=\\"'
_CHALLENGE = b'"www_authenticate":["'
# Masking takes a nonce to end at any of these, quoted or not.
_ENDS = b",; \t\r\n\f\v"
_LOWER_HEX = b"0123456789abcdef"
# The shape of the commonest nonces, looked up by length.
_HEX_SHAPES = {length: value_shape(b"a" * length) for length in range(5, 65)}
_COMMON_DATE = re.compile(rb"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT")
# Dates that were looked at: a scan of a day sees each of its seconds many times.
_DATES: set[bytes] = set()
_MOST_DATES = 100_000
# An error that is closed and holds nothing but ASCII; Go escapes quotes and what has no sign.
_ERROR = re.compile(rb'(","error":")(?:[ !#-\[\]-~]++|\\["\\nrt])*+(?=")')
# The middle of a dotted address; it begins with a fixed byte, which is found fast.
_LIKE_ADDRESS = re.compile(rb"\.\d{1,3}\.\d{1,3}\.")

Template = tuple[bytes | int, ...]


class Found(NamedTuple):
    """One line's template, and its address and time as written."""

    template: Template
    ip: bytes
    stamp: bytes


class Templates:
    """Finds templates; remembers how the scan echoes its requests."""

    def __init__(self) -> None:
        self._index = Index(Echo(b"", b"", b"\0", b""))

    def hits(self, text: bytes, starts: Ints, ends: Ints) -> Hits:
        """The lines of `text` between these offsets whose template was learnt."""
        return self._index.hits(text, starts, ends)

    def learn(self, template: Template, entry: int) -> None:
        """Makes `hits` know a template of `closer`, where it can."""
        name, before, *more = template
        if name != self._index.echo.name:
            return
        assert isinstance(before, bytes)
        match more:
            case [bytes() as middle]:
                self._index.add(before, middle, None, b"", entry)
            case [bytes() as middle, int() as size, bytes() as rest]:
                self._index.add(before, middle, size, rest, entry)

    def closer(self, line: bytes) -> Found | None:
        """The template of one line, None when zgrab2 does not write such lines.

        It is the one by which `hits` will know such lines, wherever that can be.
        """
        quick = self._quick(line)
        if quick is not None:
            return quick
        found = exact(line)
        echo = _echo(line, found.ip) if found is not None else None
        if echo is None or echo == self._index.echo:
            return found
        self._index = Index(echo)
        return self._quick(line) or found

    def _quick(self, line: bytes) -> Found | None:
        between, after, end, name = self._index.echo
        ip_end = line.find(b'"', 7)
        ip = line[7:ip_end]
        echoed = ip + between + ip + after
        stamp = len(line) - len(end) - STAMP_LENGTH
        echo = stamp - len(echoed)
        if not line.endswith(end) or line[max(echo, 0) : stamp] != echoed:
            return None
        template = _quick(line, ip_end, echo, name)
        if template is None or _doubtful(template) or line[:7] != START:
            return None
        return Found(template, ip, line[stamp : stamp + STAMP_LENGTH])


def exact(line: bytes) -> Found | None:
    """The template of a line as zgrab2 writes it, found by searching; None for any other line.

    Lines with several modules have several times, of which only the last is cut out, so that no
    two of their templates are equal by chance.
    """
    ip_end = line.find(b'"', 7)
    stamp = line.rfind(_STAMP)
    stamp_end = line.find(b'"', stamp + 14)
    if line[:7] != START or stamp < ip_end or stamp_end < 0:
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
    # Where an answer is cut, how long it was decides what is left of it.
    lengths = (date_end - date, len(ip) if len(text) > BODY_LIMIT else 0)
    end = _end(line[stamp_end:])
    template = (*lengths, text[:date], text[date_end:nonce], shape, text[nonce_end:], end)
    return Found(template, ip, line[stamp + 14 : stamp_end])


def _quick(line: bytes, ip_end: int, echo: int, name: bytes) -> Template | None:
    """The text from the address to the request's echo, without Date and nonce.

    `name` is that of what follows.
    """
    before, start = b"", ip_end
    date = line.find(_DATE, ip_end, echo)
    if date > 0:
        start = date + 9 + DATE_LENGTH
        value = line[date + 9 : start]
        if value not in _DATES and not _is_date(value):
            return None
        before = line[ip_end : date + 9]
    nonce = line.find(_NONCE, start, echo) + 8
    if nonce < 8:
        return name, before, line[start:echo]
    nonce_end = line.find(b"\\", nonce)
    value = line[nonce:nonce_end]
    if value.translate(None, _LOWER_HEX) or value.isdigit() or value in TELLING:
        return None
    return name, before, line[start:nonce], nonce_end - nonce, line[nonce_end:echo]


def _is_date(value: bytes) -> bool:
    """Whether this is a date that masking replaces, whole and in the common form."""
    if not _COMMON_DATE.fullmatch(value) or not is_volatile_date(value):
        return False
    if len(_DATES) >= _MOST_DATES:
        _DATES.clear()
    _DATES.add(value)
    return True


def _doubtful(template: Template) -> bool:
    """Whether what `_quick` found, seen for the first time, is not surely what `exact` would.

    The marks must stand in their places, and nothing may look like an address, which could be
    the target's own.
    """
    before, middle, rest = template[1], template[2], template[-1]
    assert isinstance(before, bytes)
    assert isinstance(middle, bytes)
    assert isinstance(rest, bytes)
    if before and not middle.startswith(b'"'):
        return True
    if len(template) > 3:
        challenge = middle.rfind(_CHALLENGE)
        if challenge < 0 or b'"]' in middle[challenge:] or not rest.startswith(b'\\"'):
            return True
    return any(_LIKE_ADDRESS.search(part) for part in template[1:] if isinstance(part, bytes))


def _end(text: bytes) -> bytes:
    """What stands behind the time, without an error text that says nothing of the service.

    Go's errors name addresses and ports of the moment; only the one about a malformed answer
    quotes what the service sent. A text that is not closed stays: its line was cut.
    """
    error = _ERROR.match(text)
    return text if error is None or b"malformed" in text else error[1] + text[error.end() :]


def _date(text: bytes) -> tuple[int, int]:
    """Where the value of the Date header begins and ends; (0, 0): there is nothing to cut."""
    date = text.find(_DATE) + 9
    date_end = text.find(b'"', date)
    value = text[date:date_end]
    # Other bytes may be what makes the reader call the line lossy.
    if date < 9 or not value.isascii() or b"\\" in value or not is_volatile_date(value):
        return 0, 0
    return date, date_end


def _shape(value: bytes, end: bytes) -> bytes:
    """The shape of a quoted nonce; nothing where JSON's escapes or separators make it doubtful."""
    if not value.translate(None, _LOWER_HEX) and not value.isdigit() and value not in TELLING:
        return _HEX_SHAPES.get(len(value)) or value_shape(value)
    if end != b'\\"' or value.translate(None, _ENDS) != value:
        return b""
    return value_shape(value)


def _echo(line: bytes, ip: bytes) -> Echo | None:
    """How a line that `exact` understood ends, when it echoes its request twice.

    What looks like an address in there could be the target's own of another line.
    """
    stamp = line.rfind(_STAMP) + 14
    second = line.rfind(ip, 0, stamp)
    first = line.rfind(ip, 0, second)
    end = line[stamp + STAMP_LENGTH :]
    if not 7 + len(ip) < first < second or not end.startswith(b'"'):
        return None
    between, after = line[first + len(ip) : second], line[second + len(ip) : stamp]
    if _LIKE_ADDRESS.search(between) or _LIKE_ADDRESS.search(after):
        return None
    name = blake2b(b"\0".join((between, after, end)), digest_size=16).digest()
    return Echo(between, after, end, name)
