"""Opens what the user names and hands out plain bytes, whatever they are packed in.

`open_plain` reads a file, a pipe or standard input (`-`); recognises gzip, zstd, bzip2, xz and
ZIP by their first bytes, up to three inside each other; strips a UTF-8 byte order mark and
transcodes UTF-16 with one to UTF-8. The members of a ZIP follow each other, with a line break
between. Memory is constant.

A damaged input gives everything before the damage and then ends; `Plain.damage` says then what
was wrong, so that the importer reports "partial". Against decompression bombs all layers together
may give 1,000 times what was read, plus 1 GiB; what goes beyond counts as damage. (deflate can
reach 1,032; real scan files stay below 200. Who has a real one unpacks it with its own program.)

Raises InputUnreadable and EmptyInput, with what to do about it; never anything of the system's.
"""

import codecs
import io
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from gatewatch.formats.decoders import ByteSource, Damaged, decoder_for
from gatewatch.formats.zip_members import ZIP_MAGICS, members
from gatewatch.model.errors import EmptyInput, InputUnreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["HEAD", "STANDARD_INPUT", "Plain", "open_plain"]

STANDARD_INPUT = "-"
HEAD = 64 * 1024
"""How much of the beginning `Plain.head` shows at most."""

_BUFFER = 256 * 1024
_LAYERS = 3
_RATIO, _FLOOR = 1000, 1 << 30
_UTF_8_MARK = codecs.BOM_UTF8
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Plain:
    """An opened input: a context manager around its plain `stream`."""

    def __init__(self, name: str, raw: "_Pieces | _File", path: Path | None = None) -> None:
        self.name = name
        """For messages; escape it (`shown`) before it reaches a terminal."""
        self.path = path
        """Of a regular file that is not packed: it may be read by byte ranges as well."""
        self.start = 0
        """Where its content begins: behind the byte order mark."""
        self.size = path.stat().st_size if path else None
        self.stream = io.BufferedReader(raw, _BUFFER)
        self._raw = raw

    @property
    def damage(self) -> str | None:
        """What was wrong with the input, known once the stream has ended."""
        return self._raw.damage

    def head(self) -> bytes:
        """The first 64 KiB of the plain bytes, or all of them; the stream stays where it is."""
        return self.stream.peek(HEAD)[:HEAD]

    def close(self) -> None:
        """Closes the file; standard input stays open."""
        self.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_plain(source: str | Path, stdin: BinaryIO | None = None) -> Plain:
    """Opens a path, or standard input for `-`; raises InputUnreadable or EmptyInput."""
    if str(source) == STANDARD_INPUT:
        stream, name, path = stdin or sys.stdin.buffer, "standard input", None
        plain = Plain(name, _Pieces(_read(stream, owned=False)))
    else:
        path, name = Path(source), str(source)
        plain = _opened(path, name)
    try:
        _refuse_nothing(plain)
    except BaseException:
        plain.close()
        raise
    return plain


def _opened(path: Path, name: str) -> Plain:
    try:
        mode = path.stat().st_mode
        _refuse_strange(mode, name)
        file = _File(path)
        if not stat.S_ISREG(mode):
            return Plain(name, _Pieces(_read(file, owned=True)))
        head = _head_of(file)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from None
    if decoder_for(head) or head.startswith((*ZIP_MAGICS, *_UTF_16_MARKS)):
        return Plain(name, _Pieces(_read(file, owned=True)))
    plain = Plain(name, file, path)
    if head.startswith(_UTF_8_MARK):
        plain.start = len(_UTF_8_MARK)
        file.seek(plain.start)
    return plain


def _head_of(file: io.FileIO) -> bytes:
    head = file.read(8) or b""
    file.seek(0)
    return head


def _refuse_strange(mode: int, name: str) -> None:
    if stat.S_ISDIR(mode):
        raise InputUnreadable(where=name, what="it is a directory", mend="name the files in it")
    if not stat.S_ISREG(mode) and not stat.S_ISFIFO(mode):
        raise InputUnreadable(
            where=name,
            what="it is a device or a socket",
            mend='give a file, or "-" and pipe the data in',
        )


