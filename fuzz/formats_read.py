# Invariant: any bytes give each reader services, failures and rejected records that the lake can
# hold, with everything given nothing is raised, without it only PortMissing and TimeMissing; what a
# reader yields can be masked, hashed and understood; time is linear. A new format is tried as soon
# as its sample is in tests/formats/read/samples.
"""Tries every module in formats/read/ with what it is built of."""

import re
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zlib import crc32

from gatewatch.formats.given import Given
from gatewatch.formats.lines import RAW_KEPT
from gatewatch.formats.read import Reader, readers
from gatewatch.model.address import parse_address
from gatewatch.model.errors import PortMissing, TimeMissing
from gatewatch.model.moment import SECOND
from gatewatch.model.observation import (
    BODY_LIMIT,
    HEAD_LIMIT,
    Answer,
    Observation,
    Place,
    Rejected,
    Unanswered,
)
from gatewatch.model.response import response_id
from gatewatch.protocol.facts import read_facts
from gatewatch.protocol.masking import mask

__all__ = ["SEEDS", "TOKENS", "one"]

_SAMPLES = Path(__file__).parents[1] / "tests" / "formats" / "read" / "samples"

SEEDS = [path.read_bytes() for path in sorted(_SAMPLES.iterdir())]
TOKENS = sorted(
    {word for seed in SEEDS for word in re.findall(rb'"\w{2,30}":|<\w+ |\b\w+="', seed)}
)

_HEAD = 64 * 1024
_GIVEN = Given("input", port=7547, seen_at=1_795_132_800 * SECOND)
_ALL = list(readers().values())


def one(data: bytes) -> None:
    """Reads `data` by each reader that claims it, and by one that may not."""
    claiming = [reader for reader in _ALL if reader.sniff(data[:_HEAD])]
    for reader in {id(one): one for one in (*claiming, _ALL[crc32(data) % len(_ALL)])}.values():
        _read(reader, data)


def _read(reader: Reader, data: bytes) -> None:
    for record in reader.read(BytesIO(data), _GIVEN):
        if isinstance(record, Observation):
            _check(record)
        elif isinstance(record, Rejected):
            assert record.where
            assert record.reason
            assert len(record.raw) <= RAW_KEPT
        else:
            assert isinstance(record, Unanswered)
    with suppress(PortMissing, TimeMissing):
        for _ in reader.read(BytesIO(data), Given("input")):
            pass


def _check(seen: Observation) -> None:
    assert parse_address(str(seen.ip)) == seen.ip
    assert 0 < seen.port < 65536
    assert 946_684_800 * SECOND <= seen.seen_at < 4_102_444_800 * SECOND
    _check_place(seen.place or Place())
    _check_answer(seen.answer)
    masked = mask(seen.answer, str(seen.ip))
    assert -(1 << 63) <= response_id(masked) < 1 << 63
    read_facts(masked)


def _check_place(place: Place) -> None:
    assert place.country is None or re.fullmatch("[A-Z]{2}", place.country)
    assert place.asn is None or 0 <= place.asn < 1 << 32
    (place.as_name or "").encode()


def _check_answer(answer: Answer) -> None:
    assert len(answer.head) <= HEAD_LIMIT
    assert len(answer.body) <= BODY_LIMIT
    assert list(answer.tls) == sorted(answer.tls)
    for name, value in answer.tls:
        (name + value).encode()
