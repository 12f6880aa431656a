"""What Go's errors tell about a service."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.go_errors import dial_outcome, malformed
from gatewatch.model.observation import HEAD_LIMIT, Outcome


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("dial tcp 192.0.2.1:7547: connect: connection refused", Outcome.CONNECTION_REFUSED),
        ("dial tcp 192.0.2.1:7547: getsockopt: connection reset", Outcome.CONNECTION_RESET),
        ("dial tcp 192.0.2.1:7547: i/o timeout", Outcome.CONNECTION_TIMEOUT),
        ("context deadline exceeded", Outcome.CONNECTION_TIMEOUT),
        ("dial tcp 192.0.2.1:7547: connect: no route to host", Outcome.HOST_UNREACHABLE),
        ("dial tcp 192.0.2.1:7547: network is unreachable", Outcome.HOST_UNREACHABLE),
        ("something new", Outcome.UNKNOWN_ERROR),
    ],
)
def test_a_failed_connection_has_an_outcome(error: str, outcome: Outcome) -> None:
    assert dial_outcome(error) is outcome


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (r'malformed HTTP response "SSH-2.0-dropbear"', b"SSH-2.0-dropbear"),
        (r'x: malformed HTTP response "\x15\x03\x01\x00\x02"', b"\x15\x03\x01\x00\x02"),
        (r'malformed HTTP response "a\tb\"c\\d\u00e9\U0001f600"', 'a\tb"c\\dé😀'.encode()),
        (r'malformed HTTP response "never closed\x4', b"never closedx4"),
        (r'malformed HTTP response "\Uffffffff"', b"?"),
        (r'malformed HTTP status code "abc"', b""),
        ("EOF", b""),
    ],
)
def test_the_quoted_line_is_what_the_service_said(error: str, expected: bytes) -> None:
    assert malformed(error) == expected


@given(st.binary(max_size=60))
def test_quoting_by_bytes_is_undone(line: bytes) -> None:
    quoted = "".join(f"\\x{byte:02x}" for byte in line)
    assert malformed(f'malformed HTTP response "{quoted}"') == line


@given(st.text())
def test_any_error_text_is_read(error: str) -> None:
    dial_outcome(error)
    malformed(f'malformed HTTP response "{error}')


def test_a_long_quotation_is_cut() -> None:
    error = 'malformed HTTP response "' + r"\x00" * 1_000_000
    assert malformed(error) == b"\0" * HEAD_LIMIT
