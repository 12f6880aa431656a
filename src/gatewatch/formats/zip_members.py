"""The members of a ZIP archive, read front to back without seeking.

Standard input cannot seek, and a cut archive has no central directory; so members are read from
their local headers, in order, each checked against its length and CRC. Overlapping members, the
trick of the densest archive bombs, do not exist for such a reader. Folders and the attic of macOS
(`__MACOSX/`) are passed over. What cannot be read (encrypted, unknown method, corrupt) is told
to `damaged` and, where the archive says how long it is, skipped.

Source: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

import zlib
from collections.abc import Callable, Iterator
from struct import unpack
from typing import NamedTuple

from gatewatch.formats.decoders import ByteSource, Damaged, decoder_for, inflated
from gatewatch.model.hostile import shown

__all__ = ["ZIP_MAGICS", "members"]

_MEMBER_MAGIC = b"PK\x03\x04"
# The second one begins an archive without members.
ZIP_MAGICS = (_MEMBER_MAGIC, b"PK\x05\x06")
_DESCRIPTOR_MAGIC = b"PK\x07\x08"
_AFTER_A_MEMBER = (*ZIP_MAGICS, b"PK\x01\x02", b"PK\x06\x06", b"PK\x06\x08")
_IN_ZIP64 = 0xFFFFFFFF
_ENCRYPTED, _SIZES_FOLLOW = 1, 8
_STORED, _DEFLATED = 0, 8
# Methods whose data is what the decoders read anyway.
_WRAPPED = {12: b"BZh", 93: b"\x28\xb5\x2f\xfd", 95: b"\xfd7zXZ\x00"}


class _Member(NamedTuple):
    name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int

    @property
    def sizes_follow(self) -> bool:
        return bool(self.flags & _SIZES_FOLLOW)

    @property
    def is_content(self) -> bool:
        return not self.name.endswith(b"/") and not self.name.startswith(b"__MACOSX/")


def members(source: ByteSource, damaged: Callable[[Damaged], None]) -> Iterator[ByteSource]:
    """Each member's content, to be read before the next is asked for; raises Damaged."""
    while source.peek(4) == _MEMBER_MAGIC:
        member = _header(source)
        packed = ByteSource(source.first(member.packed))
        within = source if member.sizes_follow else packed
        try:
            content = ByteSource(_content(member, within))
            if member.is_content:
                yield content
            while content.take():
                pass
        except Damaged as damage:
            if member.sizes_follow:
                raise
            damaged(damage)
        while not member.sizes_follow and packed.take():
            pass
    if source.peek(4) not in _AFTER_A_MEMBER:
        source.exactly(4, "the zip archive")
        raise Damaged("the zip archive is corrupt")


def _header(source: ByteSource) -> _Member:
    what = "the zip archive"
    fixed = source.exactly(30, what)
    flags, method, crc, packed, size, name_size, extra_size = unpack("<6xHH4xIIIHH", fixed)
    name = source.exactly(name_size, what)
    extra = source.exactly(extra_size, what)
    if _IN_ZIP64 in (packed, size):
        size, packed = _zip64(extra, size, packed)
    return _Member(name, flags, method, crc, packed, size)


def _zip64(extra: bytes, size: int, packed: int) -> tuple[int, int]:
    """The long sizes from the extra field 1, which holds only those that did not fit."""
    while len(extra) >= 4:
        kind, length = unpack("<HH", extra[:4])
        if kind == 1:
            numbers = iter(unpack(f"<{length // 8}Q", extra[4 : 4 + length // 8 * 8]))
            size = next(numbers, size) if size == _IN_ZIP64 else size
            packed = next(numbers, packed) if packed == _IN_ZIP64 else packed
            break
        extra = extra[4 + length :]
    return size, packed


def _content(member: _Member, source: ByteSource) -> Iterator[bytes]:
    """The member's bytes; raises Damaged when they are not what the archive promised."""
    what = f'the zip member "{shown(member.name, 80)}"'
    crc = size = 0
    for piece in _unpacked(member, source, what):
        crc = zlib.crc32(piece, crc)
        size += len(piece)
        yield piece
    promised = _descriptor(source) if member.sizes_follow else (member.crc, member.size)
    if (crc, size) != promised:
        raise Damaged(f"{what} is cut off or corrupt")


def _unpacked(member: _Member, source: ByteSource, what: str) -> Iterator[bytes]:
    if member.flags & _ENCRYPTED:
        raise Damaged(f"{what} is encrypted")
    if member.method == _DEFLATED:
        return inflated(source, -15, what)
    decode = decoder_for(_WRAPPED.get(member.method, b""))
    if member.sizes_follow or (decode is None and member.method != _STORED):
        raise Damaged(f"{what} is packed in a way (method {member.method}) that is not read")
    return decode(source) if decode else iter(source.take, b"")


def _descriptor(source: ByteSource) -> tuple[int, int]:
    """CRC and size after a member; its signature and the width of its sizes are not declared.

    The width is taken by which of them another part of the archive follows.
    """
    if source.peek(4) == _DESCRIPTOR_MAGIC:
        source.exactly(4, "the zip archive")
    ahead = source.peek(24)
    if len(ahead) == 24 and ahead[20:24] in _AFTER_A_MEMBER and ahead[12:16] not in _AFTER_A_MEMBER:
        crc, _, size = unpack("<IQQ", source.exactly(20, "the zip archive"))
    else:
        crc, _, size = unpack("<III", source.exactly(12, "the zip archive"))
    return crc, size
