"""gzip, zstd, bzip2 and xz, decoded from pieces of bytes to pieces of bytes.

Each decoder reads many members, frames or streams after each other, in constant memory, and
gives everything that can be decoded before it raises Damaged: cut and corrupt files are the rule
in this field. Of corrupt bzip2 and xz the last 16 KiB before the damage are lost, since their
libraries do not give back what they had.

Sources: RFC 1952 (gzip), RFC 8878 (Zstandard), the .xz file format 1.2.0.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator

import zstandard

__all__ = ["PIECE", "ByteSource", "Damaged", "Decoder", "decoder_for", "inflated"]

PIECE = 64 * 1024
_STEP = 16 * 1024
# zstd --long=31 is the longest window that the zstd program writes; a window is only filled as
# far as the data goes. xz -9 takes 65 MiB; some 64-bit writers use dictionaries of 1 GiB.
_ZSTD_WINDOW = 1 << 31
_XZ_MEMORY = 1 << 30

_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_ZSTD_MAGIC = 0xFD2FB528


class Damaged(Exception):
    """The input cannot be read on from here; the text says why, as a clause."""


class ByteSource:
    """Pieces of bytes with look-ahead; damage in them is raised once all bytes before it went."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""
        self._damage: Damaged | None = None

    def peek(self, size: int) -> bytes:
        """The next `size` bytes, or fewer at the end or before damage; they stay."""
        while len(self._held) < size and (more := self._next()):
            self._held += more
        return self._held[:size]

    def take(self, most: int = PIECE) -> bytes:
        """The next bytes, 1 to `most`; none at the end. Raises Damaged."""
        held = self._held or self._next()
        if not held and self._damage is not None:
            raise self._damage
        self._held = held[most:]
        return held[:most]

    def exactly(self, size: int, what: str) -> bytes:
        """The next `size` bytes (few); raises Damaged when the input ends before."""
        data = self.peek(size)
        if len(data) < size:
            raise self._damage or Damaged(f"it is cut off within {what}")
        self._held = self._held[size:]
        return data

    def give_back(self, data: bytes) -> None:
        """Puts `data`, taken last, in front again."""
        self._held = data + self._held

    def first(self, size: int) -> Iterator[bytes]:
        """The next `size` bytes in pieces, fewer when the input ends before."""
        while size > 0 and (piece := self.take(min(size, PIECE))):
            size -= len(piece)
            yield piece

    def _next(self) -> bytes:
        try:
            return b"" if self._damage else next(filter(None, self._pieces), b"")
        except Damaged as damage:
            self._damage = damage
            return b""


Decoder = Callable[[ByteSource], Iterator[bytes]]


def decoder_for(magic: bytes) -> Decoder | None:
    """The decoder of data that begins with these bytes (6 are enough), if it is compressed."""
    return next((decode for start, decode in _DECODERS.items() if magic.startswith(start)), None)


def inflated(source: ByteSource, wbits: int, what: str) -> Iterator[bytes]:
    """One deflate stream (zlib's `wbits` tells its wrapping); bytes after it stay in `source`."""
    engine = zlib.decompressobj(wbits)
    while not engine.eof:
        # What waits undecoded comes first: zlib gives at most _PIECE bytes a call.
        waiting = engine.unconsumed_tail or source.take()
        if not waiting:
            raise Damaged(f"{what} is cut off")
        before = engine.copy()
        try:
            out = engine.decompress(waiting, PIECE)
        except zlib.error:
            yield from _decodable(before, waiting)
            raise Damaged(f"{what} is corrupt") from None
        yield out
    source.give_back(engine.unused_data)


