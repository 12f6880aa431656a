# Invariant: any file gives each reader rows that a table can hold and rejected lines, or is refused
# as a whole by a ValueError; reading it into a table raises only errors of the house; time is
# linear. A new format is tried as soon as its sample is in tests/enrich/read/samples.
"""Tries every module in enrich/read/, enrich/rows.py and enrich/intake.py."""

import re
from contextlib import suppress
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any
from zlib import crc32

from fuzz.laws import check_one_line
from tests.enrich.mmdb_writer import MARKER, write_mmdb

from gatewatch.enrich.intake import read_file
from gatewatch.enrich.read import Reader, readers
from gatewatch.enrich.rows import About, Row
from gatewatch.model.errors import GatewatchError
from gatewatch.model.observation import Rejected

__all__ = ["SEEDS", "TOKENS", "one"]

_SAMPLES = Path(__file__).parents[1] / "tests" / "enrich" / "read" / "samples"
_NETWORKS: dict[str, Any] = {
    "192.0.2.0/24": {"country_code": "IT", "asn": "AS64500", "as_name": "Example"},
    "198.51.100.0/25": {"country": {"iso_code": "FR"}, "autonomous_system_number": 64501},
    "2001:db8::/32": {"registered_country": {"iso_code": "DE"}, "list": ["a", 1]},
}


def _mmdb(record_size: int, ip_version: int) -> bytes:
    networks = dict(list(_NETWORKS.items())[: 3 if ip_version == 6 else 2])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "seed.mmdb"
        write_mmdb(path, networks, record_size=record_size, ip_version=ip_version)
        return path.read_bytes()


SEEDS = [
    *(path.read_bytes() for path in sorted(_SAMPLES.iterdir())),
    *(_mmdb(24, 6), _mmdb(28, 4), _mmdb(32, 6)),
]
TOKENS = [
    *(b",", b"\t", b"|", b'"', b"#", b"network,", b"country_code", b"asn", b"AS0", b"AS4294967296"),
    *(b"ZZ", b"IT", b"Italy", b"None", b"Not routed", b"ripencc|", b"|ipv4|", b"|ipv6|", b"|256|"),
    *(b"summary", b"allocated", MARKER, bytes(16), b"node_count", b"record_size", b"ip_version"),
    *(b"192.0.2.0/24", b"2001:db8::/32", b"3221225984", b"340282366920938463463374607431768211455"),
]

_ALL = list(readers().values())
_MOST_ROWS = 20_000


def one(data: bytes) -> None:
    """Reads a file with `data` in it."""
    head, tail = data[: 64 * 1024], data[-128 * 1024 :]
    claiming = [reader for reader in _ALL if reader.sniff(head, tail)]
    with NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        path = Path(file.name)
        for reader in {id(one): one for one in (*claiming, _ALL[crc32(data) % len(_ALL)])}.values():
            with suppress(ValueError):
                _read(reader, path)
        try:
            read_file(path)
        except GatewatchError as error:
            check_one_line(error)


def _read(reader: Reader, path: Path) -> None:
    assert isinstance(reader.about(path), About)
    for row in islice(reader.read(path), _MOST_ROWS):
        if isinstance(row, Rejected):
            assert row.where
            assert row.reason
            continue
        _check(row)


def _check(row: Row) -> None:
    assert row.family in (4, 6)
    assert 0 <= row.first <= row.last < 1 << (32 if row.family == 4 else 128)
    assert row.asn is None or 0 < row.asn < 1 << 32
    assert row.country is None or re.fullmatch("[A-Z]{2}", row.country)
    assert row.asn or row.country
    (row.as_name or "").encode()
