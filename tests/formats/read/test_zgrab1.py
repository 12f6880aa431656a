"""ZGrab 1 grabs become services at the port that the user names."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.errors import PortMissing
from gatewatch.model.observation import Mark, Observation, Outcome, Rejected, Spoke, Unanswered

Read = Callable[..., list[Record]]


def grab(**more: Any) -> bytes:
    record = {"ip": "192.0.2.1", "timestamp": "2016-12-01T02:03:04-05:00", "data": {}} | more
    return json.dumps(record).encode() + b"\n"


def test_the_sample_gives_each_service_and_each_failure(read: Read) -> None:
    found = read("zgrab1", "zgrab1.jsonl", port=7547)
    assert [
        (str(one.ip), one.answer.spoke, one.answer.head[:21])
        if isinstance(one, Observation)
        else one
        for one in found
    ] == [
        ("198.51.100.20", Spoke.HTTP, b"HTTP/1.1 401 Unauthor"),
        ("198.51.100.21", Spoke.HTTP, b"HTTP/1.1 404 Not Foun"),
        ("198.51.100.22", Spoke.HTTP, b"HTTP/1.1 401 Unauthor"),
        Unanswered(Outcome.CONNECTION_REFUSED),
        ("198.51.100.24", Spoke.OTHER, b"\x15\x03\x01\x00\x02\x02\x16"),
        ("198.51.100.25", Spoke.CONNECTED, b""),
        Unanswered(Outcome.CONNECTION_TIMEOUT),
        ("198.51.100.27", Spoke.HTTP, b"HTTP/1.0 401 Unauthor"),
    ]


def test_the_oldest_format_drops_headers_and_says_so(read: Read) -> None:
    found = read("zgrab1", "zgrab1-oldest.jsonl", port=7547)
    assert isinstance(found[0], Observation)
    assert found[0].answer.head.startswith(b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n")
    assert found[0].answer.marks == {Mark.REBUILT, Mark.PARTIAL, Mark.REDACTED}


def test_the_port_has_to_be_given(read: Read) -> None:
    with pytest.raises(PortMissing, match="zgrab1 records do not name the port"):
        read("zgrab1", "zgrab1.jsonl")


@pytest.mark.parametrize(
    ("error", "component", "expected"),
    [
        ("connection reset by peer", "connect", Unanswered(Outcome.CONNECTION_RESET)),
        ("Get http://x/: dial tcp x: i/o timeout", "http", Unanswered(Outcome.CONNECTION_TIMEOUT)),
        ("a new error", "http", Unanswered(Outcome.UNKNOWN_ERROR)),
        ("read tcp x: i/o timeout", "read", (Spoke.CONNECTED, Outcome.IO_TIMEOUT)),
        ("read tcp x: connection reset", "read", (Spoke.CONNECTED, Outcome.CONNECTION_RESET)),
        ("use of closed network connection", "", (Spoke.CONNECTED, Outcome.CONNECTION_CLOSED)),
        ("tls: bad record MAC", "tls", (Spoke.CONNECTED, Outcome.HANDSHAKE_ERROR)),
        ("malformed MIME header line: x", "http", (Spoke.OTHER, Outcome.PROTOCOL_ERROR)),
    ],
)
def test_an_error_tells_how_far_the_grab_came(
    read: Read, error: str, component: str, expected: object
) -> None:
    (found,) = read("zgrab1", grab(error=error, error_component=component), port=7547)
    if isinstance(found, Observation):
        assert (found.answer.spoke, found.answer.outcome) == expected
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (grab(), 'neither "data" nor "error"'),
        (grab(ip=None, data={"read": "HTTP/1.0 200 OK\r\n\r\n"}), "no address of the host"),
        (grab(timestamp=[], data={"read": "x"}), 'time "[]": not a time'),
    ],
)
def test_an_unusable_record_is_rejected_with_the_reason(
    read: Read, text: bytes, reason: str
) -> None:
    (found,) = read("zgrab1", text, port=7547)
    assert isinstance(found, Rejected)
    assert found.reason == reason


def test_grabs_of_other_protocols_and_the_summary_are_passed_over(read: Read) -> None:
    assert read("zgrab1", grab(data={"ssh": {"server_protocol": {}}}) + b'{"total":8}') == []
