"""naabu tells open ports, not answers."""

from collections.abc import Callable

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.errors import PortMissing
from gatewatch.model.observation import Answer, Observation, Outcome, Rejected, Spoke

Read = Callable[..., list[Record]]


def test_the_sample_gives_each_open_tcp_port(read: Read) -> None:
    found = read("naabu", "naabu.jsonl")
    assert [(str(one.ip), one.port) for one in found if isinstance(one, Observation)] == [
        ("198.51.100.80", 7547),
        ("198.51.100.81", 7547),
        ("198.51.100.82", 30005),
    ]


def test_an_open_port_is_no_cwmp_service(read: Read) -> None:
    found = read("naabu", "naabu.jsonl")[0]
    assert isinstance(found, Observation)
    assert found.answer == Answer(Spoke.SYN_ACK, Outcome.SUCCESS)


def test_a_host_stands_in_for_a_missing_address(read: Read) -> None:
    (found,) = read("naabu", b'{"host":"192.0.2.1","port":80,"timestamp":"2026-11-20T03:14:07Z"}')
    assert isinstance(found, Observation)
    assert str(found.ip) == "192.0.2.1"


def test_a_record_without_a_port_needs_a_given_one(read: Read) -> None:
    with pytest.raises(PortMissing):
        read("naabu", b'{"ip":"192.0.2.1","port":"http"}', seen_at=10**15)


def test_a_bad_address_is_rejected(read: Read) -> None:
    (found,) = read("naabu", b'{"ip":"192.0.2.256","port":7547}')
    assert isinstance(found, Rejected)
    assert found.reason == 'address "192.0.2.256": not an IP address'
