"""Opening inputs: every packing, every damage, every strange path."""

import bz2
import gzip
import io
import lzma
import os
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats import compression
from gatewatch.formats.compression import open_plain
from gatewatch.model.errors import EmptyInput, GatewatchError, InputUnreadable

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

TEXT = b"".join(b'{"ip": "192.0.2.%d", "n": %d}\n' % (n % 250, n * 7919) for n in range(9000))


def zstd(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def zipped(*contents: bytes, method: int = zipfile.ZIP_DEFLATED, seekable: bool = True) -> bytes:
    """An archive; one that could not seek writes the sizes after each member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out if seekable else Unseekable(out), "w", method) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"part-{number}.csv", content)
    return out.getvalue()


class Unseekable(io.RawIOBase):
    def __init__(self, out: io.BytesIO) -> None:
        self.out = out

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        return self.out.write(data)


def read(data: bytes) -> tuple[bytes, str | None]:
    """What standard input that holds `data` gives, and its damage."""
    with open_plain("-", io.BytesIO(data)) as plain:
        return plain.stream.read(), plain.damage


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lambda data: lzma.compress(data, preset=0),
    "zstd": zstd,
    "zip, deflated": zipped,
    "zip, stored": lambda data: zipped(data, method=zipfile.ZIP_STORED),
    "zip, bzip2": lambda data: zipped(data, method=zipfile.ZIP_BZIP2),
    "zip, sizes after the member": lambda data: zipped(data, seekable=False),
    "gzip in zip": lambda data: zipped(gzip.compress(data)),
    "zstd in gzip in zip": lambda data: zipped(gzip.compress(zstd(data))),
    "with a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "a byte order mark in zstd": lambda data: zstd(b"\xef\xbb\xbf" + data),
    "UTF-16 as PowerShell writes it": lambda data: data.decode().encode("utf-16"),
    "UTF-16, big endian": lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be"),
}


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
def test_every_packing_gives_the_same_bytes(pack: Callable[[bytes], bytes]) -> None:
    assert read(pack(TEXT)) == (TEXT, None)


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
def test_a_file_reads_as_standard_input_does(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "scan"
    path.write_bytes(pack(TEXT))
    with open_plain(path) as plain:
        assert plain.head() == TEXT[:65536]
        assert plain.stream.read() == TEXT
        assert plain.damage is None


MANY = {
    "gzip members, as the Shodan client appends": gzip.compress(b"a\n") + gzip.compress(b"b\n"),
    "gzip members with tape padding": gzip.compress(b"a\n") + bytes(700) + gzip.compress(b"b\n"),
    "bzip2 streams": bz2.compress(b"a\n") + bz2.compress(b"b\n"),
    "xz streams with padding": lzma.compress(b"a\n") + bytes(8) + lzma.compress(b"b\n"),
    "zstd frames": zstd(b"a\n") + zstd(b"b\n"),
    "zstd with skippable frames": b"".join(
        (b"\x50\x2a\x4d\x18\x03\0\0\0xyz", zstd(b"a\n"), b"\x5f\x2a\x4d\x18\0\0\0\0", zstd(b"b\n"))
    ),
    "zip members": zipped(b"a\n", b"b\n"),
    "zip members without a last line end": zipped(b"a", b"b\n"),
    "zip members of different packing": zipped(gzip.compress(b"a\n"), b"\xef\xbb\xbfb\n"),
}


@pytest.mark.parametrize("data", MANY.values(), ids=MANY)
def test_what_was_appended_follows(data: bytes) -> None:
    assert read(data) == (b"a\nb\n", None)


def test_folders_and_the_attic_of_macos_are_passed_over() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("scans/", b"")
        archive.writestr("scans/a.csv", b"a\n")
        archive.writestr("__MACOSX/scans/._a.csv", b"\0\5\x16\7")
    assert read(out.getvalue()) == (b"a\n", None)


def test_a_zip64_archive_is_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(b"a\n")
    assert read(out.getvalue()) == (b"a\n", None)
    out = io.BytesIO()
    with (
        zipfile.ZipFile(Unseekable(out), "w") as archive,
        archive.open(zip_entry("a"), "w", force_zip64=True) as member,
    ):
        member.write(b"a\n")
    assert read(out.getvalue()) == (b"a\n", None)


def zip_entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def test_a_window_of_zstd_long_31_is_read() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=False)
    engine = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = engine.compress(b"a\n") + engine.flush()
    assert zstandard.get_frame_parameters(data).window_size == 1 << 31
    assert read(data) == (b"a\n", None)


@pytest.mark.parametrize("kind", ["gzip", "zstd", "bzip2", "xz", "zip, deflated", "zip, bzip2"])
@pytest.mark.parametrize("part", [0.7, 0.9, 0.999])
def test_a_cut_file_gives_its_beginning_and_says_that_it_is_cut(kind: str, part: float) -> None:
    text = b"".join(b"%d,%d\n" % (n, n * n * 7919 % 999983) for n in range(200_000))
    packed = PACKED[kind](text)
    content, damage = read(packed[: int(len(packed) * part)])
    assert text.startswith(content)
    assert len(content) > len(text) * (part - 0.5)
    assert damage is not None
    assert "cut off" in damage


def test_a_cut_gzip_file_gives_all_that_deflate_can_give() -> None:
    packed = gzip.compress(TEXT)
    for cut in range(100, len(packed) - 8, 997):
        engine = zlib.decompressobj(31)
        assert read(packed[:cut])[0] == engine.decompress(packed[:cut])


def test_a_corrupt_gzip_file_gives_what_stood_before_the_damage() -> None:
    packed = bytearray(gzip.compress(TEXT))
    middle = len(packed) // 2
    packed[middle : middle + 64] = bytes(64)
    content, damage = read(bytes(packed))
    assert len(content) > len(TEXT) // 3
    assert damage == "the gzip data is corrupt"


CORRUPT = {
    "a wrong checksum": gzip.compress(b"a\n")[:-8] + bytes(8),
    "junk after gzip": gzip.compress(b"a\n") + b"junk",
    "junk after zstd": zstd(b"a\n") + b"junk",
    "junk after xz": lzma.compress(b"a\n") + b"junk",
    "a bad second frame": zstd(b"a\n") + zstd(b"b\n")[:4] + b"\xff" * 20,
    "a second member in a zip that is cut": zipped(b"a\n", b"b\n" * 99)[:80],
}


@pytest.mark.parametrize("data", CORRUPT.values(), ids=CORRUPT)
def test_damage_after_content_is_said_and_the_content_kept(data: bytes) -> None:
    content, damage = read(data)
    assert content.startswith(b"a\n")
    assert damage


def with_flags(archive: bytes, member: int, flags: int, method: int) -> bytes:
    """`archive` with other flags and another method in one local header."""
    at = [n for n in range(len(archive)) if archive.startswith(b"PK\x03\x04", n)][member]
    return archive[: at + 6] + struct.pack("<HH", flags, method) + archive[at + 10 :]


@pytest.mark.parametrize(
    ("flags", "method", "damage"),
    [
        (1, 8, 'the zip member "part-0.csv" is encrypted'),
        (0, 9, 'the zip member "part-0.csv" is packed in a way (method 9) that is not read'),
    ],
)
def test_an_unreadable_member_is_skipped_and_named(flags: int, method: int, damage: str) -> None:
    archive = with_flags(zipped(b"a\n", b"b\n"), 0, flags, method)
    assert read(archive) == (b"b\n", damage)


def test_a_corrupt_member_does_not_take_the_next_one_with_it() -> None:
    archive = zipped(b"a" * 50, b"b\n", method=zipfile.ZIP_STORED).replace(b"aaaa", b"aaxa", 1)
    content, damage = read(archive)
    assert content.endswith(b"b\n")
    assert damage == 'the zip member "part-0.csv" is cut off or corrupt'


def test_damage_within_an_inner_packing_is_said() -> None:
    content, damage = read(zipped(gzip.compress(TEXT)[:-20], b"b\n"))
    assert content.endswith(b"\nb\n")
    assert damage == "the gzip data is cut off"


def test_four_packings_inside_each_other_are_refused() -> None:
    data = gzip.compress(gzip.compress(gzip.compress(gzip.compress(b"a"))))
    with pytest.raises(InputUnreadable, match="more than 3 compressions"):
        read(data)


def test_a_bomb_stops_at_its_ratio_in_constant_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "_FLOOR", 1 << 20)
    monkeypatch.setattr(compression, "_RATIO", 10)
    data = b"x" * 64 * 1024 * 1024
    for bomb in (gzip.compress(data, 1), zstd(data), bz2.compress(data), zipped(zstd(data))):
        tracemalloc.start()
        with open_plain("-", io.BytesIO(bomb)) as plain:
            size = sum(map(len, iter(lambda: plain.stream.read(65536), b"")))
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert size <= (1 << 20) + 10 * len(bomb)
        assert plain.damage is not None
        assert "decompression bomb" in plain.damage
        assert peak < 8 << 20


def test_run_length_blocks_of_zstd_come_block_by_block() -> None:
    """4 bytes may mean 128 KiB: a piece of the input must not be decoded at once."""
    block = struct.pack("<I", (131072 << 3) | 2)[:3] + b"x"
    frame = b"\x28\xb5\x2f\xfd\x00\x58" + block * 5000 + struct.pack("<I", 1)[:3]
    tracemalloc.start()
    with open_plain("-", io.BytesIO(frame)) as plain:
        size = sum(map(len, iter(lambda: plain.stream.read(65536), b"")))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (size, plain.damage) == (131072 * 5000, None)
    assert peak < 4 << 20


def refused(source: Path | str, error: type[GatewatchError]) -> str:
    with pytest.raises(error) as caught:
        open_plain(source)
    return str(caught.value)


def test_paths_that_cannot_be_read_are_refused_with_a_mend(tmp_path: Path) -> None:
    missing = tmp_path / "none\x1b[31m"
    assert refused(missing, InputUnreadable) == (
        f"{tmp_path}/none\\x1b[31m: cannot be read, there is no such file: check the path"
    )
    assert "it is a directory: name the files in it" in refused(tmp_path, InputUnreadable)
    assert "it is a device or a socket" in refused("/dev/zero", InputUnreadable)
    assert "its name" not in refused(tmp_path / "x" / "y", InputUnreadable)
    assert refused("a\0b", InputUnreadable).startswith("a\\x00b: cannot be read")
    assert "File name too long" in refused("n" * 5000, InputUnreadable)


def test_a_file_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, so the system's answer is played."""
    path = tmp_path / "scan"
    path.write_bytes(b"a")

    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(compression, "_File", deny)
    assert "you have no permission" in refused(path, InputUnreadable)


@pytest.mark.parametrize(
    "content", [b"", gzip.compress(b"", mtime=0), b"\xef\xbb\xbf", zipped(), zipped(b"")]
)
def test_an_input_without_content_is_empty(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "scan"
    path.write_bytes(content)
    assert refused(path, EmptyInput) == f"{path}: is empty: give a file that a scanner wrote"


def test_what_gives_nothing_but_damage_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "scan.gz"
    path.write_bytes(gzip.compress(TEXT)[:12])
    assert "cannot be read, the gzip data is cut off: fetch" in refused(path, InputUnreadable)


def test_a_pipe_reads_as_a_file_does() -> None:
    """As the shell hands one over: `gatewatch import <(zcat scan.gz)`."""
    reader, writer = os.pipe()
    try:
        os.write(writer, gzip.compress(b"a\n"))
        os.close(writer)
        with open_plain(f"/dev/fd/{reader}") as plain:
            assert plain.stream.read() == b"a\n"
            assert plain.path is None
    finally:
        os.close(reader)


def test_a_plain_file_says_how_it_can_be_split(tmp_path: Path) -> None:
    path = tmp_path / "scan"
    path.write_bytes(b"\xef\xbb\xbfa\nb\n")
    with open_plain(path) as plain:
        assert (plain.path, plain.start, plain.size) == (path, 3, 7)
    path.write_bytes(gzip.compress(b"a\n"))
    with open_plain(path) as plain:
        assert (plain.path, plain.size) == (None, None)


def test_a_disk_that_fails_ends_the_input_with_damage() -> None:
    class Failing(io.RawIOBase):
        left = 3

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: "WriteableBuffer") -> int:
            self.left -= 1
            if self.left < 0:
                raise OSError(5, "Input/output error")
            memoryview(buffer)[:2] = b"a\n"
            return 2

    with open_plain("-", io.BufferedReader(Failing())) as plain:
        assert plain.stream.read() == b"a\na\na\n"
        assert plain.damage == "reading failed (Input/output error)"


def test_standard_input_may_come_in_drops_and_stays_open() -> None:
    class Drops(io.BytesIO):
        def read1(self, size: int | None = -1) -> bytes:
            return self.read(min(size or 1, 1))

    drops = Drops(gzip.compress(TEXT))
    with open_plain("-", drops) as plain:
        assert plain.head() == TEXT[:65536]
        assert plain.stream.read() == TEXT
    assert not drops.closed


def mutations(data: bytes) -> Iterator[bytes]:
    for at in range(len(data)):
        yield data[:at]
        yield data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED)
def test_every_cut_and_every_changed_byte_reads_or_is_refused(
    pack: Callable[[bytes], bytes],
) -> None:
    for data in mutations(pack(b"192.0.2.1\n192.0.2.2\n")):
        with suppress(InputUnreadable, EmptyInput):
            read(data)


MAGICS = [
    b"",
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd",
    b"PK\x03\x04",
    b"\xff\xfe",
]


@given(st.sampled_from(MAGICS), st.binary(max_size=200))
def test_any_bytes_read_or_are_refused(magic: bytes, data: bytes) -> None:
    with suppress(InputUnreadable, EmptyInput):
        read(magic + data)
