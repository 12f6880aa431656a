"""The head of an HTTP answer, read as devices really send it.

Consumes the bytes up to and with the blank line; never raises: what breaks the grammar of
RFC 9112 is read as far as it can be and named in `Head.oddities`, since those oddities identify
firmware. Values stay bytes; `text` reads them as Latin-1, which loses nothing.
"""

import re
from dataclasses import dataclass

__all__ = ["Head", "parse_head", "text"]

# RFC 9112 section 4: HTTP-version SP status-code SP [reason]. Devices drop the slash ("HTTP1.1"),
# double the blanks, or leave out version or reason; mini_httpd answers " 200 Ok" to HTTP/0.9.
_STATUS = re.compile(
    rb"(HTTP/?[0-9.]*|[A-Z]+/[0-9.]+|UNKNOWN|\(null\))?([ \t]+)(\d{3})(?:([ \t]+)(.*))?"
)
_STRICT = re.compile(rb"HTTP/1\.[01] \d{3} .*")


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and headers; `status` is None when there is no status line at all."""

    version: str
    status: int | None
    reason: str
    headers: tuple[tuple[str, str], ...]
    """(name, value) as sent and in order, folded lines joined by one blank."""
    oddities: tuple[str, ...]
    """Sorted names, see docs/reference/oddities.md."""

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
    odd: set[str] = set()
    if b"\n" in head.replace(b"\r\n", b""):
        odd.add("bare-lf")
    if b"\x00" in head:
        odd.add("nul")
    if not head.isascii():
        odd.add("high-bytes")
    lines = re.split(rb"\r?\n", head.rstrip(b"\r\n")) if head else []
    early, line, rest = _status_line(lines)
    if early:
        odd.add("headers-before-status")
    version, status, reason = _read_status(line, odd)
    headers = _read_headers([*early, *rest], odd)
    return Head(version, status, reason, tuple(headers), tuple(sorted(odd)))


def text(value: bytes) -> str:
    """Header bytes as text: Latin-1, so that each byte is one character."""
    return value.decode("latin-1")


def _status_line(lines: list[bytes]) -> tuple[list[bytes], bytes | None, list[bytes]]:
    """Lines before, the status line (None: there is none), lines after.

    HP printers put two headers before the status line, so the first five lines are tried.
    """
    for index, line in enumerate(lines[:5]):
        if _STATUS.fullmatch(line):
            return lines[:index], line, lines[index + 1 :]
    return [], None, lines


def _read_status(line: bytes | None, odd: set[str]) -> tuple[str, int | None, str]:
    match = _STATUS.fullmatch(line) if line is not None else None
    if line is None or match is None:
        return "", None, ""
    if not _STRICT.fullmatch(line):
        odd.add("status-line")
    version, _, status, _, reason = match.groups()
    return text(version or b""), int(status), text(reason or b"")


def _read_headers(lines: list[bytes], odd: set[str]) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and headers:
            odd.add("folded")
            name, value = headers[-1]
            more = text(line.strip(b" \t"))
            headers[-1] = (name, f"{value} {more}".strip())
            continue
        raw, colon, value_bytes = line.partition(b":")
        if not colon:
            odd.add("no-colon" if line.strip() else "blank-line")
            continue
        if raw != raw.rstrip(b" \t"):
            odd.add("blank-before-colon")
        headers.append((text(raw.strip(b" \t")), text(value_bytes.strip(b" \t"))))
    return headers
