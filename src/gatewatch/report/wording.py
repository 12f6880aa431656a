"""Words of every report: how many of what, how old, which snapshots."""

from collections.abc import Sequence

from gatewatch.model.moment import SECOND, day_of
from gatewatch.model.snapshot import SnapshotInfo

__all__ = ["age_of", "counted", "cut", "listed", "looked_at", "per_cent"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def counted(number: int, thing: str) -> str:
    """`1 host`, `1,204 hosts`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def cut(text: str, most: int) -> str:
    """`text`, or its beginning where it is longer than `most`."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def per_cent(share: float) -> str:
    """`51.3 %`."""
    return f"{share * 100:.1f} %"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def looked_at(infos: Sequence[SnapshotInfo], now: float) -> str:
    """`snapshot 2026-11-20, 4 days old`, or from when to when several are."""
    if len(infos) == 1:
        return f"snapshot {infos[0].id}, {age_of(now - infos[0].last_seen / SECOND)}"
    first, last = min(one.first_seen for one in infos), max(one.last_seen for one in infos)
    return f"{len(infos)} snapshots, {day_of(first)} to {day_of(last)}"


def age_of(seconds: float) -> str:
    """`4 days old`; what lies ahead is said too, since a clock must be wrong then."""
    if seconds < -_MINUTE:
        return "from the future"
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= 2 * unit:
            return f"{int(seconds // unit)} {name}s old"
    return "just taken"