def _unreadable(name: str, error: OSError | ValueError) -> InputUnreadable:
    what, mend = "the system refused", "check the path"
    if isinstance(error, FileNotFoundError):
        what = "there is no such file"
    elif isinstance(error, PermissionError):
        what, mend = "you have no permission", 'ask its owner for it, or "chmod +r" it'
    elif isinstance(error, OSError):
        what = os.strerror(error.errno) if error.errno else what
    return InputUnreadable(where=name, what=what, mend=mend)


def _refuse_nothing(plain: Plain) -> None:
    if plain.head():
        return
    if plain.damage:
        mend = "fetch or write the file again, or unpack it with its own program"
        raise InputUnreadable(where=plain.name, what=plain.damage, mend=mend)
    raise EmptyInput(where=plain.name)


class _File(io.FileIO):
    """A plain file whose read errors end it instead of raising."""

    damage: str | None = None

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """As io.RawIOBase has it; 0 is the end."""
        try:
            return super().readinto(buffer) or 0
        except OSError as error:
            self.damage = _failed(error)
            return 0


class _Pieces(io.RawIOBase):
    """The plain bytes of pieces that may be packed, as a raw stream for BufferedReader."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self.damage: str | None = None
        self._read = self._given = 0
        self._input = pieces
        self._output = ByteSource(self._plain(ByteSource(self._counted(pieces)), 0))

    def readable(self) -> bool:
        """True."""
        return True

    def close(self) -> None:
        """Ends the input too."""
        if not self.closed and hasattr(self._input, "close"):
            self._input.close()
        super().close()

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """As io.RawIOBase has it, but fills the whole buffer unless the input ends."""
        view = memoryview(buffer).cast("B")
        filled = 0
        try:
            while filled < len(view) and (piece := self._output.take(len(view) - filled)):
                view[filled : filled + len(piece)] = piece
                filled += len(piece)
        except Damaged as damage:
            self._note(damage)
        return filled

    def _note(self, damage: Damaged) -> None:
        self.damage = self.damage or str(damage)

    def _counted(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._read += len(piece)
            yield piece

    def _bounded(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            self._given += len(piece)
            if self._given > _FLOOR + _RATIO * self._read:
                raise Damaged(
                    f"it unpacks to more than {_RATIO:,} times its size: it looks like a"
                    " decompression bomb"
                )
            yield piece

    def _plain(self, source: ByteSource, layer: int) -> Iterator[bytes]:
        """What `source` holds, with every packing taken off."""
        head = source.peek(6)
        decode = decoder_for(head)
        if decode is None and not head.startswith(ZIP_MAGICS):
            yield from _text(source)
        elif layer == _LAYERS:
            raise Damaged(f"more than {_LAYERS} compressions lie inside each other")
        elif decode is not None:
            yield from self._plain(ByteSource(self._bounded(decode(source))), layer + 1)
        else:
            yield from self._archive(source, layer + 1)

    def _archive(self, source: ByteSource, layer: int) -> Iterator[bytes]:
        end = b""
        for member in members(source, self._note):
            if end not in (b"", b"\n"):
                yield b"\n"
            try:
                for piece in self._plain(ByteSource(self._bounded(iter(member.take, b""))), layer):
                    end = piece[-1:]
                    yield piece
            except Damaged as damage:
                self._note(damage)


def _text(source: ByteSource) -> Iterator[bytes]:
    if source.peek(3) == _UTF_8_MARK:
        source.exactly(3, "a byte order mark")
    if source.peek(2) not in _UTF_16_MARKS:
        yield from iter(source.take, b"")
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for piece in iter(source.take, b""):
        yield decoder.decode(piece).encode()
    yield decoder.decode(b"", final=True).encode()


def _read(stream: BinaryIO | io.FileIO, *, owned: bool) -> Iterator[bytes]:
    """The stream in pieces, as they come; closes it at the end if it is ours."""
    read = getattr(stream, "read1", stream.read)
    try:
        while piece := read(_BUFFER):
            yield piece
    except OSError as error:
        raise Damaged(_failed(error)) from None
    finally:
        if owned:
            stream.close()


def _failed(error: OSError) -> str:
    return f"reading failed ({os.strerror(error.errno) if error.errno else 'unknown error'})"
