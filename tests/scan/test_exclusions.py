from datetime import date
from pathlib import Path

import pytest

from gatewatch.model.errors import BadArguments, Exit, PoliteRefusal
from gatewatch.scan.exclusions import NO_EXCLUSIONS, add_exclusions, read_exclusions


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


@pytest.mark.parametrize(
    ("comment", "holds"),
    [
        ("# until 2026-12-31", True),
        ("# until 2026-12-30", False),
        ("# noc@example.net, expires: 2026-01-01.", False),
        ("# asked 2020-01-01", True),
        ("", True),
    ],
)
def test_an_exclusion_may_end(comment: str, holds: bool, tmp_path: Path) -> None:
    path = tmp_path / "exclude.txt"
    path.write_text(f"192.0.2.1 {comment}\n")
    found = read_exclusions(path, today=date(2026, 12, 31))
    assert found.targets.size == int(holds)


def test_an_end_that_is_no_date_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "exclude.txt"
    path.write_text("192.0.2.1 # until tomorrow\n")
    with pytest.raises(PoliteRefusal, match=r"exclude.txt:1: .* has an end that is no date"):
        read_exclusions(path)


def test_added_lines_are_whole_and_their_reason_cannot_forge_others(tmp_path: Path) -> None:
    path = tmp_path / "exclude.txt"
    path.write_text("192.0.2.1  # no line end")
    add_exclusions(path, ["198.51.100.0/24", "192.0.2.9"], "noc #4\n203.0.113.0/24")
    assert read_exclusions(path).targets.size == 1 + 256 + 1
    assert path.read_text().count("\n") == 3
    with pytest.raises(BadArguments, match=r"192\.0\.2\.300"):
        add_exclusions(path, ["192.0.2.2", "192.0.2.300"], "")
    assert "192.0.2.2 " not in path.read_text()
