"""Censys Search 2.0: one host, a page of hosts, the command's array."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.observation import Mark, Observation, Place, Rejected

Read = Callable[..., list[Record]]


def rows(records: list[Record]) -> list[tuple[str, int, str]]:
    return [
        (str(one.ip), one.port, str(one.answer.spoke))
        for one in records
        if isinstance(one, Observation)
    ]


def host(*services: Any) -> bytes:
    time = "2023-03-04T06:00:00.000Z"
    record = {"ip": "192.0.2.1", "services": list(services), "last_updated_at": time}
    return json.dumps(record).encode()


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (
            "censys-search-view.json",
            [
                ("198.51.100.40", 7547, "http"),
                ("198.51.100.40", 80, "http"),
                ("198.51.100.40", 22, "other"),
                ("198.51.100.40", 8443, "connected"),
            ],
        ),
        (
            "censys-search-page.json",
            [("198.51.100.41", 7547, "http"), ("198.51.100.42", 7547, "connected")],
        ),
        (
            "censys-search-command.json",
            [
                ("203.0.113.40", 7547, "http"),
                ("203.0.113.40", 80, "http"),
                ("203.0.113.40", 22, "other"),
                ("203.0.113.40", 8443, "connected"),
                ("203.0.113.41", 7547, "http"),
            ],
        ),
    ],
)
def test_each_tcp_service_comes_along(
    read: Read, sample: str, expected: list[tuple[str, int, str]]
) -> None:
    found = read("censys-search", sample)
    assert rows(found) == expected
    assert len(found) == len(expected)


def test_redacted_answers_say_so(read: Read) -> None:
    found = read("censys-search", "censys-search-view.json")[0]
    assert isinstance(found, Observation)
    assert b'nonce="<REDACTED>"' in found.answer.head
    assert found.answer.marks == {Mark.REBUILT, Mark.REDACTED}
    assert found.place == Place("IT", 64500, "EXAMPLE-TELECOM")
    assert found.seen_at == 1_677_906_367_123_456


def test_the_time_of_the_host_stands_in_for_that_of_the_service(read: Read) -> None:
    (found,) = read("censys-search", host({"port": 7547, "service_name": "CWMP"}))
    assert isinstance(found, Observation)
    assert found.seen_at == 1_677_909_600_000_000


def test_a_bad_service_costs_itself_only(read: Read) -> None:
    bad = {"port": 80, "service_name": "HTTP", "observed_at": "noon"}
    rejected, found = read("censys-search", host(bad, {"port": 7547, "service_name": "CWMP"}))
    assert isinstance(rejected, Rejected)
    assert rejected.reason == 'time "noon": not a time'
    assert isinstance(found, Observation)


@pytest.mark.parametrize(
    "text",
    [
        b'{"code":429,"status":"Rate limit exceeded","error":"wait"}',
        b'{"code":200,"result":{"hits":[null]}}',
        b'{"code":200,"result":{"ip":"cpe.example","services":[]}}',
    ],
)
def test_a_host_without_an_address_is_rejected(read: Read, text: bytes) -> None:
    (found,) = read("censys-search", text)
    assert isinstance(found, Rejected)
    assert "address" in found.reason


def test_an_empty_page_holds_nothing(read: Read) -> None:
    assert read("censys-search", b'{"code":200,"result":{"hits":[],"total":0}}') == []
