"""IVRE hosts: answers from fingerprints and scripts, strength from names."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.observation import Mark, Observation, Place, Rejected

Read = Callable[..., list[Record]]


def host(**port: Any) -> bytes:
    entry = {"port": 7547, "protocol": "tcp", "state_state": "open"} | port
    record = {"addr": "192.0.2.1", "endtime": "2026-11-24 08:23:44", "ports": [entry]}
    return json.dumps(record).encode()


def one(records: list[Record]) -> Observation:
    (found,) = records
    assert isinstance(found, Observation)
    return found


def test_the_sample_gives_each_open_tcp_port(read: Read) -> None:
    found = read("ivre", "ivre.jsonl")
    assert [
        (str(each.ip), each.port, str(each.answer.spoke))
        for each in found
        if isinstance(each, Observation)
    ] == [
        ("198.51.100.90", 7547, "http"),
        ("198.51.100.90", 22, "other"),
        ("198.51.100.91", 7547, "http"),
        ("198.51.100.92", 7547, "http"),
        ("198.51.100.93", 7547, "connected"),
        ("198.51.100.93", 80, "syn-ack"),
        ("198.51.100.93", 8080, "http"),
    ]


def test_time_and_place_are_those_of_the_host(read: Read) -> None:
    found = read("ivre", "ivre.jsonl")[0]
    assert isinstance(found, Observation)
    assert found.seen_at == 1_795_508_624_000_000
    assert found.place == Place("IT", 64500, "EXAMPLE-TELECOM")


def test_an_answer_that_stands_in_the_fingerprint_only_is_found(read: Read) -> None:
    found = read("ivre", "ivre.jsonl")[3]
    assert isinstance(found, Observation)
    assert found.answer.head == (
        b"HTTP/1.1 401 Unauthorized\r\nConnection: Keep-Alive\r\n"
        b'WWW-Authenticate: Digest realm="HuaweiHomeGateway",nonce="c91f57d0a4e2b836"\r\n\r\n'
    )
    assert found.answer.marks == frozenset()


def test_a_cut_fingerprint_is_marked(read: Read) -> None:
    fingerprint = r'SF-Port7547-TCP:V=7.93%r(GetRequest,FF,"HTTP/1\.1\x20200\x20OK\r\n");'
    answer = one(read("ivre", host(service_fp=fingerprint))).answer
    assert (answer.head, Mark.TRUNCATED in answer.marks) == (b"HTTP/1.1 200 OK\r\n", True)


@pytest.mark.parametrize(
    ("script", "head"),
    [
        (
            {"http-headers": [{"name": "_status", "value": "HTTP/1.0 404 Not Found"}, 7, {}]},
            b"HTTP/1.0 404 Not Found\r\n\r\n",
        ),
        (
            {"output": "\n  Server: x\n  Date: y\n  \n  (Request type: GET)\n"},
            b"Date: y\r\nServer: x\r\n\r\n",
        ),
    ],
)
def test_the_script_tells_the_headers(read: Read, script: dict[str, Any], head: bytes) -> None:
    answer = one(read("ivre", host(scripts=[{"id": "http-headers"} | script]))).answer
    assert answer.head == head
    assert answer.marks == {Mark.REBUILT, Mark.NO_BODY}


@pytest.mark.parametrize(
    ("port", "spoke"),
    [
        ({}, "syn-ack"),
        ({"service_name": "http", "service_method": "table"}, "syn-ack"),
        ({"service_name": "tcpwrapped", "service_method": "probed"}, "connected"),
        ({"service_name": "ssh", "service_method": "probed"}, "other"),
        ({"service_name": "http", "service_method": "probed"}, "http"),
        ({"scripts": [{"id": "http-headers", "output": "nothing"}]}, "syn-ack"),
    ],
)
def test_without_an_answer_the_name_tells_the_strength(
    read: Read, port: dict[str, Any], spoke: str
) -> None:
    assert str(one(read("ivre", host(**port))).answer.spoke) == spoke


@pytest.mark.parametrize(
    "port", [{"port": -1}, {"state_state": "closed"}, {"protocol": "udp"}, {"port": None}]
)
def test_what_is_no_open_tcp_port_is_passed_over(read: Read, port: dict[str, Any]) -> None:
    assert read("ivre", host(**port)) == []


def test_a_host_without_an_address_is_rejected(read: Read) -> None:
    (found,) = read("ivre", b'{"schema_version":22,"ports":[]}')
    assert isinstance(found, Rejected)
    assert found.reason == "no address of the host"
