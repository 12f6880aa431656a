"""Rows leave the spool sorted, all of them, whatever the order and the number of runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewatch.store import spool as spool_module
from gatewatch.store.spool import Columns, Spool, join

PORTS = st.sampled_from([7547, 30005, 80])
ROWS4 = st.lists(st.tuples(st.just(0), st.integers(0, 2**32 - 1), PORTS), max_size=60)
ROWS6 = st.lists(
    st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), PORTS),
    max_size=60,
)


def columns(rows: list[Any]) -> Columns:
    """Rows of (high, low, port) as columns, numbered by `seen_at`."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    zeros = np.zeros(len(rows), dtype=np.int64)
    return Columns(table[:, 0], table[:, 1], table[:, 2], np.arange(len(rows)), zeros, zeros, zeros)


@pytest.mark.parametrize("family", [4, 6])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(data=st.data(), cuts=st.integers(1, 9), run=st.integers(1, 20), part=st.integers(1, 30))
def test_parts_are_the_rows_in_order(
    family: int,
    data: st.DataObject,
    cuts: int,
    run: int,
    part: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spool_module, "RUN_ROWS", run)
    monkeypatch.setattr(spool_module, "PART_ROWS", part)
    rows = data.draw(ROWS4 if family == 4 else ROWS6)
    spool = Spool(tmp_path, family)
    for start in range(0, len(rows), cuts):
        spool.add(columns(rows[start : start + cuts]))
    parts = list(spool.parts())
    found = join(parts) if parts else columns([])
    keys = list(zip(found.high.tolist(), found.low.tolist(), found.port.tolist(), strict=True))
    assert keys == sorted(rows)
    assert all(len(part.low) for part in parts)
    ends = [(part.high[-1], part.low[-1]) for part in parts[:-1]]
    starts = [(part.high[0], part.low[0]) for part in parts[1:]]
    assert all(end != start for end, start in zip(ends, starts, strict=True))
