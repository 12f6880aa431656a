from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from tests.conftest import MakeLake, MakeObservation

from gatewatch.cli.parser import Parser
from gatewatch.cli.question import add_reading_options, opened_lake
from gatewatch.model.errors import Exit, QueryTooSlow
from gatewatch.store.lake import Lake

# Hours of counting, if nobody stops it.
ENDLESS = "SELECT count(*) FROM range(100000000000000) t(i) WHERE hash(i) = 1"


@pytest.fixture
def lake(make_lake: MakeLake, seen: MakeObservation, tmp_path: Path) -> Lake:
    make_lake([seen("192.0.2.1")])
    return Lake.open(tmp_path / "lake")


def test_a_reading_that_takes_too_long_is_stopped_and_says_how_to_mend_it(lake: Lake) -> None:
    slow = replace(lake, seconds=0.2)
    with pytest.raises(QueryTooSlow) as caught, slow.reading([lake.snapshots[0].id]) as con:
        con.execute(ENDLESS).fetchall()
    assert str(caught.value) == (
        f"{lake.path}: the question took longer than 0.2 s: narrow it (a country, a network, "
        "one snapshot), or allow more with --timeout"
    )
    assert caught.value.exit_code == Exit.DATA


def test_a_late_reading_begins_no_further_query(lake: Lake) -> None:
    def twice() -> None:
        with replace(lake, seconds=0.05).reading([lake.snapshots[0].id]) as con:
            with suppress(duckdb.InterruptException):
                con.execute(ENDLESS).fetchall()
            con.execute(ENDLESS).fetchall()

    with pytest.raises(QueryTooSlow):
        twice()


def test_a_reading_within_its_time_is_answered(lake: Lake) -> None:
    with replace(lake, seconds=600.0).reading([lake.snapshots[0].id]) as con:
        assert con.execute("SELECT count(*) FROM services").fetchall() == [(1,)]


@pytest.mark.parametrize(("flags", "seconds"), [
    ([], 3600.0),
    (["--timeout", "2.5"], 2.5),
    (["--timeout", "0"], None),
])  # fmt: skip
def test_a_question_takes_as_long_as_the_setting_says(
    flags: list[str], seconds: float | None, lake: Lake
) -> None:
    parser = Parser()
    add_reading_options(parser)
    args = parser.parse_args(["--lake", str(lake.path), *flags])
    assert opened_lake(args).seconds == seconds
