"""CSV without a header."""

from collections.abc import Callable
from pathlib import Path

from gatewatch.enrich.read import ip_location_csv

Told = tuple[str, int | None, str | None, str | None]
Read = Callable[[str, str | Path], list[Told]]


def test_networks_with_quoted_names_are_read(read: Read) -> None:
    assert read("ip-location-csv", Path("asn.csv")) == [
        ("192.0.2.0-192.0.2.255", 64500, None, "Example Telecom, S.p.A."),
        ("198.51.100.0-198.51.100.255", 64501, None, 'Example "France"'),
        ("2001:db8::-2001:db8::ffff", 64503, None, "Six"),
    ]


def test_countries_are_read_and_zz_is_none(read: Read) -> None:
    assert read("ip-location-csv", Path("country.csv")) == [
        ("192.0.2.0-192.0.2.255", None, "IT", None),
        ("198.51.100.0-198.51.100.255", None, "FR", None),
        ("2001:db8::-2001:db8::ffff", None, "EU", None),
    ]


def test_decimal_numbers_are_addresses_of_the_family_they_are_large_enough_for(read: Read) -> None:
    assert read("ip-location-csv", Path("country-num.csv")) == [
        ("192.0.2.0-192.0.2.255", None, "IT", None),
        ("2001:db8::-2001:db8::ffff", None, "DE", None),
    ]


def test_a_city_table_is_not_taken_for_a_country_table() -> None:
    """Its third column is a continent: NA would be Namibia."""
    city = b"192.0.2.0,192.0.2.255,NA,US,California,Los Angeles,34.05,-118.24\n"
    assert not ip_location_csv.sniff(city, city)


def test_wrong_lines_are_told_with_their_numbers(read: Read) -> None:
    lines = '192.0.2.0,192.0.2.255,IT,more,and,more\n192.0.2.0,192.0.2.255,"IT\n\n1,2,3,4,\n'
    told = read("ip-location-csv", lines + f"0,{1 << 128},IT\n0,255,Q1\n")
    assert [where for where, *_ in told] == ["line 1", "line 2", "line 4", "line 5", "line 6"]
    assert told[1][3] == "not CSV: unexpected end of data"
    assert told[3][3] == "the number is too large for an address"


def test_a_code_that_no_list_knows_yet_is_kept(read: Read) -> None:
    assert read("ip-location-csv", "192.0.2.0,192.0.2.255,qx\n")[0][2] == "QX"
