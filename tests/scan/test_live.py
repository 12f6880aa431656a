from pathlib import Path

import pytest

from gatewatch.model.address import parse_address, parse_network
from gatewatch.scan.live import LiveExclusions
from gatewatch.scan.ranges import Targets

ONE, TWO = parse_address("192.0.2.1"), parse_address("2001:db8::1")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "theirs.txt", tmp_path / "own.txt"]
    for path in paths:
        path.touch()
    return paths


def test_the_union_of_all_files_holds(files: list[Path]) -> None:
    files[0].write_text("192.0.2.0/30\n")
    files[1].write_text("2001:db8::/64\n")
    live = LiveExclusions(files, 0.0)
    assert live.holds(ONE)
    assert live.holds(TWO)
    assert not live.holds(parse_address("192.0.2.4"))
    left = live.left_of(Targets.of([parse_network("192.0.2.0/29")]))
    assert [(first & 7, last & 7) for first, last in left.v4] == [(4, 7)]


def test_a_change_is_seen_within_a_quarter_of_a_second_and_numbered(files: list[Path]) -> None:
    live = LiveExclusions(files, 0.0)
    version = live.version
    files[1].write_text("192.0.2.1\n")
    live.look(0.2)
    assert not live.holds(ONE)
    live.look(0.3)
    assert live.holds(ONE)
    assert live.version == version + 1
    live.look(0.6)
    assert live.version == version + 1


def test_a_file_that_cannot_be_read_is_a_problem_until_it_can(files: list[Path]) -> None:
    files[0].write_text("192.0.2.1\n")
    live = LiveExclusions(files, 0.0)
    files[0].write_text("192.0.2.1.\n")
    live.look(0.3)
    assert live.problem is not None
    assert "theirs.txt:1" in live.problem
    assert live.holds(ONE)
    files[0].write_text("\n")
    live.look(0.6)
    assert live.problem is None
    assert not live.holds(ONE)
