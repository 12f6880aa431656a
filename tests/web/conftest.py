"""A small lake of which strangers wrote part, and a browser without windows."""

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.model.address import parse_address
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Answer, Observation, Outcome, Place, Spoke
from gatewatch.model.snapshot import SnapshotInfo, Source
from gatewatch.pipeline.ingest import ingest_records
from gatewatch.web.app import application
from gatewatch.web.site import Site

with warnings.catch_warnings():
    # It wants a successor of httpx that is not ours to choose.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

Browser = Callable[..., TestClient]

DAYS = ("2026-11-20T00:00:00Z", "2026-11-24T00:00:00Z")
HOSTILE = {
    "192.0.2.66": b"<script>alert(1)</script>",
    "192.0.2.67": "\u202eexe.gnp \u2066x".encode(),
    "192.0.2.68": b"a\0b\x1b[31m\x07",
    "192.0.2.69": b"x" * (1 << 20),
    "192.0.2.70": b"\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}",
    "192.0.2.71": b"javascript:alert(1) https://example.org/ =cmd|'/c calc'!A0",
}
"""By address, what its Server and title say."""
ITALY, FRANCE = Place("IT", 64496, "Example Telecom"), Place("FR", 64497, "<b>Net</b>")


def head(server: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nServer: " + server + b"\r\nContent-Type: text/html\r\n\r\n"


def observed(ip: str, server: bytes, day: str, place: Place | None = None) -> Observation:
    body = b"<title>" + server + b"</title>"
    answer = Answer(Spoke.HTTP, Outcome.SUCCESS, head(server), body)
    return Observation(parse_address(ip), 7547, parse_moment(day), answer, place)


def stored(lake: Path, observations: list[Observation]) -> SnapshotInfo:
    info = ingest_records(lake, observations, Source("test", ("made up",))).info
    assert info is not None
    return info


def fill(lake: Path) -> Path:
    """Two snapshots: plain devices of two countries, and devices that attack who reads them."""
    for day in DAYS:
        plain = [
            *(observed(f"198.51.100.{n}", b"gSOAP/2.7", day, ITALY) for n in range(1, 9)),
            *(observed(f"203.0.113.{n}", b"RomPager/4.07 UPnP/1.0", day, FRANCE) for n in (1, 2)),
            observed("2001:db8::7", b"RomPager/4.07 UPnP/1.0", day),
        ]
        strange = [observed(ip, server, day) for ip, server in HOSTILE.items()]
        stored(lake, plain[1:] + strange if day == DAYS[1] else plain)
    return lake


@pytest.fixture(scope="session")
def hostile_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake of `fill`; tests only read it."""
    return fill(tmp_path_factory.mktemp("web") / "lake")


@pytest.fixture
def browser(hostile_lake: Path) -> Browser:
    """Makes a browser before a site of this lake; `site` takes what `Site` takes."""

    def make(**site: object) -> TestClient:
        values = {"lake": hostile_lake, **site}
        app = application(Site(**values))  # type: ignore[arg-type]  # handed on as they came
        scheme = "https" if site.get("secure") else "http"
        return TestClient(
            app, base_url=f"{scheme}://127.0.0.1", follow_redirects=False, client=("127.0.0.1", 1)
        )

    return make


@pytest.fixture
def client(browser: Browser) -> TestClient:
    """A browser on loopback, where nobody has to log in."""
    return browser()
