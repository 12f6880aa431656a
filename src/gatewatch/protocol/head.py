"""The head of an HTTP answer, read as devices really send it.

Consumes the bytes up to and with the blank line; never raises: what breaks the grammar of
RFC 9112 is read as far as it can be and named in `Head.oddities`, since those oddities identify
firmware. Values stay bytes; `text` reads them as Latin-1, which loses nothing.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

__all__ = ["ODDITIES", "START_LINES", "Head", "LineKind", "line_kind", "parse_head", "text"]

ODDITIES = {
    "bad-length": "A Content-Length that is no number.",
    "bare-cr": "A carriage return that ends no line.",
    "bare-lf": "Lines that end with a line feed alone.",
    "blank-before-colon": "Blanks between a header's name and its colon.",
    "blank-line": "A blank line before the first line.",
    "folded": "A header that goes on in the next line, which begins with a blank.",
    "headers-before-status": "Header lines that come before the status line.",
    "high-bytes": "Bytes beyond ASCII.",
    "length-and-chunked": "Both Content-Length and chunked coding.",
    "no-colon": "A line among the headers that has no colon.",
    "nul": "Zero bytes.",
    "odd-name": "A header whose name is empty or no token.",
    "status-line": "A status line that is not `HTTP/1.x`, blank, three digits, blank, reason.",
    "two-lengths": "Content-Length given twice with different values.",
}
"""Every name that `Head.oddities` may hold, and what it means."""

# HP printers put two headers before the status line, some servers a blank line; it is one of the
# first five lines or there is none.
START_LINES = 5

# RFC 9112 section 4: HTTP-version SP status-code SP [reason]. Devices drop the slash ("HTTP1.1"),
# double the blanks, or leave out version or reason; mini_httpd answers " 200 Ok" to HTTP/0.9.
_STATUS = re.compile(
    rb"((?:HTTP|http)/?[0-9.]*|[A-Z]+/[0-9.]+|UNKNOWN|\(null\))?([ \t]+)(\d{3})(?:([ \t]+)(.*))?",
    re.DOTALL,
)
_STRICT = re.compile(rb"HTTP/1\.[01] \d{3} [^\r]*")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 section 5.6.2
_EARLY_HEADER = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*:.*", re.DOTALL)
_LINE_END = re.compile(rb"\r?\n")


class LineKind(Enum):
    """What one of the first lines of an answer is."""

    STATUS = auto()
    HEADER = auto()
    BLANK = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and headers; `status` is None when there is no status line at all."""

    version: str
    status: int | None
    reason: str
    headers: tuple[tuple[str, str], ...]
    """(name, value) as sent and in order, folded lines joined by one blank."""
    oddities: tuple[str, ...]
    """Sorted keys of `ODDITIES`."""

    def get(self, name: str) -> str | None:
        """The first value of the header `name` (any case), or None."""
        name = name.lower()
        return next((value for key, value in self.headers if key.lower() == name), None)

    def all(self, name: str) -> list[str]:
        """Every value of the header `name` (any case), in order."""
        name = name.lower()
        return [value for key, value in self.headers if key.lower() == name]


def parse_head(head: bytes) -> Head:
    """The head in `head`; an empty one gives no status, no headers and no oddities."""
    odd = _odd_bytes(head)
    lines = _LINE_END.split(head.rstrip(b"\r\n")) if head else []
    early, line, rest = _status_line(lines)
    if any(early):
        odd.add("headers-before-status")
    version, status, reason = _read_status(line, odd)
    headers = _read_headers([*early, *rest], odd)
    _check_framing(headers, odd)
    return Head(version, status, reason, tuple(headers), tuple(sorted(odd)))


def line_kind(line: bytes) -> LineKind:
    """What `line`, one of the first `START_LINES` and without its line end, is."""
    if _STATUS.fullmatch(line):
        return LineKind.STATUS
    if not line.strip():
        return LineKind.BLANK
    return LineKind.HEADER if _EARLY_HEADER.fullmatch(line) else LineKind.OTHER


def text(value: bytes) -> str:
    """Header bytes as text: Latin-1, so that each byte is one character."""
    return value.decode("latin-1")


def _odd_bytes(head: bytes) -> set[str]:
    odd: set[str] = set()
    bare = head.replace(b"\r\n", b"")
    if b"\n" in bare:
        odd.add("bare-lf")
    if b"\r" in bare.removesuffix(b"\r"):  # a cut may have come between CR and LF
        odd.add("bare-cr")
    if b"\x00" in head:
        odd.add("nul")
    if not head.isascii():
        odd.add("high-bytes")
    return odd


def _status_line(lines: list[bytes]) -> tuple[list[bytes], bytes | None, list[bytes]]:
    """Lines before, the status line (None: there is none), lines after."""
    for index, line in enumerate(lines[:START_LINES]):
        kind = line_kind(line)
        if kind is LineKind.STATUS:
            return lines[:index], line, lines[index + 1 :]
        if kind is LineKind.OTHER:
            break
    return [], None, lines


def _read_status(line: bytes | None, odd: set[str]) -> tuple[str, int | None, str]:
    match = _STATUS.fullmatch(line) if line is not None else None
    if line is None or match is None:
        return "", None, ""
    if not _STRICT.fullmatch(line):
        odd.add("status-line")
    version, _, status, _, reason = match.groups()
    return text(version or b""), int(status), text((reason or b"").rstrip(b"\r"))


def _read_headers(lines: list[bytes], odd: set[str]) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    folds: dict[int, list[str]] = {}
    for line in lines:
        if line[:1] in (b" ", b"\t") and headers:
            odd.add("folded")
            folds.setdefault(len(headers) - 1, []).append(text(line.strip(b" \t\r")))
            continue
        read = _remembered if len(line) <= _REMEMBERED_LENGTH else _read_header
        header, oddities = read(line)
        odd.update(oddities)
        if header is not None:
            headers.append(header)
    for at, more in folds.items():
        name, value = headers[at]
        headers[at] = (name, " ".join(filter(None, (value, *more))))
    return headers


def _read_header(line: bytes) -> tuple[tuple[str, str] | None, tuple[str, ...]]:
    """The (name, value) of one line, None when it is no header; and what is odd about it."""
    raw, colon, value = line.partition(b":")
    if not colon:
        return None, ("no-colon" if line.strip() else "blank-line",)
    name = text(raw.strip(b" \t"))
    odd = [] if raw == raw.rstrip(b" \t") else ["blank-before-colon"]
    if not _TOKEN.fullmatch(name):
        odd.append("odd-name")
    return (name, text(value.strip(b" \t\r"))), tuple(odd)


# A few thousand lines make up the heads of all devices; two megabytes remember them.
_REMEMBERED_LENGTH = 256
_remembered = lru_cache(maxsize=8192)(_read_header)


def _check_framing(headers: list[tuple[str, str]], odd: set[str]) -> None:
    """Names what RFC 9112 section 6.3 forbids in the headers that say where the body ends."""
    lengths: set[str] = set()
    chunked = False
    for name, value in headers:
        if len(name) == 14 and name.lower() == "content-length":
            lengths.add(value)
        elif len(name) == 17 and name.lower() == "transfer-encoding":
            chunked = chunked or "chunked" in value.lower()
    if len(lengths) > 1:
        odd.add("two-lengths")
    if any(not (value.isascii() and value.isdigit()) for value in lengths):
        odd.add("bad-length")
    if lengths and chunked:
        odd.add("length-and-chunked")
