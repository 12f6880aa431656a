"""Shadowserver's API: the same rows as JSON."""

from collections.abc import Callable

from gatewatch.formats.read import Record
from gatewatch.model.observation import Mark, Observation, Place, Spoke

Read = Callable[..., list[Record]]


def test_objects_are_read_as_the_rows_are(read: Read) -> None:
    (row, *_) = read("shadowserver-csv", "shadowserver-csv.csv")
    (same, other) = read("shadowserver-json", "shadowserver-json.json")
    assert same == row
    assert isinstance(other, Observation)
    assert (other.port, other.place) == (30005, Place("FR", 64501))
    assert other.answer.spoke is Spoke.CONNECTED
    assert other.answer.marks == frozenset()


def test_what_is_not_tcp_is_left_out(read: Read) -> None:
    record = b'{"timestamp":1,"ip":"192.0.2.1","port":53,"http_code":0,"protocol":"udp"}'
    assert read("shadowserver-json", record) == []


def test_values_of_wrong_type_are_missing(read: Read) -> None:
    record = (
        b'{"timestamp":"2026-11-20 03:14:07","ip":"192.0.2.1","port":80,"http_code":[],"server":{}}'
    )
    (found,) = read("shadowserver-json", record)
    assert isinstance(found, Observation)
    assert found.answer.spoke is Spoke.CONNECTED
    assert Mark.REBUILT not in found.answer.marks
