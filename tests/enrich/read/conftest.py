"""What every reader's test needs: its sample, or some lines, read."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from gatewatch.enrich.read import readers
from gatewatch.enrich.rows import Row
from gatewatch.model.observation import Rejected

Told = tuple[str, int | None, str | None, str | None]
Read = Callable[[str, str | Path], list[Told]]

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads the sample of that name, or text, with the named reader.

    A row comes as (`first-last`, asn, country, name), a rejected line as (where, None, None,
    reason).
    """

    def run(name: str, content: str | Path) -> list[Told]:
        path = SAMPLES / content if isinstance(content, Path) else tmp_path / "input"
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        return [_told(row) for row in readers()[name].read(path)]

    return run


def _told(row: Row | Rejected) -> Told:
    if isinstance(row, Rejected):
        return row.where, None, None, row.reason
    kind = IPv4Address if row.family == 4 else IPv6Address
    return f"{kind(row.first)}-{kind(row.last)}", row.asn, row.country, row.as_name
