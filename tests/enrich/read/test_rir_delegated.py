"""The registries' statistics."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.enrich.read import rir_delegated

Told = tuple[str, int | None, str | None, str | None]
Read = Callable[[str, str | Path], list[Told]]

SAMPLES = Path(__file__).parent / "samples"


def test_counts_need_be_no_power_of_two_and_what_is_not_given_says_nothing(read: Read) -> None:
    assert read("rir-delegated", Path("delegated-extended.txt")) == [
        ("192.0.2.0-192.0.2.255", None, "IT", None),
        ("198.51.100.0-198.51.100.95", None, "FR", None),
        ("203.0.113.0-203.0.113.255", None, "EU", None),
        ("2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", None, "DE", None),
    ]


def test_the_plain_format_is_read(read: Read) -> None:
    assert read("rir-delegated", Path("delegated.txt")) == [
        ("192.0.2.0-192.0.4.255", None, "BR", None),
        ("2001:db8::-2001:db8:0:ffff:ffff:ffff:ffff:ffff", None, "BR", None),
    ]


@pytest.mark.parametrize(
    ("name", "date"), [("delegated-extended.txt", "2026-11-23"), ("delegated.txt", "2026-11-24")]
)
def test_the_last_day_covered_is_the_date_of_the_data(name: str, date: str) -> None:
    about = rir_delegated.about(SAMPLES / name)
    assert (about.data_date, "NRO" in (about.licence or "")) == (date, True)


def test_a_day_that_is_not_given_is_no_date(tmp_path: Path) -> None:
    for day in ("00000000", "20261131", "2026", "２０２６１１２４"):
        (tmp_path / "file").write_text(f"2|arin|1|0|00000000|{day}|-0500\n")
        assert rir_delegated.about(tmp_path / "file").data_date is None
    (tmp_path / "file").write_text("arin|US|ipv4|192.0.2.0|256|20100712|assigned\n")
    assert rir_delegated.about(tmp_path / "file").data_date is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("ripencc|IT|ipv4|192.0.2.0|0|2010|allocated", "the count leads beyond"),
        ("ripencc|IT|ipv4|255.255.255.0|257|2010|allocated", "the count leads beyond"),
        ("ripencc|IT|ipv4|192.0.2.0|-1|2010|allocated", "an ipv4 line has"),
        ("ripencc|IT|ipv4|2001:db8::|256|2010|allocated", "an ipv4 line has"),
        ("ripencc|IT|ipv6|2001:db8::|129|2010|allocated", "the prefix length of IPv6"),
        ("ripencc|IT|ipv6|2001:db8::1|32|2010|allocated", "an ipv6 line has"),
        ("ripencc|IT|ipv6|192.0.2.0|24|2010|allocated", "an ipv6 line has"),
        ("ripencc|Nowhere|ipv4|192.0.2.0|256|2010|allocated", "neither a code nor a name"),
        ("ripencc|IT|ipv4|192.0.2.0|256|2010", "ends before the status"),
        ("ripencc|IT|ipv5|192.0.2.0|256|2010|allocated", "not registry|country|type"),
        ("someone|IT|ipv4|192.0.2.0|256|2010|allocated", "not registry|country|type"),
    ],
)
def test_wrong_lines_are_told_with_their_reason(read: Read, line: str, reason: str) -> None:
    [(where, _, _, told)] = read("rir-delegated", line)
    assert where == "line 1"
    assert reason in (told or "")
