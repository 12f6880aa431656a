"""Words of every report: how many of what, how old, which snapshots."""

from collections.abc import Sequence

from gatewatch.model.language import ENGLISH, Language, Words
from gatewatch.model.moment import SECOND, day_of
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import QUERY

__all__ = [
    "age_of",
    "counted",
    "cut",
    "headings",
    "listed",
    "looked_at",
    "title_by",
    "unit_word",
]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def counted(number: int, thing: str) -> str:
    """`1 host`, `1,204 hosts`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def cut(text: str, most: int) -> str:
    """`text`, or its beginning where it is longer than `most`."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def listed(names: Sequence[str], language: Language = ENGLISH) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = names
    if not first:
        return last
    return language.phrase("{first} and {last}", first=", ".join(first), last=last)


def looked_at(infos: Sequence[SnapshotInfo], now: float, language: Language = ENGLISH) -> Words:
    """`snapshot 2026-11-20, 4 days old`, or from when to when several are."""
    if len(infos) == 1:
        age = age_of(now - infos[0].last_seen / SECOND, language)
        return language.phrase("snapshot {id}, {age}", id=infos[0].id, age=age)
    first, last = min(one.first_seen for one in infos), max(one.last_seen for one in infos)
    return language.phrase(
        "{n} snapshots, {first} to {last}",
        n=len(infos),
        first=language.day(day_of(first)),
        last=language.day(day_of(last)),
    )


def age_of(seconds: float, language: Language = ENGLISH) -> Words:
    """`4 days old`; what lies ahead is said too, since a clock must be wrong then."""
    if seconds < -_MINUTE:
        return language.phrase("from the future")
    if seconds >= 2 * _DAY:
        return language.phrase("{n} days old", n=int(seconds // _DAY))
    if seconds >= 2 * _HOUR:
        return language.phrase("{n} hours old", n=int(seconds // _HOUR))
    if seconds >= 2 * _MINUTE:
        return language.phrase("{n} minutes old", n=int(seconds // _MINUTE))
    return language.phrase("just taken")


def unit_word(unit: str, language: Language) -> Words:
    """What is counted, as people read it."""
    return language.phrase("hosts") if unit == "hosts" else language.phrase("services")


def title_by(unit: str, field: str, query: str, language: Language) -> Words:
    """`Services by server: country:IT`."""
    if unit == "hosts":
        title = language.phrase("Hosts by {field}", field=field)
    else:
        title = language.phrase("Services by {field}", field=field)
    if query == "*":
        return title
    return language.phrase("{title}: {query}", title=title, query=query)


def headings(language: Language) -> dict[str, Words]:
    """What people read above the columns that many reports have."""
    return {
        "rank": language.phrase("rank"),
        "services": language.phrase("services"),
        "hosts": language.phrase("hosts"),
        "share": language.phrase("share"),
        "total": language.phrase("total"),
        "low": language.phrase("at least"),
        "high": language.phrase("at most"),
        "snapshot": language.phrase("snapshot"),
        "change": language.phrase("change"),
        QUERY: language.phrase("query"),
    }
