"""CSV with a header."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.enrich.read import headed_csv

Told = tuple[str, int | None, str | None, str | None]
Read = Callable[[str, str | Path], list[Told]]


def test_columns_are_found_by_name_and_networks_in_any_form(read: Read) -> None:
    assert read("csv", Path("own.csv")) == [
        ("192.0.2.0-192.0.2.255", 64500, "IT", "Example Telecom"),
        ("198.51.100.7-198.51.100.7", None, "FR", None),
        ("2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 64503, "DE", "Six"),
    ]


def test_first_and_last_address_may_stand_in_two_columns(read: Read) -> None:
    assert read("csv", Path("start-end.csv")) == [
        ("192.0.2.0-192.0.2.255", 64500, "IT", "Example Telecom"),
        ("2001:db8::-2001:db8::ff", None, "DE", None),
    ]


def test_a_code_goes_before_a_name_of_the_country(read: Read) -> None:
    table = "network,country,country_code\n192.0.2.0/24,Somewhere odd,IT\n"
    assert read("csv", table)[0][2] == "IT"


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("network,autonomous_system_number,autonomous_system_organization", True),
        ("network,country,country_code,continent,continent_code,asn,as_name,as_domain", True),
        ("\ufeffNetwork , ASN", True),
        ("network,geoname_id,registered_country_geoname_id", False),
        ("start,asn", False),
        ("country,asn", False),
        ("ip,port,banner", False),
    ],
)
def test_a_header_must_name_addresses_and_what_is_told_of_them(header: str, known: bool) -> None:
    assert headed_csv.sniff(header.encode(), b"") is known


def test_wrong_lines_are_told_with_their_numbers(read: Read) -> None:
    told = read("csv", "network,asn\n192.0.2.0/33,1\n192.0.2.0/24\n192.0.2.0/24,64500\n,1\n")
    assert [(where, reason) for where, _, _, reason in told] == [
        ("line 2", "is not a network: the prefix length of IPv4 is 0 to 32"),
        ("line 3", "there are fewer cells than the header needs"),
        ("192.0.2.0-192.0.2.255", None),
        ("line 5", "not an IP address"),
    ]
