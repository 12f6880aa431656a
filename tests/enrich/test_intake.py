"""Files as people have them: packed, cut short, foreign, huge, named after months."""

import gzip
import hashlib
import io
import os
import tarfile
import threading
from pathlib import Path

import pytest
from tests.enrich.linear import unspans

from gatewatch.enrich import intake, unpack
from gatewatch.enrich.countries import pack
from gatewatch.enrich.intake import named_date, plain_name, read_file
from gatewatch.model.errors import InputUnreadable, NothingUsable

TABLE = b"192.0.2.0,192.0.2.255,IT\n198.51.100.0,198.51.100.255,FR\n2001:db8::,2001:db8::f,DE\n"
IT, FR = pack("IT"), pack("FR")


def file(folder: Path, content: bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_becomes_ranges_of_both_families(tmp_path: Path) -> None:
    found = read_file(file(tmp_path, TABLE))
    assert unspans(found.spans4) == [
        (0xC0000200, 0xC00002FF, 0, IT), (0xC6336400, 0xC63364FF, 0, FR),
    ]  # fmt: skip
    assert [first for first, *_ in unspans(found.spans6)] == [0x20010DB8 << 96]
    assert (found.format, found.rows, found.rejected) == ("ip-location-csv", 3, 0)
    assert found.sha256 == hashlib.sha256(TABLE).hexdigest()


def test_gzip_is_unpacked_whatever_the_name(tmp_path: Path) -> None:
    packed = gzip.compress(TABLE[:30]) + gzip.compress(TABLE[30:])
    found = read_file(file(tmp_path, packed, "table.csv"))
    assert found.rows == 3
    assert found.sha256 == hashlib.sha256(packed).hexdigest()


def test_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(gzip.compress(TABLE),))
    writer.start()
    assert read_file(pipe).rows == 3
    writer.join()


def test_the_name_of_a_network_is_kept_once(tmp_path: Path) -> None:
    table = b"192.0.2.0,192.0.2.1,64500,First\n192.0.2.2,192.0.2.3,64500,Second\n"
    assert read_file(file(tmp_path, table)).names == {64500: "First"}


def test_wrong_lines_are_counted_and_the_first_are_kept(tmp_path: Path) -> None:
    found = read_file(file(tmp_path, TABLE + b"junk\n" * 20))
    assert (found.rows, found.rejected) == (3, 20)
    assert [one.where for one in found.first_rejected] == [f"line {n}" for n in range(4, 9)]


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[int] = []
    read_file(file(tmp_path, TABLE * 6000), told.append)
    assert told == [0, 8192, 16384]


def test_when_every_line_is_wrong_nothing_is_taken(tmp_path: Path) -> None:
    content = b"network,asn\n192.0.2.0/99,1\n192.0.2.0/24,many\n"
    with pytest.raises(NothingUsable) as caught:
        read_file(file(tmp_path, content))
    assert str(caught.value) == (
        f"{tmp_path}/table.csv: all 2 records were rejected (first: line 2, is not a network: the "
        "prefix length of IPv4 is 0 to 32): nothing was imported"
    )


def tar_of(content: bytes, *names: str) -> bytes:
    """An archive in which all these members have this content."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in ("LICENSE.txt", *names):
            member = tarfile.TarInfo(f"GeoLite2_20261124/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


CUT = gzip.compress(TABLE * 100, mtime=0)[:-20]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty: download it again"),
        (b" \n\n", "it is empty: download it again"),
        (gzip.compress(b"", mtime=0), "it is empty: download it again"),
        (CUT, "its gzip stream is damaged: download it again"),
        (b"\x1f\x8b\x08\x00junkjunkjunk", "its gzip stream is damaged: download it again"),
        (b"PK\x03\x04....", "it is a zip archive: unpack it and give the table in it"),
        (b"\xfd7zXZ\x00....", "it is packed with xz: unpack it and give the table in it"),
        (tar_of(TABLE, "a.csv"), "it is a tar archive without one .mmdb in it: unpack it and give"),
        (gzip.compress(tar_of(TABLE, "a.mmdb", "b.mmdb"), mtime=0), "without one .mmdb in it"),
        (b"\x7fELF\x1b[31m", 'no network data begins with "\\x7fELF\\x1b[31m": known formats are'),
        (b'{"ip":"192.0.2.1"}\n', 'begins with "{"ip":"192.0.2.1"}": known formats are csv,'),
        (b"192.0.2.0,192.0.2.9,ZZ\n", "it names no country and no network of any address"),
        (TABLE + b"junk\n" * 10_002, "10,001 lines are wrong, most of all (first: line 4, a line"),
        (b"a\xab\xcd\xefMaxMind.com", "it is no whole MaxMind DB"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_told_in_one_line(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(InputUnreadable) as caught:
        read_file(file(tmp_path, content, "table"))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}/table: cannot be read, ")
    assert words in message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing.csv", "No such file or directory: check its name"),
        (".", "Is a directory: give a file in it"),
        ("/dev/zero", "it is no file"),
        ("file/below", "Not a directory: check its name"),
    ],
)
def test_what_cannot_be_opened_is_told_in_one_line(tmp_path: Path, path: str, words: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputUnreadable, match=words):
        read_file(tmp_path / path)


@pytest.mark.parametrize(
    ("module", "limit", "words"),
    [
        (intake, "_MOST_ROWS", "more than 2 ranges"),
        (unpack, "_MOST_BYTES", "larger than any table"),
    ],
)
def test_a_bomb_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, limit: str, words: str
) -> None:
    monkeypatch.setattr(module, limit, 2)
    with pytest.raises(InputUnreadable, match=words):
        read_file(file(tmp_path, gzip.compress(TABLE * 3)))


def test_no_temporary_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "in").mkdir()
    read_file(file(tmp_path / "in", gzip.compress(TABLE)))
    with pytest.raises(InputUnreadable):
        read_file(file(tmp_path / "in", gzip.compress(b"foreign")))
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize(
    ("name", "plain", "date"),
    [
        ("asn-ipv4.csv", "asn-ipv4", None),
        ("dbip-country-lite-2026-11.csv.gz", "dbip-country-lite", "2026-11"),
        ("GeoLite2-ASN_20261124.mmdb", "geolite2-asn", "2026-11-24"),
        ("delegated-ripencc-extended-latest", "delegated-ripencc-extended", None),
        ("delegated-apnic-2026-11-24.gz", "delegated-apnic", "2026-11-24"),
        ("ip2asn-v4-u32.tsv.gz", "ip2asn-v4-u32", None),
        ("our networks (new).csv", "our-networks-new", None),
        ("20261124.csv", "table", "2026-11-24"),
        ("../../..", "table", None),
        ("x-20261399.csv", "x-20261399", None),
        ("a" * 300, "a" * 64, None),
    ],
)
def test_next_months_file_has_the_same_name(name: str, plain: str, date: str | None) -> None:
    assert (plain_name(Path(name)), named_date(Path(name))) == (plain, date)
