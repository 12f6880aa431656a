"""What Censys' two newer formats share."""

import pytest

from gatewatch.formats.censys import answer_of_banner, answer_of_http, header_pairs, tls_of
from gatewatch.formats.http_text import NO_MARKS
from gatewatch.formats.json_values import Table
from gatewatch.model.observation import Mark, Spoke


@pytest.mark.parametrize(
    ("headers", "pairs"),
    [
        ({"Server": ["a"], "_encoding": {"Server": "DISPLAY_UTF8"}}, [("Server", b"a")]),
        ({"Server": ["/w=="], "_encoding": {"Server": "DISPLAY_BASE64"}}, [("Server", b"\xff")]),
        ({"Server": ["ff"], "_encoding": {"Server": "DISPLAY_HEX"}}, [("Server", b"\xff")]),
        ({"Server": ["f"], "_encoding": {"Server": "DISPLAY_HEX"}}, [("Server", b"")]),
        ({"Server": {"headers": ["a", "b"]}}, [("Server", b"a"), ("Server", b"b")]),
        ({"Server": "a"}, [("Server", b"a")]),
        ({"Server": None, "Date": {}, "X": [7], "_encoding": []}, []),
    ],
)
def test_headers_come_in_both_spellings(headers: Table, pairs: list[tuple[str, bytes]]) -> None:
    assert header_pairs(headers) == pairs


@pytest.mark.parametrize(
    ("more", "marks"),
    [
        ({"status_code": 401, "body_size": 0}, {Mark.REBUILT}),
        ({"status_code": 401}, {Mark.REBUILT, Mark.NO_BODY}),
        ({"status_code": 401, "body_size": 9}, {Mark.REBUILT, Mark.NO_BODY}),
        ({"status_code": 401, "body": "x", "body_size": 9}, {Mark.REBUILT, Mark.TRUNCATED}),
        ({"body_size": 0}, {Mark.REBUILT, Mark.PARTIAL}),
    ],
)
def test_marks_tell_what_is_missing(more: Table, marks: set[Mark]) -> None:
    answer = answer_of_http({"headers": {"Server": ["a"]}} | more, NO_MARKS, ())
    assert answer is not None
    assert answer.marks == marks


def test_redacted_values_are_marked() -> None:
    http = {"status_code": 200, "body_size": 0, "headers": {"Date": ["<REDACTED>"]}}
    answer = answer_of_http(http, NO_MARKS, ())
    assert answer is not None
    assert answer.marks == {Mark.REBUILT, Mark.REDACTED}


@pytest.mark.parametrize(
    ("service", "spoke", "head", "marks"),
    [
        ({}, Spoke.CONNECTED, b"", set()),
        ({"banner": "SSH-2.0-x\r\n"}, Spoke.OTHER, b"SSH-2.0-x\r\n", set()),
        ({"banner": "SSH", "banner_hex": "15ff"}, Spoke.OTHER, b"\x15\xff", set()),
        ({"banner": "SSH", "banner_hex": "not hex"}, Spoke.OTHER, b"SSH", set()),
        (
            {"banner": "HTTP/1.1 401 No\r\nDate: <REDACTED>\r\n\r\n"},
            Spoke.HTTP,
            b"HTTP/1.1 401 No\r\nDate: <REDACTED>\r\n\r\n",
            {Mark.NO_BODY, Mark.REDACTED},
        ),
    ],
)
def test_a_banner_is_what_is_left(
    service: Table, spoke: Spoke, head: bytes, marks: set[Mark]
) -> None:
    answer = answer_of_banner(service, NO_MARKS, ())
    assert (answer.spoke, answer.head) == (spoke, head)
    assert answer.marks == marks


@pytest.mark.parametrize(
    "service",
    [
        {
            "certificate": "ab",
            "tls": {
                "version_selected": "TLSv1_2",
                "certificates": {"leaf_data": {"subject_dn": "CN=a"}},
            },
        },
        {
            "cert": {"fingerprint_sha256": "ab", "parsed": {"subject_dn": "CN=a"}},
            "tls": {"version_selected": "TLSv1_2"},
        },
    ],
)
def test_certificates_come_in_both_spellings(service: Table) -> None:
    assert tls_of(service) == (("sha256", "ab"), ("subject", "CN=a"), ("version", "TLSv1_2"))
