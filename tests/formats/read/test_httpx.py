"""httpx probes become services, with as much of the answer as the flags kept."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.observation import Mark, Observation, Outcome, Place, Rejected, Unanswered

Read = Callable[..., list[Record]]


def probe(**more: Any) -> bytes:
    record = {
        "timestamp": "2026-11-20T04:14:07.123456789+01:00",
        "port": "7547",
        "url": "http://192.0.2.1:7547",
        "input": "192.0.2.1:7547",
        "host": "192.0.2.1",
        "status_code": 401,
    }
    return json.dumps(record | more).encode()


def one(records: list[Record]) -> Observation:
    (found,) = records
    assert isinstance(found, Observation)
    return found


def test_the_sample_gives_each_service_and_each_failure(read: Read) -> None:
    found = read("httpx", "httpx.jsonl")
    assert [
        (str(each.ip), each.port, each.answer.head.splitlines()[0])
        if isinstance(each, Observation)
        else each
        for each in found
    ] == [
        ("198.51.100.70", 7547, b" 401 "),
        ("198.51.100.71", 7547, b"HTTP/1.0 404 Not Found"),
        ("198.51.100.72", 7547, b" 401 "),
        Unanswered(Outcome.CONNECTION_REFUSED),
        ("198.51.100.74", 7547, b" 302 "),
    ]


def test_a_raw_head_is_the_devices_own(read: Read) -> None:
    found = read("httpx", "httpx.jsonl")[1]
    assert isinstance(found, Observation)
    assert found.answer.head.startswith(b"HTTP/1.0 404 Not Found\r\nServer: RomPager/4.07")
    assert found.answer.marks == frozenset()
    assert found.place == Place("IT", 64500, "EXAMPLE-TELECOM")


@pytest.mark.parametrize(
    ("more", "head", "marks"),
    [
        (
            {"header": {"server": "gSOAP/2.7", "www_authenticate": "Digest"}, "content_length": 0},
            b" 401 \r\nServer: gSOAP/2.7\r\nWWW-Authenticate: Digest\r\n\r\n",
            {Mark.REBUILT},
        ),
        (
            {"webserver": "gSOAP/2.7", "content_type": "text/xml", "content_length": 12},
            b" 401 \r\nContent-Length: 12\r\nContent-Type: text/xml\r\nServer: gSOAP/2.7\r\n\r\n",
            {Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY},
        ),
        (
            {"chain_status_codes": [302, 200], "final_url": "http://192.0.2.9/", "webserver": "x"},
            b" 302 \r\n\r\n",
            {Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY},
        ),
        (
            {"final_url": "http://192.0.2.1:7547/login", "body": "x", "raw_header": "no head"},
            b" 401 \r\n\r\n",
            {Mark.REBUILT, Mark.PARTIAL},
        ),
    ],
)
def test_the_head_is_what_the_flags_kept(
    read: Read, more: dict[str, Any], head: bytes, marks: set[Mark]
) -> None:
    answer = one(read("httpx", probe(**more))).answer
    assert answer.head == head
    assert answer.marks == marks


@pytest.mark.parametrize(
    ("more", "address"),
    [
        ({"host_ip": "192.0.2.7", "host": "cpe.example"}, "192.0.2.7"),
        ({"host": "192.0.2.8"}, "192.0.2.8"),
        ({"host": "cpe.example", "a": ["192.0.2.9"]}, "192.0.2.9"),
    ],
)
def test_every_version_names_the_address_somewhere(
    read: Read, more: dict[str, Any], address: str
) -> None:
    assert str(one(read("httpx", probe(**more))).ip) == address


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"status_code": None}, 'no "status_code", and not "failed"'),
        ({"host": "cpe.example"}, 'address "cpe.example": not an IP address'),
        ({"timestamp": 7}, 'time "7": not a time between 2000 and 2099'),
    ],
)
def test_an_unusable_probe_is_rejected_with_the_reason(
    read: Read, more: dict[str, Any], reason: str
) -> None:
    (found,) = read("httpx", probe(**more))
    assert isinstance(found, Rejected)
    assert found.reason == reason


def test_a_url_that_cannot_be_split_is_no_error(read: Read) -> None:
    assert one(read("httpx", probe(final_url="http://[::1", url="http://["))).port == 7547
