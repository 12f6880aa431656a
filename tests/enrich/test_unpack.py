"""Files as publishers pack them: gzip, and an archive with a table, its licence and a notice."""

import gzip
import hashlib
import io
import tarfile
from pathlib import Path

import pytest
from tests.enrich.mmdb_writer import write_mmdb

from gatewatch.enrich import unpack
from gatewatch.enrich.intake import plain_name, read_file
from gatewatch.enrich.unpack import unpacked


def archive_of(format_: int, **members: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format_) as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(f"GeoLite2-Country_20261124/{name.replace('_', '.')}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize("format_", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_the_table_in_an_archive_of_maxmind_is_read(tmp_path: Path, format_: int) -> None:
    table = tmp_path / "table.mmdb"
    write_mmdb(table, {"192.0.2.0/24": {"country": {"iso_code": "IT"}}}, ip_version=4)
    packed = gzip.compress(
        archive_of(format_, LICENSE_txt=b"x" * 700, Country_mmdb=table.read_bytes(), README=b"")
    )
    path = tmp_path / "GeoLite2-Country_20261124.tar.gz"
    path.write_bytes(packed)
    found = read_file(path)
    assert (found.format, found.rows) == ("mmdb", 1)
    assert found.sha256 == hashlib.sha256(packed).hexdigest()
    assert plain_name(path) == "geolite2-country"


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[:700],
        lambda raw: raw.replace(b"00000000003", b"77777777777"),
        lambda raw: raw.replace(b"00000000003", b"-0000000003"),
        lambda raw: raw.replace(b"ustar", b"usbar"),
        lambda raw: raw * 600,
    ],
    ids=["cut", "huge", "negative", "foreign", "many"],
)
def test_a_damaged_archive_is_left_as_it_is(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    raw = archive_of(tarfile.USTAR_FORMAT, a=b"abc", b=b"abc")
    path = tmp_path / "x.tar"
    path.write_bytes(damage(raw))
    with unpacked(path) as (plain, _):
        assert plain == path


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_what_is_too_large_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: type[bytes]
) -> None:
    monkeypatch.setattr(unpack, "_MOST_BYTES", 1000)
    path = tmp_path / "x.tar.gz"
    path.write_bytes(pack(archive_of(tarfile.USTAR_FORMAT, a_mmdb=bytes(1001))))
    with pytest.raises(ValueError, match="larger than any table"), unpacked(path):
        pass
