"""Censys Platform: pages and hosts, HTTP below endpoints, CWMP facts alone."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.observation import Mark, Observation, Rejected, Spoke

Read = Callable[..., list[Record]]


def host(**service: Any) -> bytes:
    service = {"port": 7547, "scan_time": "2026-10-05T06:07:08Z", "protocol": "CWMP"} | service
    return json.dumps({"ip": "192.0.2.1", "services": [service]}).encode()


def test_a_page_gives_each_tcp_service(read: Read) -> None:
    found = read("censys-platform", "censys-platform-page.json")
    assert [
        (str(one.ip), one.port, str(one.answer.spoke))
        for one in found
        if isinstance(one, Observation)
    ] == [
        ("198.51.100.50", 7547, "http"),
        ("198.51.100.50", 22, "other"),
        ("198.51.100.51", 7547, "http"),
        ("198.51.100.52", 7547, "http"),
    ]


def test_a_host_gives_its_answer_with_the_body(read: Read) -> None:
    (found,) = read("censys-platform", "censys-platform-host.json")
    assert isinstance(found, Observation)
    assert found.answer.head.startswith(b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n")
    assert b"<title>Object Not Found</title>" in found.answer.body
    assert found.answer.marks == {Mark.REBUILT}


def test_cwmp_facts_alone_make_a_partial_answer(read: Read) -> None:
    found = read("censys-platform", "censys-platform-page.json")[-1]
    assert isinstance(found, Observation)
    assert found.answer.head == (
        b'Server: RomPager/4.07 UPnP/1.0\r\nWWW-Authenticate: Basic realm="<REDACTED>"\r\n\r\n'
    )
    assert found.answer.marks == {Mark.REBUILT, Mark.PARTIAL, Mark.NO_BODY}


ONE, TWO = {"http": {"status_code": 1}}, {"http": {"status_code": 2}}


@pytest.mark.parametrize(
    ("endpoints", "status"),
    [
        ([ONE | {"path": "/a"}, TWO | {"path": "/"}], 2),
        ([ONE | {"path": "/a"}, TWO | {"path": "/b"}], 1),
        ([7, {"path": "/"}, TWO], 2),
    ],
)
def test_the_root_endpoint_is_the_answer(read: Read, endpoints: list[Any], status: int) -> None:
    (found,) = read("censys-platform", host(endpoints=endpoints))
    assert isinstance(found, Observation)
    assert found.answer.head == b" 00%d \r\n\r\n" % status


def test_a_service_of_which_nothing_was_kept_is_connected(read: Read) -> None:
    (found,) = read("censys-platform", host(endpoints={}, cwmp={"auth": "x"}))
    assert isinstance(found, Observation)
    assert found.answer.spoke is Spoke.CONNECTED


@pytest.mark.parametrize("wrap", [{}, {"host_v1": 1}, {"host": 1}])
def test_hosts_are_found_without_their_envelope(read: Read, wrap: dict[str, int]) -> None:
    inner = json.loads(host())
    text = json.dumps({next(iter(wrap)): inner} if wrap else inner).encode()
    (found,) = read("censys-platform", text)
    assert isinstance(found, Observation)


def test_a_bad_service_and_a_bad_host_are_rejected(read: Read) -> None:
    text = host(scan_time="noon") + b'\n{"ip":7,"services":[]}'
    assert [one.reason for one in read("censys-platform", text) if isinstance(one, Rejected)] == [
        'time "noon": not a time',
        "no address of the host",
    ]
