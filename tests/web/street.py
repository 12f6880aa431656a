"""A made-up street of devices for browsers: three snapshots, a dozen countries, some oddities."""

from collections.abc import Iterator
from pathlib import Path

from gatewatch.model.address import parse_address
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Answer, Observation, Outcome, Place, Spoke
from gatewatch.model.snapshot import Source
from gatewatch.pipeline.ingest import ingest_records

__all__ = ["DAYS", "street"]

DAYS = ("2026-09-20", "2026-10-20", "2026-11-20")
PLACES = [
    Place(code, 64496 + number, f"Example Net {code}")
    for number, code in enumerate(("IT", "FR", "DE", "ES", "BR", "IN", "US", "JP", "MT", "HU"))
]
ANSWERS = (
    (b"gSOAP/2.7", b'Digest realm="HuaweiHomeGateway", nonce="abc", qop="auth"', 8),
    (b"RomPager/4.07 UPnP/1.0", b'Basic realm="TD-8816"', 5),
    (b"mini_httpd/1.19 19dec2003", b'Digest realm="IgdAuthentication", nonce="d"', 3),
    (b"Cisco-CcspCwmpTcpCR/1.0", b"", 2),
    (b"", b'Basic realm="DSL Modem"', 2),
    (b"<script>alert(1)</script>", b'Basic realm="\xe2\x80\xaeevil"', 1),
)


def head(server: bytes, challenge: bytes) -> bytes:
    lines = [b"HTTP/1.1 401 Unauthorized"]
    lines += [b"Server: " + server] if server else []
    lines += [b"WWW-Authenticate: " + challenge] if challenge else []
    return b"\r\n".join([*lines, b"Content-Length: 0", b"", b""])


def devices(day: int) -> Iterator[Observation]:
    """Of one day: fewer of the second kind each time, one place that falls silent at last."""
    moment = parse_moment(f"{DAYS[day]}T08:00:00Z")
    number = 0
    for at, place in enumerate(PLACES):
        for kind, (server, challenge, weight) in enumerate(ANSWERS):
            many = max(0, weight * (10 - at) // 2 - (day * 3 if kind == 1 else 0))
            for _ in range(many if not (day == 2 and at == 4) else 0):
                number += 1
                high, low = divmod(number, 250)
                network = ("192.0.2", "198.51.100", "203.0.113")[high % 3]
                answer = Answer(Spoke.HTTP, Outcome.SUCCESS, head(server, challenge), b"")
                port = 7547 if kind != 3 else 30005
                yield Observation(
                    parse_address(f"{network}.{low + 1}"), port + high // 3, moment, answer, place
                )


def street(lake: Path) -> Path:
    """The lake of all days."""
    for day in range(len(DAYS)):
        assert ingest_records(lake, devices(day), Source("test", ("made up",))).info is not None
    return lake
