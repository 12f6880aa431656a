"""Bodies as they were before a device compressed them (TR-069 Amendment 5, section 3.4.7).

Memory is bounded by the limit whatever comes in: a gzip bomb stops one byte beyond it.
"""

import zlib

__all__ = ["CannotDecode", "decoded"]

# zlib's own numbers: a gzip header, or a zlib one; "deflate" means the latter (RFC 9110, 8.4.1.2),
# though some send it bare.
_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}


class CannotDecode(Exception):
    """Why a body cannot be taken; `status` is the HTTP status that says so."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def decoded(body: bytes, coding: str, limit: int) -> bytes:
    """`body` without its Content-Encoding `coding`; raises CannotDecode (415, 413 or 400)."""
    coding = coding.strip().lower()
    if coding in ("", "identity") or not body:
        return body
    if coding not in _WINDOWS:
        raise CannotDecode(415)
    for window in _WINDOWS[coding]:
        unpacker = zlib.decompressobj(window)
        try:
            plain = unpacker.decompress(body, limit + 1)
        except zlib.error:
            continue
        if len(plain) > limit or unpacker.unconsumed_tail:
            raise CannotDecode(413)
        if unpacker.eof and not unpacker.unused_data:
            return plain
    raise CannotDecode(400)
