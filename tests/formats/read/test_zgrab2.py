"""ZGrab2 lines become services and failures, whatever module, version and status."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from gatewatch.formats.read import Record
from gatewatch.model.address import parse_address
from gatewatch.model.errors import PortMissing, TimeMissing
from gatewatch.model.observation import Mark, Observation, Outcome, Rejected, Spoke, Unanswered

Read = Callable[..., list[Record]]

NOW = "2026-11-20T03:14:07Z"


def line(ip: object = "192.0.2.1", **result: Any) -> bytes:
    module = {"status": "success", "protocol": "http", "port": 7547, "timestamp": NOW} | result
    return json.dumps({"ip": ip, "data": {"http": module}}).encode() + b"\n"


def response(**more: Any) -> dict[str, Any]:
    return {"response": {"status_code": 401, "protocol": "HTTP/1.1", "headers": {}} | more}


def summary(record: Record) -> tuple[object, ...]:
    if not isinstance(record, Observation):
        return (type(record).__name__,)
    first = record.answer.head.splitlines()[:1]
    return (str(record.ip), record.port, str(record.answer.spoke), first[0] if first else b"")


def test_the_sample_gives_each_service_and_each_failure(read: Read) -> None:
    gsoap = b"HTTP/1.1 401 Unauthorized"
    assert [summary(record) for record in read("zgrab2", "zgrab2.jsonl")] == [
        ("198.51.100.7", 7547, "http", gsoap),
        ("198.51.100.8", 7547, "http", b"HTTP/1.0 404 Not Found"),
        ("198.51.100.9", 7547, "http", gsoap),
        ("Unanswered",),
        ("198.51.100.11", 7547, "connected", b""),
        ("198.51.100.14", 7547, "other", b"SSH-2.0-dropbear_2019.78"),
        ("198.51.100.12", 7547, "http", gsoap),
        ("198.51.100.12", 8080, "http", b"HTTP/1.1 200 OK"),
        ("198.51.100.13", 7547, "http", b"HTTP/1.1 302 Found"),
        ("2001:db8::7", 7547, "http", gsoap),
        ("198.51.100.15", 7547, "other", b"220 router.example FTP server ready"),
        ("198.51.100.16", 7547, "connected", b""),
        ("Unanswered",),
    ]


def test_older_versions_name_the_port_in_the_request_only(read: Read) -> None:
    found = read("zgrab2", "zgrab2-without-port.jsonl", port=7547)
    assert [summary(record)[:2] for record in found if isinstance(record, Observation)] == [
        ("203.0.113.5", 7547),
        ("203.0.113.6", 30005),
        ("203.0.113.8", 7547),
    ]


def test_without_any_port_the_user_is_asked(read: Read) -> None:
    with pytest.raises(PortMissing, match="add --port 7547"):
        read("zgrab2", "zgrab2-without-port.jsonl")


@pytest.mark.parametrize(
    ("more", "given", "port"),
    [
        ({"port": 30005, "result": response()}, 7547, 30005),
        ({"port": "7547", "result": response()}, None, 7547),
        ({"port": None, "result": response()}, 7547, 7547),
        (
            {"port": None, "result": response(request={"url": {"scheme": "http", "host": "x"}})},
            None,
            80,
        ),
        (
            {"port": None, "result": response(request={"url": {"scheme": "http", "host": "x"}})},
            7547,
            7547,
        ),
    ],
)
def test_the_nearest_source_of_the_port_wins(
    read: Read, more: dict[str, Any], given: int | None, port: int
) -> None:
    (found,) = read("zgrab2", line(**more), port=given)
    assert isinstance(found, Observation)
    assert found.port == port


def test_without_a_time_the_user_is_asked(read: Read) -> None:
    text = line(timestamp=None, result=response())
    with pytest.raises(TimeMissing, match="add --time"):
        read("zgrab2", text)
    (found,) = read("zgrab2", text, seen_at=10**15)
    assert isinstance(found, Observation)
    assert found.seen_at == 10**15


def test_times_are_read_in_the_zone_of_the_scanner(read: Read) -> None:
    found = read("zgrab2", "zgrab2.jsonl")
    assert isinstance(found[0], Observation)
    assert isinstance(found[2], Observation)
    assert found[2].seen_at == found[0].seen_at + 1_000_000


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("connection-refused", Unanswered(Outcome.CONNECTION_REFUSED)),
        ("connection-timeout", Unanswered(Outcome.CONNECTION_TIMEOUT)),
        ("blocklisted-target", Unanswered(Outcome.BLOCKLISTED_TARGET)),
        ("blacklisted-target", Unanswered(Outcome.BLOCKLISTED_TARGET)),
        ("invalid-inputs", Unanswered(Outcome.INVALID_INPUTS)),
        ("unknown-error", Unanswered(Outcome.UNKNOWN_ERROR)),
        ("a status of next year", Unanswered(Outcome.UNKNOWN_ERROR)),
        ("io-timeout", (Spoke.CONNECTED, Outcome.IO_TIMEOUT)),
        ("connection-closed", (Spoke.CONNECTED, Outcome.CONNECTION_CLOSED)),
        ("handshake-error", (Spoke.CONNECTED, Outcome.HANDSHAKE_ERROR)),
        ("application-error", (Spoke.CONNECTED, Outcome.APPLICATION_ERROR)),
        ("post-tls-application-error", (Spoke.CONNECTED, Outcome.APPLICATION_ERROR)),
        ("protocol-error", (Spoke.OTHER, Outcome.PROTOCOL_ERROR)),
        ("success", (Spoke.CONNECTED, Outcome.SUCCESS)),
    ],
)
def test_a_status_without_an_answer_tells_how_far_it_came(
    read: Read, status: str, expected: object
) -> None:
    (found,) = read("zgrab2", line(status=status))
    if isinstance(found, Observation):
        assert (found.answer.spoke, found.answer.outcome) == expected
    else:
        assert found == expected


def test_an_answer_counts_although_the_status_is_an_error(read: Read) -> None:
    (found,) = read("zgrab2", line(status="unknown-error", result=response()))
    assert isinstance(found, Observation)
    assert (found.answer.spoke, found.answer.outcome) == (Spoke.HTTP, Outcome.UNKNOWN_ERROR)


def test_the_service_keeps_its_own_answer_not_that_behind_a_redirect(read: Read) -> None:
    chain = [{"status_code": 302, "headers": {"location": ["http://192.0.2.9/"]}}]
    result = response() | {"redirect_response_chain": chain}
    (found,) = read("zgrab2", line(status="application-error", result=result))
    assert isinstance(found, Observation)
    assert found.answer.head == b" 302 \r\nLocation: http://192.0.2.9/\r\n\r\n"
    assert found.answer.outcome is Outcome.SUCCESS


def test_bytes_of_a_service_that_is_no_http_come_back_exactly(read: Read) -> None:
    error = r'malformed HTTP response "\x15\x03\x01\x00\x02\x02P"'
    (found,) = read("zgrab2", line(status="protocol-error", error=error))
    assert isinstance(found, Observation)
    assert (found.answer.spoke, found.answer.head) == (Spoke.OTHER, b"\x15\x03\x01\x00\x02\x02P")
    assert Mark.TRUNCATED in found.answer.marks


@pytest.mark.parametrize("written", ["Fv8=", "16ff"])
def test_a_banner_in_base64_or_hex_is_told_by_its_digest(read: Read, written: str) -> None:
    digest = sha256(b"\x16\xff").hexdigest()
    (found,) = read("zgrab2", line(protocol="banner", result={"banner": written, "sha256": digest}))
    assert isinstance(found, Observation)
    assert (found.answer.head, found.answer.marks) == (b"\x16\xff", frozenset())


def test_a_replacement_character_marks_the_answer_lossy(read: Read) -> None:
    (found,) = read("zgrab2", line(result=response(headers={"server": ["caf\ufffd"]})))
    assert isinstance(found, Observation)
    assert Mark.LOSSY in found.answer.marks


def test_an_address_in_the_domain_column_is_the_address(read: Read) -> None:
    text = line(result=response()).replace(b'"ip"', b'"domain"')
    (found,) = read("zgrab2", text)
    assert isinstance(found, Observation)
    assert found.ip == parse_address("192.0.2.1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (line(ip="192.0.2", result=response()), 'address "192.0.2": not an IP address'),
        (line(ip=["192.0.2.1"], result=response()), "no address of the host"),
        (line(timestamp="noon", result=response()), 'time "noon": not a time'),
        (b'{"ip":"192.0.2.1"}', 'no "data" and no "error"'),
        (b'{"ip":"192.0.2.1","data":[]}', 'no "data" and no "error"'),
        (b'{"ip":"192.0.2.1","data":{"http":7}}', 'a result without "status" and "protocol"'),
    ],
)
def test_an_unusable_record_is_rejected_with_the_reason(
    read: Read, text: bytes, reason: str
) -> None:
    (found,) = read("zgrab2", text)
    assert found == Rejected("line 1", reason, text.rstrip(b"\n"))


def test_one_bad_result_does_not_cost_the_others(read: Read) -> None:
    good = json.loads(line(result=response()))
    good["data"] = {"a": good["data"]["http"] | {"timestamp": "noon"}} | good["data"]
    found = read("zgrab2", json.dumps(good).encode())
    assert [type(record) for record in found] == [Rejected, Observation]


@pytest.mark.parametrize(
    "text",
    [
        b'{"statuses":{"http":{"successes":1}},"start":"2026-11-20T03:14:01Z"}\n',
        b"INFO[0009] finished grab\n",
        line(protocol="ssh", result={"server_id": {}}),
    ],
)
def test_what_is_no_result_is_passed_over(read: Read, text: bytes) -> None:
    assert read("zgrab2", text) == []
