"""Which snapshots a query looks at."""

from dataclasses import replace

import pytest

from gatewatch.model.errors import BadQuery
from gatewatch.model.moment import parse_moment
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.query.scope import scope

ONE = SnapshotInfo(
    id="", tool="test", inputs=(), details={}, created_at=0, first_seen=0, last_seen=0,
    services=1, hosts=1, responses=1, duplicates=0, unanswered={}, rejected=0, partial=False,
    located_by={}, networks=(), catalogue="", version="", files={},
)  # fmt: skip
SNAPSHOTS = tuple(
    replace(ONE, id=name, first_seen=parse_moment(day), last_seen=parse_moment(day))
    for name, day in (
        ("2026-09-30", "2026-09-30"),
        ("2026-10-15", "2026-10-15"),
        ("2026-10-15-2", "2026-10-15T23:00:00Z"),
        ("2026-11-20", "2026-11-20"),
    )
)


@pytest.mark.parametrize(
    ("query", "ids", "rest"),
    [
        ("", "2026-11-20", "*"),
        ("server:x", "2026-11-20", "server:x"),
        ("snapshot:latest", "2026-11-20", "*"),
        ("snapshot:2026-10-15 server:x", "2026-10-15", "server:x"),
        ("snapshot=2026-10-15-2", "2026-10-15-2", "*"),
        ("snapshot:*", "2026-09-30 2026-10-15 2026-10-15-2 2026-11-20", "*"),
        ("snapshot:2026-10-*", "2026-10-15 2026-10-15-2", "*"),
        ("snapshot:2026-10-* snapshot:*-2", "2026-10-15-2", "*"),
        # A day, month or year that names no snapshot: what was known at its end
        ("at:2026-10-14", "2026-09-30", "*"),
        ("at:2026-10", "2026-10-15-2", "*"),
        ("at:2026", "2026-11-20", "*"),
        ("at:2027-01-01", "2026-11-20", "*"),
        # Whoever asks about times means all of them
        ("scan_time:2026-10", "2026-09-30 2026-10-15 2026-10-15-2 2026-11-20", "scan_time:2026-10"),
        ("scan_time>2026 snapshot:latest", "2026-11-20", "scan_time>2026"),
        ("not scan_time:2026-10", "2026-11-20", "not scan_time:2026-10"),
    ],
)
def test_conditions_on_snapshot_and_time_choose(query: str, ids: str, rest: str) -> None:
    chosen = scope(parse(query).node, SNAPSHOTS)
    assert chosen.ids == ids.split()
    assert printed(chosen.node) == rest
    assert chosen.query == parse(query).node


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("snapshot:2025", "query:1: no snapshot is called or known so; "),
        ("port:1 snapshot=2026-10", "query:8: no snapshot is called or known so; "),
        ("snapshot:2026-13", "query:1: no snapshot is called or known so; "),
        ("snapshot:x*", "query:1: no snapshot is called or known so; "),
        ("snapshot:2026-09-30 snapshot:2026-10-15", "query:21: no snapshot is called or known so"),
        ("snapshot!=2026-10-15", "query:1: snapshot chooses what is read, != leaves that open; "),
        ("not snapshot:2026-10-15", "query:5: snapshot chooses what is read, so not inside"),
        ("port:1 or (snapshot:* port:2)", "query:12: snapshot chooses what is read, so not"),
    ],
)
def test_what_chooses_nothing_is_refused(query: str, complaint: str) -> None:
    with pytest.raises(BadQuery) as caught:
        scope(parse(query).node, SNAPSHOTS)
    assert str(caught.value).startswith(complaint)


@pytest.mark.parametrize(
    ("query", "pinned"),
    [
        ("server:x", "server:x snapshot=2026-11-20"),
        ("at:2026-10 server:x", "snapshot:2026-10 server:x"),
        ("scan_time:2026", "scan_time:2026"),
        ("snapshot:*", "snapshot:*"),
    ],
)
def test_a_pinned_query_looks_at_the_same_snapshots_whatever_is_added(
    query: str, pinned: str
) -> None:
    chosen = scope(parse(query).node, SNAPSHOTS)
    assert printed(chosen.pinned()) == pinned
    with_time = scope(parse(f"{pinned} scan_time>=2000").node, SNAPSHOTS)
    assert with_time.ids == chosen.ids
