"""Addresses by the thousand are read as strictly as one by one."""

import pytest

from gatewatch.pipeline.dotted import parse_ipv4


@pytest.mark.parametrize(
    "text",
    [b"", b"192.0.2", b"192.0.2.1\0", b"\x00192.0.2.1", b"19\x002.0.2.1", b"192.0.2.1" + b"\0" * 9,
     b"192.0.2.1111111111", b"192.0.02.1", b"192.0.2.256", b"1" * 40],
)  # fmt: skip
def test_what_is_no_canonical_address_is_refused_beside_one_that_is(text: bytes) -> None:
    assert parse_ipv4([b"192.0.2.1", text, b"255.255.255.255"]).tolist() == [
        0xC0000201, -1, 0xFFFFFFFF,
    ]  # fmt: skip


def test_no_addresses_give_no_numbers() -> None:
    assert parse_ipv4([]).tolist() == []
