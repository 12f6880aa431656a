"""Censys' records until 2020 in their three spellings."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.observation import Mark, Observation, Place, Rejected, Spoke

Read = Callable[..., list[Record]]

LOST = {Mark.REBUILT, Mark.PARTIAL, Mark.REDACTED}


def observed(records: list[Record]) -> list[Observation]:
    assert all(isinstance(record, Observation) for record in records)
    return [record for record in records if isinstance(record, Observation)]


def host(**more: Any) -> bytes:
    return json.dumps({"ip": "192.0.2.1", "updated_at": "2019-06-12T01:00:00Z"} | more).encode()


@pytest.mark.parametrize(
    "sample",
    ["censys-legacy.jsonl", "censys-legacy-bigquery.jsonl", "censys-legacy-elastic.jsonl"],
)
def test_every_spelling_gives_the_same_answers(read: Read, sample: str) -> None:
    found = [one.answer for one in observed(read("censys-legacy", sample)) if one.port == 7547]
    assert [answer.head for answer in found[:3]] == [
        b" 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\nServer: gSOAP/2.7\r\n"
        b'WWW-Authenticate: Digest realm="IGD", nonce="6b7d0c8e2f", qop="auth", algorithm=MD5'
        b"\r\n\r\n",
        b" 404 Not Found\r\nContent-Type: text/html\r\nEXT: \r\nServer: RomPager/4.07 UPnP/1.0"
        b"\r\n\r\n",
        b" 401 Unauthorized\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n"
        b'WWW-Authenticate: Digest realm="HuaweiHomeGateway",nonce="c91f57d0a4e2b836", '
        b'qop="auth", algorithm="MD5"\r\n\r\n',
    ]
    assert [answer.marks for answer in found[:3]] == [LOST] * 3
    assert b"<title>Object Not Found</title>" in found[1].body


def test_http_on_other_ports_comes_along_and_other_protocols_do_not(read: Read) -> None:
    found = observed(read("censys-legacy", "censys-legacy.jsonl"))
    assert [(str(one.ip), one.port, str(one.answer.spoke)) for one in found] == [
        ("198.51.100.30", 7547, "http"),
        ("198.51.100.31", 7547, "http"),
        ("198.51.100.31", 80, "http"),
        ("198.51.100.32", 7547, "http"),
        ("198.51.100.33", 7547, "connected"),
    ]


def test_place_and_times_are_read_in_each_spelling(read: Read) -> None:
    bigquery = observed(read("censys-legacy", "censys-legacy-bigquery.jsonl"))[0]
    elastic = observed(read("censys-legacy", "censys-legacy-elastic.jsonl"))[0]
    assert bigquery.place == Place("IT", 64500, "EXAMPLE-TELECOM")
    assert elastic.place == Place("FR", 64501, "EXAMPLE-CABLE")
    assert bigquery.seen_at == elastic.seen_at == 1_560_219_069_000_000


def test_an_export_of_one_header_is_still_an_http_service(read: Read) -> None:
    found = observed(read("censys-legacy", "censys-legacy-elastic.jsonl"))[-1]
    assert (found.answer.spoke, found.answer.head) == (Spoke.HTTP, b"Server: gSOAP/2.8\r\n\r\n")
    assert found.answer.marks == LOST | {Mark.NO_BODY}


@pytest.mark.parametrize(
    "port",
    [{"7547": None}, {"7547": []}, {"p7547": {"cwmp": 1}}, {"99999": {"cwmp": {"get": {}}}}],
)
def test_what_is_no_service_gives_none(read: Read, port: dict[str, Any]) -> None:
    assert read("censys-legacy", host(**port)) == []


def test_a_flattened_member_below_a_text_is_passed_over(read: Read) -> None:
    record = {"7547.cwmp.get.headers": "x", "7547.cwmp.get.headers.server": "y"}
    (found,) = observed(read("censys-legacy", host(**record)))
    assert found.answer.spoke is Spoke.CONNECTED


def test_a_bad_time_costs_its_service_only(read: Read) -> None:
    get = {"status_code": 200, "headers": {}}
    record = {"80": {"http": {"get": get | {"timestamp": "noon"}}}, "7547": {"cwmp": {"get": get}}}
    rejected, found = read("censys-legacy", host(**record))
    assert isinstance(rejected, Rejected)
    assert rejected.reason == 'time "noon": not a time'
    assert isinstance(found, Observation)


def test_a_host_without_an_address_is_rejected(read: Read) -> None:
    (found,) = read("censys-legacy", b'{"protocols":["7547/cwmp"]}')
    assert isinstance(found, Rejected)
    assert found.reason == "no address of the host"
