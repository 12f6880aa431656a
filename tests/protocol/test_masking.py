"""Two answers of one implementation fold to one response; two implementations stay two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.observation import Answer, Outcome, Spoke
from gatewatch.protocol.masking import TELLING, mask, mask_body, mask_head, value_shape

HEADS = [
    (b"Date: Fri, 20 Nov 2026 00:00:00 GMT\r\n", b"Date: <date>\r\n"),
    (b"DATE :Fri, 20 Nov 2026 00:00:00 GMT\n", b"DATE :<date>\n"),
    (b"Expires: Thu, 01 Jan 1970 00:00:00 GMT\r\n", b"Expires: Thu, 01 Jan 1970 00:00:00 GMT\r\n"),
    (b"Expires: -1\r\n", b"Expires: -1\r\n"),
    (b"Date: \r\nServer: x\r\n", b"Date: \r\nServer: x\r\n"),
    (b'ETag: "5f2b-3"\r\n', b'ETag: "<hex4>-<dec1>"\r\n'),
    (
        b'WWW-Authenticate: Digest realm="a", nonce="0123456789abcdef", opaque="0"\r\n',
        b'WWW-Authenticate: Digest realm="a", nonce="<hex16>", opaque="0"\r\n',
    ),
    (b"X: Digest nonce=deadbeef1,realm=b\r\n", b"X: Digest nonce=<hex9>,realm=b\r\n"),
    (
        b"Set-Cookie: SID=8f3a77b1c2; Path=/; expires=Fri, 20 Nov 2026 00:00:00 GMT\r\n",
        b"Set-Cookie: SID=<hex10>; Path=/; expires=<date>\r\n",
    ),
    (b"Location: http://192.0.2.7:7547/x\r\n", b"Location: http://<host>:7547/x\r\n"),
    (b"Server: gSOAP/2.7\r\n", b"Server: gSOAP/2.7\r\n"),
]


@pytest.mark.parametrize(("head", "masked"), HEADS)
def test_volatile_values_become_shapes(head: bytes, masked: bytes) -> None:
    assert mask_head(head, "192.0.2.7") == masked


@pytest.mark.parametrize(("head", "masked"), HEADS)
def test_masking_twice_changes_nothing_more(head: bytes, masked: bytes) -> None:
    assert mask_head(masked) == masked


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (b"1732000000", b"<dec10>"),
        (b"deadbeef", b"<hex8>"),
        (b"DEADBEEF", b"<HEX8>"),
        (b"ZjVhNGY2YzI6MTUyNDM2N2Y6MzRiMGZjZjQ=", b"<b64:36>"),
        (b"0123abcd:00ff:1", b"<hex8>:<hex4>:<dec1>"),
        (b"5ccc069c403ebaf9f0171e9517f40e41", b"5ccc069c403ebaf9f0171e9517f40e41"),
        (b"", b""),
    ],
)
def test_a_shape_keeps_alphabet_and_length(value: bytes, shape: bytes) -> None:
    assert value_shape(value) == shape


def test_telling_constants_survive_in_a_head() -> None:
    for constant in TELLING:
        head = b'WWW-Authenticate: Digest realm="x", opaque="' + constant + b'"\r\n'
        assert mask_head(head) == head


def test_dates_in_a_body_are_masked() -> None:
    assert mask_body(b"<p>Fri, 20 Nov 2026 00:00:00 GMT</p>") == b"<p><date></p>"


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_can_be_masked(head: bytes, body: bytes) -> None:
    answer = Answer(Spoke.HTTP, Outcome.SUCCESS, head, body)
    masked = mask(answer, "192.0.2.7")
    assert b"192.0.2.7" not in masked.head + masked.body
