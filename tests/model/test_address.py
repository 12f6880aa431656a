import ipaddress
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.address import Address, Network, parse_address, parse_network, refang

LOW = (1 << 63) - 1


@given(st.ip_addresses())
def test_an_address_comes_back_as_it_was_written(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    address = parse_address(str(ip))
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    assert str(address) == str(mapped or ip)
    assert address.number == int(mapped or ip)


@given(st.ip_addresses(v=6))
def test_both_halves_of_ipv6_are_signed_64_bit(ip: ipaddress.IPv6Address) -> None:
    address = parse_address(str(ip))
    assert -LOW - 1 <= address.low <= max(LOW, 0xFFFFFFFF)
    assert address.high is None or -LOW - 1 <= address.high <= LOW


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192[.]0[.]2[.]1", "192.0.2.1"),
        ("192(.)0(.)2(.)1", "192.0.2.1"),
        ("2001[:]db8[:][:]1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0::0:1", "2001:db8::1"),
    ],
)
def test_spellings_of_reports_are_read(text: str, address: str) -> None:
    assert str(parse_address(text)) == address


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("192.0.2.01", "octal"),
        ("192.0.2.256", "not an IP address"),
        ("192.0.2", "not an IP address"),
        ("fe80::1%eth0", "zone"),
        ("", "not an IP address"),
        ("١٩٢.0.2.1", "not an IP address"),
        ("192.0.2.1\n", "not an IP address"),
        ("router.example", "not an IP address"),
    ],
)
def test_what_is_no_address_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_address(text)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert isinstance(parse_address(text), Address)


@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_a_block_holds_what_the_standard_library_says(
    ip: ipaddress.IPv4Address, length: int
) -> None:
    block = ipaddress.ip_network(f"{ip}/{length}", strict=False)
    network = parse_network(f" {ip}/{length} ")
    assert (network.first.number, network.last.number) == (
        int(block.network_address),
        int(block.broadcast_address),
    )


@given(st.ip_addresses(v=6), st.integers(0, 128))
def test_an_ipv6_block_holds_what_the_standard_library_says(
    ip: ipaddress.IPv6Address, length: int
) -> None:
    if ip.ipv4_mapped:
        return
    block = ipaddress.ip_network(f"{ip}/{length}", strict=False)
    network = parse_network(f"{ip}/{length}")
    assert (network.first.number, network.last.number) == (
        int(block.network_address),
        int(block.broadcast_address),
    )


def test_a_range_and_a_single_address_are_networks() -> None:
    one, five = parse_address("192.0.2.1"), parse_address("192.0.2.5")
    assert parse_network("192.0.2.1-192.0.2.5") == Network(one, five)
    assert parse_network("192.0.2.1 - 192[.]0[.]2[.]5") == Network(one, five)
    assert parse_network("192.0.2.1") == Network(one, one)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("198.51.100.0/33", "the prefix length of IPv4 is 0 to 32"),
        ("2001:db8::/129", "the prefix length of IPv6 is 0 to 128"),
        ("192.0.2.0/", "prefix length"),
        ("192.0.2.0/-1", "not an IP address|prefix length"),
        ("192.0.2.0/٣", "prefix length"),
        ("192.0.2.5-192.0.2.1", "in this order"),
        ("192.0.2.5-2001:db8::1", "one family"),
        ("192.0.2.0/24/24", "prefix length"),
        ("192.0.2.0/" + "9" * 5000, "prefix length"),
    ],
    ids=range(9),
)
def test_what_is_no_network_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_network(text)


def test_refang_leaves_other_text_alone() -> None:
    assert refang("gSOAP/2.7 [x]") == "gSOAP/2.7 [x]"
