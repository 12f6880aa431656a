"""ZMap's CSV: names, not positions; open is what succeeded."""

from collections.abc import Callable

import pytest

from gatewatch.formats.read import Record, readers
from gatewatch.model.errors import PortMissing, TimeMissing
from gatewatch.model.observation import Answer, Observation, Outcome, Rejected, Spoke, Unanswered

Read = Callable[..., list[Record]]

OPEN = Answer(Spoke.SYN_ACK, Outcome.SUCCESS)


def test_only_what_succeeded_is_open(read: Read) -> None:
    records = read("zmap-csv", "zmap-csv.csv")
    assert records[1::2] == [
        Unanswered(Outcome.CONNECTION_REFUSED),
        Unanswered(Outcome.HOST_UNREACHABLE),
    ]
    found = [record for record in records if isinstance(record, Observation)]
    assert [(str(o.ip), o.port, o.seen_at, o.answer) for o in found] == [
        ("192.0.2.40", 7547, 1_795_508_624_757_310, OPEN),
        ("192.0.2.42", 7547, 1_795_508_626_004_120, OPEN),
    ]


def test_runs_with_other_columns_may_follow(read: Read) -> None:
    records = read("zmap-csv", "zmap-csv-short.csv", port=30005)
    assert [(o.port, o.seen_at) for o in records if isinstance(o, Observation)] == [
        (30005, 1_795_508_624_757_000),
        (7547, 1_795_508_625_000_000),
    ]


def test_port_and_time_are_asked_for_where_no_column_has_them(read: Read) -> None:
    with pytest.raises(PortMissing):
        read("zmap-csv", b"saddr\n192.0.2.1\n", seen_at=1_795_508_624_000_000)
    with pytest.raises(TimeMissing):
        read("zmap-csv", b"saddr\n192.0.2.1\n", port=7547)
    assert len(read("zmap-csv", b"saddr\n192.0.2.1\n", port=7547, seen_at=1)) == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"192.0.2.1", "1 columns where the header names 2"),
        (b"192.0.2,synack", 'address "192.0.2": not an IP address'),
        (b"192.0.2.1,echoreply", 'classification "echoreply" is no open TCP port'),
    ],
)
def test_what_cannot_be_read_is_rejected(row: bytes, reason: str, read: Read) -> None:
    (record,) = read("zmap-csv", b"saddr,classification\n" + row, port=7547, seen_at=1)
    assert record == Rejected("line 2", reason, row)


def test_a_header_is_needed() -> None:
    sniff = readers()["zmap-csv"].sniff
    assert sniff(b"saddr\r\n192.0.2.1\r\n")
    assert sniff(b"success,saddr,sport\n")
    assert not sniff(b"192.0.2.1\n")