def _decodable(engine: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    """What `data` gives before its error: byte by byte, since zlib drops what it had then."""
    try:
        for at in range(len(data)):
            yield engine.decompress(data[at : at + 1])
    except zlib.error:
        return


def _gzip(source: ByteSource) -> Iterator[bytes]:
    while source.peek(2) == b"\x1f\x8b":
        yield from inflated(source, 31, "the gzip data")
        _skip_padding(source)
    _refuse_rest(source, "gzip")


def _bzip2(source: ByteSource) -> Iterator[bytes]:
    while source.peek(3) == b"BZh":
        yield from _streamed(source, bz2.BZ2Decompressor(), "the bzip2 data")
    _refuse_rest(source, "bzip2")


def _xz(source: ByteSource) -> Iterator[bytes]:
    while source.peek(6) == b"\xfd7zXZ\x00":
        engine = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY)
        yield from _streamed(source, engine, "the xz data")
        _skip_padding(source)
    _refuse_rest(source, "xz")


def _streamed(
    source: ByteSource, engine: bz2.BZ2Decompressor | lzma.LZMADecompressor, what: str
) -> Iterator[bytes]:
    while not engine.eof:
        piece = source.take() if engine.needs_input else b""
        if engine.needs_input and not piece:
            raise Damaged(f"{what} is cut off")
        try:
            yield engine.decompress(piece, _STEP)
        except (OSError, lzma.LZMAError, EOFError, ValueError):
            raise Damaged(f"{what} is corrupt") from None
    source.give_back(engine.unused_data)


def _zstd(source: ByteSource) -> Iterator[bytes]:
    """Frames one after the other, each handed over block by block.

    The library would decode all it is given at once, and 4 bytes of zstd may mean 128 KiB; a
    block is never more than that (RFC 8878 section 3.1.1.2.4).
    """
    while magic := int.from_bytes(source.peek(4), "little"):
        if magic in _SKIPPABLE:
            source.exactly(4, "a zstd frame")
            size = int.from_bytes(source.exactly(4, "a zstd frame"), "little")
            for _ in source.first(size):
                pass
        elif magic == _ZSTD_MAGIC:
            yield from _zstd_frame(source)
        else:
            break
    _refuse_rest(source, "zstd")


def _zstd_frame(source: ByteSource) -> Iterator[bytes]:
    engine = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
    what = "a zstd frame"
    try:
        descriptor = source.peek(5)[4:]
        header = source.exactly(5 + _zstd_header_size(descriptor), what)
        yield engine.decompress(header)
        last = False
        while not last:
            block = source.exactly(3, what)
            word = int.from_bytes(block, "little")
            last = bool(word & 1)
            # A run-length block (type 1) holds one byte, whatever its size says.
            size = 1 if word >> 1 & 3 == 1 else word >> 3
            yield engine.decompress(block + source.exactly(size, what))
        if descriptor[0] & 4:
            yield engine.decompress(source.exactly(4, what))
    except zstandard.ZstdError as error:
        raise Damaged(f"a zstd frame cannot be decoded ({error})") from None


def _zstd_header_size(descriptor: bytes) -> int:
    """Bytes of the frame header after its descriptor (RFC 8878 section 3.1.1.1)."""
    flags = descriptor[0] if descriptor else 0
    single = flags >> 5 & 1
    dictionary = (0, 1, 2, 4)[flags & 3]
    content = (single, 2, 4, 8)[flags >> 6]
    return (1 - single) + dictionary + content


def _skip_padding(source: ByteSource) -> None:
    """Drops zero bytes, which tapes and xz put after a stream."""
    while (piece := source.peek(PIECE)) and not piece.strip(b"\x00"):
        source.exactly(len(piece), "padding")
    if piece[:1] == b"\x00":
        source.exactly(len(piece) - len(piece.lstrip(b"\x00")), "padding")


def _refuse_rest(source: ByteSource, what: str) -> None:
    if source.take(1):
        raise Damaged(f"bytes that are no {what} follow the {what} data")


_DECODERS: dict[bytes, Decoder] = {
    b"\x1f\x8b": _gzip,
    b"BZh": _bzip2,
    b"\xfd7zXZ\x00": _xz,
    b"\x28\xb5\x2f\xfd": _zstd,
    **{number.to_bytes(4, "little"): _zstd for number in _SKIPPABLE},
}
