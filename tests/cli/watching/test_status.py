from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.address import parse_address
from gatewatch.model.errors import Exit
from gatewatch.model.moment import SECOND
from gatewatch.model.signin import SignIn
from gatewatch.watch.signins import add

Status = Callable[..., int]
AT = 1_795_000_000 * SECOND


@pytest.fixture
def watch(tmp_path: Path) -> Path:
    some = [SignIn(user, parse_address("192.0.2.7"), AT, "okta") for user in ("alice", "bob")]
    add(tmp_path / "watch", some, now=AT)
    return tmp_path / "watch"


def test_what_is_kept_is_counted_by_day(watch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["watch", "status", "--watch", str(watch)]) == Exit.FOUND
    told = '{"day":"2026-11-18","signins":2,"people":2,"addresses":1,"failures":0}\n'
    assert capsys.readouterr().out == told


def test_nothing_kept_is_nothing_found(tmp_path: Path) -> None:
    assert run(["watch", "status", "--watch", str(tmp_path / "none")]) == Exit.NOTHING


def test_a_damaged_file_is_named(watch: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = (watch / "signins").glob("*/*")
    file.write_bytes(file.read_bytes()[:-1])
    assert run(["watch", "status", "--verify", "--watch", str(watch)]) == Exit.DATA
    assert "0001.parquet" in capsys.readouterr().err
