"""What the errors of scanners written in Go tell: ZGrab, ZGrab2, httpx.

Go's net and net/http word their errors the same everywhere: `dial tcp ...: connect: connection
refused`, `malformed HTTP response "SSH-2.0-..."`. The quoted text is what the service said.
"""

import re
from collections.abc import Iterator

from gatewatch.formats.http_text import octets
from gatewatch.model.observation import HEAD_LIMIT, Mark, Outcome

__all__ = ["FIRST_LINE", "dial_outcome", "malformed"]

# What is known of an answer of which an error quotes the first line.
FIRST_LINE = frozenset({Mark.PARTIAL, Mark.NO_BODY, Mark.TRUNCATED})

# net/http response.go: badStringError("malformed HTTP response", line), written with %q.
_MALFORMED = re.compile(r'malformed HTTP response "((?:[^"\\]++|\\.)*+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_SHORT = dict(zip("abfnrtv", "\a\b\f\n\r\t\v", strict=True))
_DIAL = (
    ("refused", Outcome.CONNECTION_REFUSED),
    ("reset", Outcome.CONNECTION_RESET),
    ("unreachable", Outcome.HOST_UNREACHABLE),
    ("no route", Outcome.HOST_UNREACHABLE),
    ("timeout", Outcome.CONNECTION_TIMEOUT),
    ("timed out", Outcome.CONNECTION_TIMEOUT),
    ("deadline", Outcome.CONNECTION_TIMEOUT),
)


def dial_outcome(error: str) -> Outcome:
    """How a connection failed to be made."""
    return next((outcome for words, outcome in _DIAL if words in error), Outcome.UNKNOWN_ERROR)


def malformed(error: str) -> bytes:
    """The first line of what was no HTTP, from the error about it; empty for other errors."""
    match = _MALFORMED.search(error)
    # An escape takes at most four characters for each byte.
    return b"".join(_unquoted(match[1][: 4 * HEAD_LIMIT])) if match else b""


def _unquoted(quoted: str) -> Iterator[bytes]:
    r"""%q undone: `\xHH` is one byte, `\u` and `\U` a character, the rest as in C."""
    at = 0
    for match in _ESCAPE.finditer(quoted):
        yield octets(quoted[at : match.start()])
        byte, short_code, long_code, char = match.groups()
        code = short_code or long_code
        if byte:
            yield bytes.fromhex(byte)
        elif code:
            yield octets(chr(int(code, 16))) if int(code, 16) < 0x110000 else b"?"
        else:
            yield octets(_SHORT.get(char, char))
        at = match.end()
    yield octets(quoted[at:])
