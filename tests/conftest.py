"""Made-up services and lakes for every room's tests; all addresses are for documentation."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gatewatch.model.address import parse_address
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Answer, Observation, Outcome, Place, Spoke
from gatewatch.model.snapshot import SnapshotInfo, Source
from gatewatch.pipeline.ingest import ingest_records

# Deadlines would measure the load of the machine; pytest-timeout bounds each test.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# A shell starts what it puts in the background deaf to Ctrl-C, and our programs would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What is written depends on no tester's own language; programs that tests start inherit this.
os.environ["LC_ALL"] = "C.UTF-8"

HEADS = {
    "gsoap": (
        'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="realtek.com.tw", qop="auth", '
        'nonce="{nonce:032x}", opaque="{nonce:032x}"\r\nServer: gSOAP/2.7\r\n'
        "Content-Type: text/xml; charset=utf-8\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    ),
    "rompager": (
        "HTTP/1.1 404 Not Found\r\nServer: RomPager/4.07 UPnP/1.0\r\nEXT:\r\n"
        "Content-Type: text/html\r\n\r\n"
    ),
    "huawei": (
        "HTTP/1.1 401 Unauthorized\r\nConnection: Keep-Alive\r\nWWW-Authenticate: Digest "
        'realm="HuaweiHomeGateway",nonce="{nonce:032x}", qop="auth", algorithm="MD5"\r\n'
        "Content-Length: 0\r\n\r\n"
    ),
}
DAY = "2026-11-20T00:00:00Z"

MakeObservation = Callable[..., Observation]
MakeLake = Callable[..., SnapshotInfo]


@pytest.fixture
def seen() -> MakeObservation:
    """Makes one observed service; `kind` is a key of HEADS, `syn-ack` or `connected`."""

    def make(
        ip: str,
        kind: str = "gsoap",
        *,
        port: int = 7547,
        at: str = DAY,
        place: Place | None = None,
        nonce: int = 0x1F2E3D4C5B6A79880123456789ABCDEF,
    ) -> Observation:
        if kind in HEADS:
            head = HEADS[kind].format(nonce=nonce).encode()
            answer = Answer(Spoke.HTTP, Outcome.SUCCESS, head)
        else:
            answer = Answer(Spoke(kind), Outcome.IO_TIMEOUT)
        return Observation(parse_address(ip), port, parse_moment(at), answer, place)

    return make


@pytest.fixture
def make_lake(tmp_path: Path) -> MakeLake:
    """Stores observations as one more snapshot of the lake `tmp_path / "lake"`."""

    def make(observations: Sequence[Observation], lake: Path | None = None) -> SnapshotInfo:
        done = ingest_records(lake or tmp_path / "lake", observations, Source("test", ("made up",)))
        assert done.info is not None
        return done.info

    return make


@pytest.fixture
def program() -> list[str]:
    """The command line that starts gatewatch in a process of its own."""
    return [sys.executable, "-P", "-m", "gatewatch"]
