"""Shodan banners, hosts, pages and InternetDB."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.errors import TimeMissing
from gatewatch.model.observation import Mark, Observation, Outcome, Place, Rejected, Spoke

Read = Callable[..., list[Record]]

HEAD = "HTTP/1.1 200 OK\r\nServer: mini_httpd\r\n\r\n"


def banner(**more: Any) -> bytes:
    record = {"ip_str": "192.0.2.1", "port": 7547, "timestamp": "2026-09-29T09:39:45.8", "data": ""}
    return json.dumps(record | more).encode() + b"\n"


def one(records: list[Record]) -> Observation:
    (found,) = records
    assert isinstance(found, Observation)
    return found


def test_a_download_gives_each_tcp_banner(read: Read) -> None:
    found = read("shodan", "shodan.jsonl")
    assert [
        (str(each.ip), each.port, str(each.answer.spoke))
        for each in found
        if isinstance(each, Observation)
    ] == [
        ("198.51.100.60", 7547, "http"),
        ("198.51.100.61", 7547, "http"),
        ("198.51.100.62", 7547, "http"),
        ("198.51.100.63", 7547, "other"),
        ("198.51.100.64", 7547, "connected"),
        ("2001:db8::64", 7547, "http"),
    ]


def test_the_head_is_the_devices_own(read: Read) -> None:
    found = read("shodan", "shodan.jsonl")[1]
    assert isinstance(found, Observation)
    assert found.answer.head == (
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n"
        b"Server: RomPager/4.07 UPnP/1.0\r\nEXT: \r\n\r\n"
    )
    assert b"<title>Object Not Found</title>" in found.answer.body
    assert found.answer.marks == frozenset()
    assert found.place == Place("IT", 64500, "Example Telecom")
    assert found.seen_at == 1_790_674_785_813_661


def test_certificates_come_along(read: Read) -> None:
    found = read("shodan", "shodan.jsonl")[-1]
    assert isinstance(found, Observation)
    assert dict(found.answer.tls) == {
        "cipher": "ECDHE-RSA-AES256-GCM-SHA384",
        "issuer": "CN=router.example",
        "sha256": "ab" * 32,
        "subject": "CN=router.example",
        "version": "TLSv1.2",
    }


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("shodan-host.json", [("203.0.113.60", 7547), ("203.0.113.60", 80)]),
        ("shodan-search.json", [("203.0.113.61", 7547), ("203.0.113.62", 7547)]),
    ],
)
def test_api_answers_give_their_banners(
    read: Read, sample: str, expected: list[tuple[str, int]]
) -> None:
    found = read("shodan", sample)
    assert [
        (str(each.ip), each.port) for each in found if isinstance(each, Observation)
    ] == expected


def test_internetdb_knows_open_ports_and_asks_for_the_time(read: Read) -> None:
    with pytest.raises(TimeMissing, match="shodan records do not say when"):
        read("shodan", "shodan-internetdb.json")
    found = read("shodan", "shodan-internetdb.json", seen_at=10**15)
    assert [
        (each.port, each.answer.spoke, each.seen_at)
        for each in found
        if isinstance(each, Observation)
    ] == [(80, Spoke.SYN_ACK, 10**15), (7547, Spoke.SYN_ACK, 10**15)]


@pytest.mark.parametrize(
    ("more", "body", "marks"),
    [
        ({}, b"", {Mark.NO_BODY}),
        ({"http": {"html": None}}, b"", {Mark.NO_BODY}),
        ({"http": {"html": "<p>"}}, b"<p>", set()),
        ({"http": {"html": "<p>", "redirects": [{"host": "x"}]}}, b"", {Mark.NO_BODY}),
    ],
)
def test_the_body_is_kept_when_it_is_that_of_the_service(
    read: Read, more: dict[str, Any], body: bytes, marks: set[Mark]
) -> None:
    answer = one(read("shodan", banner(data=HEAD, **more))).answer
    assert (answer.head, answer.body) == (HEAD.encode(), body)
    assert answer.marks == marks


@pytest.mark.parametrize(
    ("http", "head"),
    [
        ({"status": 401, "server": "gSOAP/2.7"}, b" 401 \r\nServer: gSOAP/2.7\r\n\r\n"),
        ({"status": 401, "server": None}, b" 401 \r\n\r\n"),
        ({"status": 401, "headers": {"Etag": 7}}, b" 401 \r\nETag: \r\n\r\n"),
    ],
)  # fmt: skip
def test_without_a_banner_the_parsed_part_stands_in(
    read: Read, http: dict[str, Any], head: bytes
) -> None:
    answer = one(read("shodan", banner(http=http))).answer
    assert answer.head == head
    assert answer.marks == {Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY}
    assert answer.outcome is Outcome.SUCCESS


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"ip_str": None}, "no address of the host"),
        ({"timestamp": {}}, 'time "{}": not a time'),
    ],
)
def test_an_unusable_banner_is_rejected_with_the_reason(
    read: Read, more: dict[str, Any], reason: str
) -> None:
    (found,) = read("shodan", banner(**more))
    assert isinstance(found, Rejected)
    assert found.reason == reason


def test_one_bad_banner_does_not_cost_the_page(read: Read) -> None:
    page = {"matches": [7, json.loads(banner())], "total": 2}
    found = read("shodan", json.dumps(page).encode())
    assert [type(each) for each in found] == [Rejected, Observation]
