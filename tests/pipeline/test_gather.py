"""Reading by templates gives what reading every line the long way gives, whatever devices say."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewatch.formats.given import Given
from gatewatch.formats.read import readers
from gatewatch.model.address import parse_address
from gatewatch.pipeline.dotted import parse_ipv4
from gatewatch.pipeline.gather import Batch, Gatherer

ZGRAB2: Any = readers()["zgrab2"]
# The same reader without its short cut.
LONG_WAY: Any = SimpleNamespace(NAME="zgrab2", LINES=True, read=ZGRAB2.read)
GIVEN = Given("scan.jsonl")

IPS = st.sampled_from(["192.0.2.1", "192.0.2.11", "203.0.113.200", "8.8.8.8", "1.1.1.1"])
DATES = st.sampled_from(
    [
        "Fri, 20 Nov 2026 00:00:00 GMT",
        "Thu, 19 Nov 2026 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:01 GMT",
        "Fri, 20 Nov 2026 00:00:00",
        "0",
        "-1",
        "",
        'x"],"server":["forged"  GMT',
    ]
)
NONCES = st.sampled_from(
    [
        "0123456789abcdef0123456789abcdef",
        "fedcba98765432100123456789abcdef",
        "12345678901234567890123456789012",
        "N2UyNjgxMjA6NjQ1MWZiOTA6IDJlNjI5NDA=",
        "ZjVhNGY2YzI6MTUyNDM2N2Y6MzRiMGZjZjQ=",
        "abc,def",
        "abc,dee",
        "a<b",
        "ab<cd>ef0123",
        'abcdef\\"0123',
        "abcdef 012345",
        "",
        "0",
    ]
)
SERVERS = st.sampled_from(
    [
        "gSOAP/2.7",
        "",
        "<host>",
        "192.0.2.1",
        "Device/1.1.1.1",
        'nonce="0123456789abcdef0123456789abcdef"',
        '"timestamp":"2026-11-20T00:00:00Z"',
        '"date":["Fri, 20 Nov 2026 00:00:00 GMT"]',
        "\u202e\x1b[31m\x00",
    ]
)
BODIES = st.sampled_from(
    [
        "",
        "<html>192.0.2.1</html>",
        'nonce="0123456789abcdef0123456789abcdef"',
        'nonce="fedcba98765432100123456789abcdef"',
        "Fri, 20 Nov 2026 00:00:00 GMT",
        '"www_authenticate":["nonce=\\"0123456789abcdef',
    ]
)


ERRORS = st.sampled_from(
    [
        "dial tcp HOST:7547: i/o timeout",
        "read tcp 198.51.100.9:LOCAL->HOST:7547: read: connection reset by peer",
        'malformed HTTP response "SSH-2.0-dropbear LOCAL"',
        'malformed HTTP response "HOST"',
        "",
    ]
)


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """One line as zgrab2 writes it, of one of some hundred kinds."""
    ip, date = draw(IPS), draw(st.none() | DATES)
    headers: dict[str, Any] = {"connection": ["close"]}
    if date is not None:
        headers["date"] = [date]
    headers["server"] = [draw(SERVERS)]
    if draw(st.booleans()):
        challenge = f'Digest realm="IGD", nonce="{draw(NONCES)}", qop="auth"'
        headers["www_authenticate"] = [challenge] * draw(st.sampled_from([1, 1, 1, 2]))
    host = f"{ip}:7547"
    response = {
        "status_line": "401 Unauthorized",
        "status_code": 401,
        "protocol": "HTTP/1.1",
        "headers": headers,
        "body": draw(BODIES),
        "request": {"url": {"scheme": "http", "host": host, "path": "/"}, "host": host},
    }
    second = draw(st.integers(0, 3))
    result: dict[str, Any] = {
        "status": draw(
            st.sampled_from(["success", "success", "success", "io-timeout", "connection-refused"])
        ),
        "protocol": "http",
        "port": 7547,
        "result": {"response": response},
        "timestamp": f"2026-11-20T00:00:0{second}Z",
    }
    if result["status"] != "success":
        del result["result"]
        result["error"] = draw(ERRORS).replace("HOST", ip).replace("LOCAL", str(40000 + second))
    modules = {"http": result}
    if draw(st.integers(0, 9)) == 0:
        modules["http2"] = {**result, "port": 8089, "timestamp": "2026-11-20T00:00:09Z"}
    text = json.dumps({"ip": ip, "data": modules}, separators=(",", ":"), ensure_ascii=False)
    if draw(st.integers(0, 20)) == 0:
        text = text.replace('{"ip":', '{"IP":', 1)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text.encode()


JUNK = st.sampled_from([b"", b"{", b"INFO[0000] started", b'{"ip":"192.0.2.1","data":{}}', b"\xff"])


def gathered(reader: Any, chunks: list[bytes]) -> Batch:
    """Everything in `chunks` as one batch."""
    gatherer = Gatherer(reader, GIVEN)
    for chunk in chunks:
        gatherer.take_lines(chunk)
    return gatherer.batch()


def rows(batch: Batch) -> list[tuple[int, ...]]:
    """The rows of both families, sorted."""
    tables = (batch.rows4, batch.rows6)
    return sorted(row for table in tables for row in zip(*(c.tolist() for c in table), strict=True))


@settings(max_examples=300)
@given(st.lists(st.one_of(lines(), lines(), lines(), JUNK), max_size=40), st.integers(1, 12))
def test_templates_change_nothing(drawn: list[bytes], size: int) -> None:
    chunks = [b"\n".join(drawn[at : at + size]) + b"\n" for at in range(0, len(drawn), size)]
    short, long = gathered(ZGRAB2, chunks), gathered(LONG_WAY, chunks)
    assert rows(short) == rows(long)
    assert {one.id: one.masked for one in short.responses} == {
        one.id: one.masked for one in long.responses
    }
    assert short.unanswered == long.unanswered
    assert [one.where for one in short.rejected] == [one.where for one in long.rejected]
    assert (short.records, short.lines) == (long.records, long.lines)


def test_lines_of_one_kind_are_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[bytes] = []
    take = Gatherer._take_run

    def watched(self: Gatherer, lines: list[bytes], end: int) -> Any:
        taken.extend(lines)
        return take(self, lines, end)

    monkeypatch.setattr(Gatherer, "_take_run", watched)
    record = (
        '{{"ip":"198.51.100.{0}","data":{{"http":{{"status":"success","protocol":"http","port":7547,'
        '"result":{{"response":{{"status_line":"401 Unauthorized","status_code":401,'
        '"protocol":"HTTP/1.1","headers":{{"date":["Fri, 20 Nov 2026 00:00:{1:02} GMT"],'
        '"www_authenticate":["Digest realm=\\"IGD\\", nonce=\\"{2:032x}\\""]}},"request":{{"url":'
        '{{"host":"198.51.100.{0}:7547"}},"host":"198.51.100.{0}:7547"}}}}}},'
        '"timestamp":"2026-11-20T00:00:{1:02}Z"}}}}}}\n'
    )
    chunk = "".join(record.format(n, n % 60, 10**30 + 7 * n) for n in range(1, 250)).encode()
    batch = gathered(ZGRAB2, [chunk])
    assert len(rows(batch)) == 249
    assert len(batch.responses) == 1
    assert len(taken) == 1


@given(st.lists(st.tuples(*[st.integers(0, 255)] * 4), max_size=50))
def test_dotted_addresses_are_read_as_one_by_one(parts: list[tuple[int, ...]]) -> None:
    texts = [".".join(map(str, part)) for part in parts]
    expected = [parse_address(text).low for text in texts]
    assert parse_ipv4([text.encode() for text in texts]).tolist() == expected


@given(st.text("0123456789.x", max_size=18))
def test_what_is_no_canonical_address_is_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except ValueError:
        address = None
    expected = address.low if address is not None and str(address) == text else -1
    assert parse_ipv4([text.encode()]).tolist() == [expected]
