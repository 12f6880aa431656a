"""Which addresses place a person, in every spelling that logs have for them."""

from contextlib import suppress

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from gatewatch.model.address import parse_address
from gatewatch.model.moment import parse_moment
from gatewatch.model.signin import SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.records import Passed, address_in, sign_in

NOW = parse_moment("2026-11-24T12:00:00Z")
GIVEN = Given("log", lambda: NOW)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("198.51.100.7:51820", "198.51.100.7"),
        ("[198.51.100.7]:51820", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("[::ffff:198.51.100.7]:443", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("2001:DB8:0::7", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("udp4:198.51.100.7:61001", "198.51.100.7"),
        ("tcp6-server:[2001:db8::7]:61001", "2001:db8::7"),
    ],
)
def test_an_address_is_read_without_what_stands_with_it(written: str, address: str) -> None:
    assert address_in(written) == parse_address(address)


@pytest.mark.parametrize("written", ["", "-", "0.0.0.0", "::", "ec2.example.com", "AWS Internal"])
def test_what_means_unknown_is_no_address(written: str) -> None:
    assert address_in(written) is None


@pytest.mark.parametrize(
    "written", ["198.51.100.07", "1.2.3", "300.1.1.1", "2001:db8:::", ":" * 200]
)
def test_a_broken_address_is_refused_without_being_quoted(written: str) -> None:
    with pytest.raises(ValueError, match="address") as caught:
        address_in(written)
    assert written not in str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3", "172.31.255.255", "192.168.1.1", "127.0.0.1", "169.254.1.1", "100.64.0.1",
        "100.127.255.255", "224.0.0.1", "::1", "fe80::1", "fe80::1%eth0", "fd00::1",
        "::ffff:192.168.0.1",
    ],
)  # fmt: skip
def test_an_inside_address_places_nobody(address: str) -> None:
    assert sign_in(GIVEN, "s", user="a", address=address, at=NOW) is Passed.INSIDE


def test_loopback_counts_in_the_laboratory_only() -> None:
    lab = Given("log", lambda: NOW, lab=True)
    assert isinstance(sign_in(lab, "s", user="a", address="127.77.0.1", at=NOW), SignIn)
    assert sign_in(lab, "s", user="a", address="10.0.0.1", at=NOW) is Passed.INSIDE


@pytest.mark.parametrize("address", ["100.63.255.255", "100.128.0.1", "172.32.0.1", "11.0.0.1"])
def test_neighbours_of_inside_space_are_outside(address: str) -> None:
    assert isinstance(sign_in(GIVEN, "s", user="a", address=address, at=NOW), SignIn)


def test_a_clock_in_the_future_is_refused_and_a_little_skew_is_not() -> None:
    hour = 3_600_000_000
    sign_in(GIVEN, "s", user="a", address="198.51.100.7", at=NOW + hour)
    with pytest.raises(ValueError, match="future"):
        sign_in(GIVEN, "s", user="a", address="198.51.100.7", at=NOW + 25 * hour)


def test_nobody_signed_in_without_a_name() -> None:
    assert sign_in(GIVEN, "s", user=" ", address="198.51.100.7", at=NOW) is Passed.NOBODY


@for_all(text=st.text() | st.from_regex(r"[\[\]0-9a-f:.%]{0,40}"))
def test_any_text_is_an_address_none_or_refused(text: str) -> None:
    with suppress(ValueError):
        found = address_in(text)
        assert found is None or parse_address(str(found)) == found
