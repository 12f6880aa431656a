"""IPtoASN's tables."""

from collections.abc import Callable
from pathlib import Path

from gatewatch.enrich.read import iptoasn

Told = tuple[str, int | None, str | None, str | None]
Read = Callable[[str, str | Path], list[Told]]


def test_what_nobody_announces_is_left_out(read: Read) -> None:
    assert read("iptoasn", Path("ip2asn.tsv")) == [
        ("192.0.2.0-192.0.2.255", 64500, "IT", "EXAMPLE-NET Example Telecom"),
        ("198.51.100.0-198.51.100.127", 64501, "FR", "EXAMPLE-FR"),
        ("198.51.100.128-198.51.100.255", 64502, None, "NOWHERE"),
        ("2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", 64503, "DE", "EXAMPLE-SIX"),
    ]


def test_countries_alone_and_decimal_addresses_are_read(read: Read) -> None:
    assert read("iptoasn", Path("ip2country.tsv")) == [
        ("192.0.2.0-192.0.2.255", None, "IT", None),
        ("198.51.100.0-198.51.100.127", None, "FR", None),
    ]


def test_wrong_lines_are_told_with_their_numbers(read: Read) -> None:
    lines = [
        "# comment",
        "192.0.2.0\t192.0.2.255\t64500",
        "192.0.2.9\t192.0.2.1\t64500\tIT\tReversed",
        "192.0.2.0\t2001:db8::\t64500\tIT\tMixed",
        "192.0.2.0\t192.0.2.256\t64500\tIT\tNo address",
        "192.0.2.0\t192.0.2.255\tsixty\tIT\tNo number",
        "192.0.2.0\t192.0.2.255\t4294967296\tIT\tToo large",
        "192.0.2.0\t192.0.2.255\t64500\tItaly!!\tFine, a word for a country",
        "192.0.2.0 192.0.2.255 64500 IT Spaces",
        "192.0.2.0\t192.0.2.255\t64500\tIT\t" + "x" * 5000,
    ]
    told = read("iptoasn", "\n".join(lines))
    assert [(where, reason) for where, _, _, reason in told] == [
        ("line 2", "the country is neither a code nor a name"),
        ("line 3", "the range ends before it begins"),
        ("line 4", "the range begins in one address family and ends in the other"),
        ("line 5", "not an IP address"),
        ("line 6", "the AS number is no number"),
        ("line 7", "the AS number is above 4294967295"),
        ("192.0.2.0-192.0.2.255", "Fine, a word for a country"),
        ("line 9", "a line has 5 columns (or 3), separated by tabs"),
        ("line 10", "longer than 4 KiB"),
    ]


def test_the_licence_is_known(tmp_path: Path) -> None:
    assert "PDDL" in (iptoasn.about(tmp_path / "any").licence or "")
