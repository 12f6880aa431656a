"""Makers by the hardware addresses that answers tell. The answers are made up."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.enrich.oui import maker_of, makers_in

HUAWEI = "HUAWEI TECHNOLOGIES CO.,LTD"


@pytest.mark.parametrize(
    ("answer", "maker", "evidence"),
    [
        (b'WWW-Authenticate: Basic realm="00:25:9E:00:00:01"', HUAWEI, "00:25:9E:00:00:01"),
        (b"Server: box (MAC=00-25-9e-00-00-01)", HUAWEI, "00-25-9e-00-00-01"),
        (b"<title>0025.9e00.0001</title>", HUAWEI, "0025.9e00.0001"),
        (b"CN=00259E000001, O=Box", HUAWEI, "00259E000001"),
        (b'realm="00259E-HG000-0123456789"', HUAWEI, "00259E"),
        (b'realm="00259E-0123456789ABCDEF"', HUAWEI, "00259E"),
        (b"a4:b1:c1:00:00:01", "Intel Corporate", "a4:b1:c1:00:00:01"),
    ],
)
def test_a_hardware_address_names_its_maker(answer: bytes, maker: str, evidence: str) -> None:
    [found] = makers_in(answer)
    assert (found.name, found.evidence) == (maker, evidence)
    assert 0 < found.sure < 0.5


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b'nonce="00259E0000010203"',  # longer than an address
        b"00:25:9E:00:00:01:02:03",  # a fingerprint
        b"AA:00:25:9E:00:00:01",
        b"uuid:6ba7b810-9dad-41d1-80b4-00259e000001",  # its last part is chance
        b"202611241000",  # digits only: a time
        b"000000000000",
        b"00:00:00:00:00:00",
        b"ff:ff:ff:ff:ff:ff",
        b"02:25:9E:00:00:01",  # locally administered
        b"01:25:9E:00:00:01",  # group
        b"00:25:9E-00:00:01",  # separators mixed
        b"x00:25:9E:00:00:01",
        b"00259e-lowercase-serial",
        b"00259E-1",
        b"00259G000001",
    ],
)
def test_what_is_no_registered_address_names_nobody(answer: bytes) -> None:
    assert makers_in(answer) == []


def test_each_maker_is_named_once_the_surest_first() -> None:
    found = makers_in(b"00259E-HG000-01 a4b1c1000001", b"00:25:9E:00:00:01")
    assert [(one.name, one.evidence) for one in found] == [
        (HUAWEI, "00:25:9E:00:00:01"),
        ("Intel Corporate", "a4b1c1000001"),
    ]


def test_a_flood_of_addresses_is_left_after_some() -> None:
    flood = b" ".join(b"00:25:9D:%02x:%02x:01" % divmod(n, 256) for n in range(10_000))
    assert makers_in(flood, b"00:25:9E:00:00:01") == makers_in(flood)


@pytest.mark.parametrize(
    ("oui", "maker"),
    [
        ("00259E", HUAWEI),
        ("00-25-9e", HUAWEI),
        ("00:25:9E:00:00:01", HUAWEI),
        (" 0025.9e00.0001 ", HUAWEI),
        ("00259", None),
        ("00259E0", None),
        ("", None),
        ("٠٠٢٥٩E", None),
        ("FFFFFF", None),
    ],
)
def test_an_oui_is_looked_up_however_it_is_written(oui: str, maker: str | None) -> None:
    assert maker_of(oui) == maker


@given(st.lists(st.binary() | st.from_regex(rb"[0-9A-Fa-f:.-]{0,40}", fullmatch=True)))
def test_any_text_names_makers_with_modest_certainty_and_bytes_of_it(texts: list[bytes]) -> None:
    for one in makers_in(*texts):
        assert 0 < one.sure < 0.5
        assert any(one.evidence.encode() in text for text in texts)


def test_the_register_is_loaded_only_where_an_address_is() -> None:
    program = (
        "import sys; from gatewatch.enrich.oui import makers_in; makers_in(b'Server: box');"
        "assert 'netaddr' not in sys.modules; makers_in(b'00:25:9E:00:00:01');"
        "assert 'netaddr' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
