"""ZMap's JSON, old and new spelling."""

from collections.abc import Callable

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.observation import Observation, Outcome, Rejected, Spoke, Unanswered

Read = Callable[..., list[Record]]


def test_both_spellings_are_read(read: Read) -> None:
    first, refused, last = read("zmap-json", "zmap-json.json")
    assert isinstance(first, Observation)
    assert isinstance(last, Observation)
    assert (str(first.ip), first.port, first.seen_at) == ("192.0.2.40", 7547, 1_795_508_624_757_310)
    assert (str(last.ip), last.port, last.seen_at) == ("192.0.2.42", 7547, 1_795_508_626_004_120)
    assert first.answer.spoke is Spoke.SYN_ACK
    assert refused == Unanswered(Outcome.CONNECTION_REFUSED)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b'{"saddr": 3221225985}', "no address of the host"),
        (
            b'{"saddr": "192.0.2.1", "classification": []}',
            'classification "[]" is no open TCP port',
        ),
        (b'{"saddr": "192.0.2.1", "timestamp_ts": {}}', 'time "{}": not a time'),
    ],
)
def test_what_cannot_be_read_is_rejected(record: bytes, reason: str, read: Read) -> None:
    assert read("zmap-json", record, port=7547, seen_at=1) == [Rejected("line 1", reason, record)]


def test_a_strange_success_is_none(read: Read) -> None:
    record = b'{"saddr": "192.0.2.1", "success": ["1"], "classification": {}}'
    assert read("zmap-json", record) == [Unanswered(Outcome.UNKNOWN_ERROR)]
