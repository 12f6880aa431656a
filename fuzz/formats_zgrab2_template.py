# Invariant: lines whose templates are equal give equal records but for address, time and what
# masking replaces: any lines read by templates give the rows, responses, failures and rejected
# records that reading every line the long way gives.
"""Tries formats/zgrab2_template.py with pipeline/templated.py, as pipeline/gather.py uses them."""

from types import SimpleNamespace
from typing import cast

import orjson
from fuzz.formats_read import SEEDS as SAMPLES

from gatewatch.formats.given import Given
from gatewatch.formats.read import Reader, readers
from gatewatch.model.moment import SECOND
from gatewatch.pipeline.gather import Batch, Gatherer

__all__ = ["SEEDS", "TOKENS", "one"]

_ZGRAB2 = readers()["zgrab2"]
# The same reader without its short cut.
_LONG_WAY = cast("Reader", SimpleNamespace(NAME="zgrab2", LINES=True, read=_ZGRAB2.read))
_GIVEN = Given("input", port=7547, seen_at=1_795_132_800 * SECOND)
_MOST_LINES = 40

_RECORD = (
    '{{"ip":"{ip}","data":{{"http":{{"status":"success","protocol":"http","port":7547,"result":'
    '{{"response":{{"status_line":"401 Unauthorized","status_code":401,"protocol":"HTTP/1.1",'
    '"headers":{{"date":["Fri, 20 Nov 2026 00:00:0{n} GMT"],"server":["{server}"],'
    '"www_authenticate":["Digest realm=\\"IGD\\", nonce=\\"{nonce}\\", qop=\\"auth\\""]}},'
    '"body":"{body}","request":{{"url":{{"scheme":"http","host":"{ip}:7547","path":"/"}},'
    '"host":"{ip}:7547"}}}}}},"timestamp":"2026-11-20T00:00:0{n}Z"}}}}}}\n'
)
_FAILURE = (
    '{{"ip":"{ip}","data":{{"http":{{"status":"io-timeout","protocol":"http","port":7547,"result":'
    '{{}},"timestamp":"2026-11-20T00:00:0{n}Z","error":"{error}"}}}}}}\n'
)


def _lines(server: str, body: str, *nonces: str) -> bytes:
    """Four lines of one device kind, as they follow each other; {ip} is each one's address."""
    return b"".join(
        _RECORD.format(ip="{ip}", n=n, server=server, body=body, nonce=nonces[n % len(nonces)])
        .replace("{ip}", f"198.51.100.{n * 4}")
        .encode()
        for n in range(1, 5)
    )


def _failures(error: str) -> bytes:
    return "".join(
        _FAILURE.format(ip=(ip := f"203.0.113.{n}"), n=n, error=error.format(ip=ip, n=n))
        for n in range(1, 4)
    ).encode()


SEEDS = [
    *(sample for sample in SAMPLES if b'"protocol":"http"' in sample[:400]),
    _lines("gSOAP/2.7", "", "0123456789abcdef" * 2, "fedcba9876543210" * 2),
    _lines("198.51.100.1", "198.51.100.2", "12345678", "abcdef01", "ABCDEF01"),
    _lines("", '\\"nonce=\\"', "N2UyNjgxMjA6NjQ1MWZiOTA6IDJlNjI5NDA=", "0", "abc,def", "abc"),
    _lines('x\\"],\\"date\\":[\\"', "Fri, 20 Nov 2026 00:00:01 GMT", "a b", "", "5ccc09c4"),
    _lines("{ip}", "http://{ip}:7547/" * 2 + "." * 5000, "0123456789abcdef"),
    _failures("dial tcp {ip}:7547: i/o timeout"),
    _failures('malformed HTTP response \\"SSH-2.0-{n}\\"'),
]
TOKENS = [
    *(b'"date":["', b'nonce=\\"', b'"www_authenticate":["', b'"timestamp":"', b'"]', b'"],"'),
    b'\\"',
    *(b'","error":"', b"malformed HTTP response", b'{"ip":"', b"\\u003chost\\u003e", b"\\u0022"),
    *(b"198.51.100.1", b"198.51.100.2", b"198.51.100.1:7547", b'opaque=\\"'),
    b"2026-11-20T00:00:01Z",
    *(b'"age":["', b'"set_cookie":["a=', b"0123456789abcdef", b"12345678901234567890", b" GMT"),
]


def one(data: bytes) -> None:
    """Gathers the lines of `data` both ways: one by one and, where all are whole, in runs."""
    lines = data.split(b"\n")[:_MOST_LINES]
    # Read once more, they are all known.
    _compare([[line] for line in (*lines, *lines)])
    if all(_is_whole(line) for line in lines):
        half = len(lines) // 2
        _compare([lines[:half], lines[half:], lines])


def _compare(runs: list[list[bytes]]) -> None:
    short, long = _gathered(_ZGRAB2, runs), _gathered(_LONG_WAY, runs)
    assert _rows(short) == _rows(long)
    assert {one.id: one.masked for one in short.responses} == {
        one.id: one.masked for one in long.responses
    }
    assert short.unanswered == long.unanswered
    assert sorted(one.where for one in short.rejected) == sorted(one.where for one in long.rejected)
    assert (short.records, short.lines) == (long.records, long.lines)


def _gathered(reader: Reader, runs: list[list[bytes]]) -> Batch:
    gatherer = Gatherer(reader, _GIVEN)
    for run in runs:
        gatherer.take_lines(b"\n".join(run) + b"\n")
    return gatherer.batch()


def _is_whole(line: bytes) -> bool:
    """Whether the line alone is a record; what is saved from others depends on those around."""
    try:
        return not line or isinstance(orjson.loads(line), dict)
    except ValueError:
        return False


def _rows(batch: Batch) -> list[tuple[int, ...]]:
    """The rows of both families, sorted."""
    tables = (batch.rows4, batch.rows6)
    return sorted(row for table in tables for row in zip(*(c.tolist() for c in table), strict=True))
