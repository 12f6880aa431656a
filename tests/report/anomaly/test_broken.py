"""Breaks are found where they are, and only across snapshots that cover the same."""

from dataclasses import replace

import pytest
from tests.model.test_snapshot import INFO

from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.report.anomaly.broken import Break, Series, breaks_of

DAY = 86_400_000_000


def infos(count: int) -> list[SnapshotInfo]:
    return [replace(INFO, id=f"s{n}", last_seen=n * DAY) for n in range(count)]


def found(
    counts: dict[int, list[int]], covered: list[str] | None = None, first: int = 1
) -> list[Break]:
    series: Series = {(asn, 7547): row for asn, row in counts.items()}
    count = len(next(iter(counts.values())))
    return breaks_of(series, infos(count), covered or [""] * count, first)


# Ordinary networks that drift a little, so that what is usual is known.
QUIET = {
    asn: [1000 + asn % 7 * 10, 1010 - asn % 5 * 9, 990 + asn % 3 * 12, 1000] for asn in range(20)
}


@pytest.mark.parametrize(
    ("counts", "before", "after"),
    [
        ([1000, 1000, 1000, 0], 1000, 0),
        ([1000, 1000, 1000, 450], 1000, 450),
        ([100, 110, 90, 700], 100, 700),
        ([0, 0, 0, 50], 0, 50),
    ],
)
def test_a_break_is_found_with_its_counts(counts: list[int], before: int, after: int) -> None:
    [one] = found({**QUIET, 99: counts})
    assert (one.key, one.at, one.until, one.before, one.after) == ((99, 7547), 3, 3, before, after)
    assert one.fell is (after < before)


def test_sevenfold_within_nine_days_is_one_break() -> None:
    """Virgin Media in October 2020: 235, 412, 787 thousand, 1.7 million."""
    quiet = {asn: [1000 + (asn * n) % 7 * 9 for n in range(6)] for asn in range(20)}
    rise = [230_000, 235_000, 236_000, 412_000, 787_000, 1_700_000]
    [one] = found({**quiet, 5089: rise})
    assert (one.key[0], one.before, one.after) == (5089, 236_000, 1_700_000)
    assert one.until == 5


@pytest.mark.parametrize(
    "counts",
    [
        [1000, 1000, 1000, 600],
        [1000, 1000, 1000, 1700],
        [12, 15, 10, 2],
        [1000, 1030, 960, 1010],
    ],
)
def test_less_than_half_a_handful_and_unrest_are_none(counts: list[int]) -> None:
    assert found({**QUIET, 99: counts}) == []


def test_nothing_is_compared_across_a_change_of_coverage() -> None:
    counts = {**QUIET, 99: [1000, 1000, 1000, 0]}
    assert found(counts, ["", "", "", "ports 80 to 7547"]) == []
    assert found(counts, ["", "", "tool", ""]) != []


def test_only_what_lasts_into_the_snapshots_looked_at_is_told() -> None:
    early = {**QUIET, 99: [1000, 400, 400, 400]}
    assert found(early, first=3) == []
    [one] = found(early)
    assert (one.at, one.before, one.after) == (1, 1000, 400)


def test_when_all_fall_together_no_network_is_singled_out() -> None:
    falling = {asn: [1000 + asn, 1000, 1000, 400 + asn] for asn in range(20)}
    assert found(falling) == []
