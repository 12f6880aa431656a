"""Shadowserver reports: by name whatever the year, through stray quotes and appended files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.formats.read import Record, readers
from gatewatch.model.moment import iso
from gatewatch.model.observation import Mark, Observation, Place, Rejected, Spoke

Read = Callable[..., list[Record]]

SAMPLES = Path(__file__).parent / "samples"
NEW = (SAMPLES / "shadowserver-csv.csv").read_bytes()
OLD = (SAMPLES / "shadowserver-csv-2018.csv").read_bytes()
HEADER, FIRST, *_ = NEW.splitlines(keepends=True)


def observations(records: list[Record]) -> list[Observation]:
    assert all(isinstance(record, Observation) for record in records)
    return [record for record in records if isinstance(record, Observation)]


def test_a_row_is_a_service_with_its_rebuilt_head(read: Read) -> None:
    first = observations(read("shadowserver-csv", "shadowserver-csv.csv"))[0]
    assert (str(first.ip), first.port) == ("198.51.100.7", 7547)
    assert iso(first.seen_at) == "2026-11-20T03:14:07Z"
    assert first.place == Place("IT", 64500)
    assert first.answer.spoke is Spoke.HTTP
    assert first.answer.head == (
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nDate: Fri, 20 Nov 2026 03:14:06 GMT\r\n"
        b'Server: gSOAP/2.7\r\nWWW-Authenticate: Digest realm="IGD", nonce="12"\r\n\r\n'
    )
    assert first.answer.marks == {Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY}


def test_a_line_break_within_quotes_cannot_forge_a_header(read: Read) -> None:
    _, second, third = observations(read("shadowserver-csv", "shadowserver-csv.csv"))
    assert second.place == Place("FR", 64501)
    assert third.answer.head == (
        b'HTTP/1.0 200 OK\r\nConnection: close\r\nSet-Cookie: sid="a b"\r\n\r\n'
    )
    assert third.place == Place("DE", 64502)


def test_the_columns_of_2018_are_read_by_name(read: Read) -> None:
    (found,) = observations(read("shadowserver-csv", "shadowserver-csv-2018.csv"))
    assert b"\r\nDate: Mon, 05 Mar 2018 02:09:59 GMT\r\nServer: Apache\r\n" in found.answer.head
    assert (found.place, iso(found.seen_at)) == (Place("IT", 64500), "2018-03-05T02:10:00Z")


def test_columns_in_any_order_and_unknown_ones_are_read(read: Read) -> None:
    rows = b"port,new,http_code,ip,timestamp\r\n7547,x,200,192.0.2.1,2026-11-20 03:14:07\r\n"
    (found,) = observations(read("shadowserver-csv", rows))
    assert found.answer.head == b" 200 \r\n\r\n"
    assert found.place is None


def test_files_of_different_years_may_follow_each_other(read: Read) -> None:
    assert (
        len(observations(read("shadowserver-csv", OLD + NEW + b"\n" + NEW.replace(b"\n", b"\r\n"))))
        == 7
    )


def test_bytes_of_any_encoding_are_kept(read: Read) -> None:
    for name in ("Rés".encode(), b"R\xe9s"):
        rows = HEADER + FIRST.replace(b"gSOAP/2.7", name)
        assert b"Server: " + name in observations(read("shadowserver-csv", rows))[0].answer.head


def test_a_row_without_an_answer_was_connected(read: Read) -> None:
    rows = b"timestamp,ip,port,http_code\n2026-11-20 03:14:07,192.0.2.1,7547,\n"
    assert observations(read("shadowserver-csv", rows))[0].answer.spoke is Spoke.CONNECTED


def test_a_stray_quote_costs_its_own_row_only(read: Read) -> None:
    broken = FIRST.replace(b'"gSOAP/2.7"', b'"gSOAP/2.7')
    records = read("shadowserver-csv", HEADER + broken + FIRST * 40 + broken + FIRST * 5)
    assert sum(isinstance(record, Observation) for record in records) == 45
    rejected = [record for record in records if isinstance(record, Rejected)]
    assert [(r.where, r.raw) for r in rejected] == [
        ("line 2", broken.rstrip()),
        ("line 43", broken.rstrip()),
    ]
    assert "a quote that does not close" in rejected[0].reason


def test_a_cut_file_keeps_every_whole_row(read: Read) -> None:
    for cut in range(len(HEADER) + 1, len(HEADER + FIRST) - 1):
        records = read("shadowserver-csv", HEADER + FIRST + (HEADER + FIRST)[len(HEADER) : cut])
        assert isinstance(records[0], Observation)
        assert len(records) <= 2


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"2026-11-20 03:14:07,nowhere,7547,200", 'address "nowhere": not an IP address'),
        (b"yesterday,192.0.2.1,7547,200", 'time "yesterday": not a time'),
        (b"2026-11-20 03:14:07,192.0.2.1", "2 columns where the header names 4"),
    ],
)
def test_what_cannot_be_read_is_rejected(row: bytes, reason: str, read: Read) -> None:
    records = read("shadowserver-csv", b"timestamp,ip,port,http_code\n" + row)
    assert records == [Rejected("line 2", reason, row)]


def test_rows_before_a_header_are_rejected(read: Read) -> None:
    (record,) = read("shadowserver-csv", b"a,b\n")
    assert record == Rejected("line 1", "stands before any header", b"a,b")


def test_reports_without_http_answers_are_not_claimed() -> None:
    sniff = readers()["shadowserver-csv"].sniff
    assert sniff(NEW)
    assert sniff(OLD)
    assert sniff(NEW.replace(b'"', b"").replace(b"\n", b"\r\n"))
    assert not sniff(b'"timestamp","ip","protocol","port","banner"\n')
