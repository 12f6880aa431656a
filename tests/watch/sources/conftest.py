"""What every source's test needs: a clock, what a user would say, and the samples, read."""

from collections.abc import Callable
from datetime import UTC, timedelta, timezone
from io import BytesIO
from pathlib import Path

import pytest

from gatewatch.model.address import parse_network
from gatewatch.model.moment import parse_moment
from gatewatch.watch.given import Given
from gatewatch.watch.people import People
from gatewatch.watch.sources import Record, sources

SAMPLES = Path(__file__).parent / "samples"
NOW = parse_moment("2026-11-24T12:00:00Z")
KEYS = {"a" * 43 + "=": "alice", "b" * 43 + "=": "bob"}
GIVEN = Given(
    "sample",
    lambda: NOW,
    zone=timezone(timedelta(hours=1)),
    year=2026,
    dates="mdy",
    proxies=(parse_network("192.0.2.8/29"),),
    people=People(table=KEYS),
)
BARE = Given("sample", lambda: NOW)
IN_UTC = Given("sample", lambda: NOW, zone=UTC, year=2026)

Read = Callable[..., list[Record]]


@pytest.fixture
def read() -> Read:
    """Reads text or bytes with the named source."""

    def run(name: str, content: str | bytes, given: Given = GIVEN) -> list[Record]:
        data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        return list(sources()[name].read(BytesIO(data), given))

    return run
