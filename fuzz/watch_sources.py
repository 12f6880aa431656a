# Invariant: every source reads every input without an error but those of the house, names no
# foreign text in a reason, never quotes a WireGuard key, and reads a text again the same way.
"""Sources of sign-ins, on the samples of their tests and on what the fuzzer makes of them."""

from contextlib import suppress
from io import BytesIO
from pathlib import Path

from gatewatch.model.address import parse_network
from gatewatch.model.errors import GatewatchError
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.mapping import mapping_from, zone_named
from gatewatch.watch.people import People
from gatewatch.watch.records import FUTURE, is_public
from gatewatch.watch.sources import Record, sources

SAMPLES = Path(__file__).parents[1] / "tests" / "watch" / "sources" / "samples"
SEEDS = [file.read_bytes() for file in sorted(SAMPLES.iterdir())]
TOKENS = [b" from 198.51.100.7 port 1", b'] "', b"%ASA-6-113039: ", b"</Event>", b"\t", b'="']

NOW = 1_795_520_000_000_000
GIVEN = Given(
    "input",
    lambda: NOW,
    zone=zone_named("Europe/Berlin", "here"),
    year=2026,
    dates="dmy",
    proxies=(parse_network("192.0.2.0/24"),),
    people=People(frozenset({"example.com"}), {"a" * 43 + "=": "alice"}),
    mapping=mapping_from({"columns": {"time": 1, "user": 2, "address": 3}}, "here"),
)


def one(data: bytes) -> None:
    """Every source that claims the input reads it, and one more that the input chooses."""
    names = [name for name, source in sources().items() if source.sniff(data[: 64 * 1024])]
    names.append(sorted(sources())[len(data) % len(sources())])
    for name in names:
        with suppress(GatewatchError):
            found = list(sources()[name].read(BytesIO(data), GIVEN))
            assert found == list(sources()[name].read(BytesIO(data), GIVEN))
            for record in found:
                check(name, record)


def check(name: str, record: Record) -> None:
    """What holds for any record."""
    if isinstance(record, SignIn):
        assert record.user
        assert is_public(record.address)
        assert record.at <= NOW + FUTURE
        record.user.encode()
    elif isinstance(record, Rejected):
        assert record.reason.isprintable()
        assert name != "wireguard" or not record.raw
