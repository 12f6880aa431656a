from pathlib import Path

import pytest

from gatewatch.model.errors import Exit, PoliteRefusal
from gatewatch.scan.exclusions import NO_EXCLUSIONS, read_exclusions


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "exclude.txt"


def test_a_line_is_a_network_and_a_reason(file: Path) -> None:
    file.write_text("198.51.100.0/24  # noc@example.net, 2026-11-02\n", encoding="utf-8")
    assert list(read_exclusions(file).targets.v4) == [(0xC6336400, 0xC63364FF)]


def test_wide_ipv6_networks_can_be_excluded(file: Path) -> None:
    file.write_text("2001:db8::/32\n", encoding="utf-8")
    assert read_exclusions(file).targets.v6.size == 2**96


def test_an_empty_file_says_that_nobody_asked(file: Path) -> None:
    file.write_text("", encoding="utf-8")
    assert read_exclusions(file).targets.size == 0


def test_a_missing_file_refuses_the_scan(file: Path) -> None:
    with pytest.raises(PoliteRefusal, match=r"the exclusions cannot be read \(No such file") as no:
        read_exclusions(file)
    assert no.value.exit_code is Exit.REFUSED


def test_one_line_that_cannot_be_read_refuses_the_scan(file: Path) -> None:
    file.write_text("198.51.100.0/24\n198.51.100/24\n", encoding="utf-8")
    with pytest.raises(PoliteRefusal) as failure:
        read_exclusions(file)
    assert str(failure.value) == (
        f'{file}:2: exclusion "198.51.100/24" cannot be read, not an IP address: mend this line'
    )


def test_the_hash_is_of_what_is_excluded_not_of_how_it_is_written(tmp_path: Path) -> None:
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    one.write_text("198.51.100.0/24\n", encoding="utf-8")
    two.write_text("# sorted\n198.51.100.128/25\n198.51.100.0/25 # same\n", encoding="utf-8")
    three.write_text("198.51.100.0/25\n", encoding="utf-8")
    assert read_exclusions(one).hash == read_exclusions(two).hash
    assert read_exclusions(one).hash != read_exclusions(three).hash
    assert NO_EXCLUSIONS.hash == ""
