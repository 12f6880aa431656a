"""What holds for every format of network data, each proven on its own samples."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.enrich.mmdb_writer import write_mmdb

from gatewatch.enrich.read import Reader, readers
from gatewatch.enrich.rows import Row
from gatewatch.model.observation import Rejected

SAMPLES = Path(__file__).parent / "samples"
FORMAT_OF = {
    "asn.csv": "ip-location-csv",
    "country-num.csv": "ip-location-csv",
    "country.csv": "ip-location-csv",
    "delegated-extended.txt": "rir-delegated",
    "delegated.txt": "rir-delegated",
    "ip2asn.tsv": "iptoasn",
    "ip2country.tsv": "iptoasn",
    "own.csv": "csv",
    "start-end.csv": "csv",
}


@pytest.fixture(params=[*FORMAT_OF, "small.mmdb"])
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, bytes]:
    """The name of a sample's format, and its bytes."""
    if request.param in FORMAT_OF:
        return FORMAT_OF[request.param], (SAMPLES / request.param).read_bytes()
    write_mmdb(tmp_path / "small.mmdb", {"192.0.2.0/24": {"country_code": "IT", "asn": "AS64500"}})
    return "mmdb", (tmp_path / "small.mmdb").read_bytes()


def test_every_sample_is_listed_and_every_format_has_one() -> None:
    assert sorted(path.name for path in SAMPLES.iterdir()) == sorted(FORMAT_OF)
    assert {*FORMAT_OF.values(), "mmdb"} == set(readers())


def test_exactly_one_format_claims_a_sample(sample: tuple[str, bytes]) -> None:
    name, content = sample
    claims = [reader.NAME for reader in readers().values() if reader.sniff(content, content)]
    assert claims == [name]


def test_a_sample_is_read_without_a_rejected_line(
    sample: tuple[str, bytes], tmp_path: Path
) -> None:
    name, content = sample
    rows = list(_read(readers()[name], content, tmp_path))
    assert rows
    for row in rows:
        assert isinstance(row, Row)
        assert 0 <= row.first <= row.last < 1 << (32 if row.family == 4 else 128)
        assert row.asn or row.country


def test_what_is_cut_or_changed_anywhere_raises_nothing_but_value_error(
    sample: tuple[str, bytes], tmp_path: Path
) -> None:
    name, content = sample

    @given(at=st.integers(0, len(content)), gone=st.integers(0, 9), junk=st.binary(max_size=9))
    @settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    def damaged(at: int, gone: int, junk: bytes) -> None:
        broken = content[:at] + junk + content[at + gone :]
        try:
            rows = list(islice(_read(readers()[name], broken, tmp_path), 1000))
        except ValueError:
            return
        assert all(isinstance(row, Row | Rejected) for row in rows)

    damaged()


def _read(reader: Reader, content: bytes, folder: Path) -> Iterator[Row | Rejected]:
    path = folder / "input"
    path.write_bytes(content)
    reader.about(path)
    return reader.read(path)
