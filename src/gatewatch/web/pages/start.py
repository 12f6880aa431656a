"""The first page: what the lake holds in three figures, what others ask, the tables of 2019."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gatewatch.model.fields import FIELDS
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.parser import parse
from gatewatch.query.search import count_services
from gatewatch.report.coverage import breaks, ports_seen
from gatewatch.report.facets import facets
from gatewatch.report.presets import PRESETS
from gatewatch.report.tables.basis import coverage_of
from gatewatch.report.wording import age_of
from gatewatch.web.examples import first_examples
from gatewatch.web.facet_column import field_word
from gatewatch.web.narrowing import list_url
from gatewatch.web.told import command_of
from gatewatch.web.visit import Page, Reply, Route, Visit

if TYPE_CHECKING:
    from gatewatch.report.top import Report

__all__ = ["MENU", "ROUTES"]

MENU = None

_PRESET = {"preset": "censys-2019"}
_VALUES = 6
_SNAPSHOTS = 6
_KNOWN = "cve:*"
_SECOND = 1_000_000


def start(visit: Visit) -> Reply:
    """Needs a lake; without one the error says how to make it."""
    lake = visit.lake()
    infos = lake.snapshots
    newest, before = infos[-1], infos[-2] if len(infos) > 1 else None
    with visit.asked(parse("")) as question:
        con = question.con
        known = count_services(con, parse(_KNOWN).node)
        found = facets(con, question.scope, PRESETS[_PRESET["preset"]], _VALUES)
        examples = [
            (words, query, count_services(con, parse(query, overlay=visit.site.overlay).node))
            for words, query in first_examples(visit.language)
        ]
    change = newest.services - before.services if before else 0
    return Page(
        template="start.html",
        title=visit.language.phrase("Start"),
        values={
            "newest": newest,
            "age": age_of(visit.now - newest.last_seen / _SECOND, visit.language),
            "known": known,
            "known_query": _KNOWN,
            "share": known / newest.services if newest.services else None,
            "before": before,
            "change": change,
            "relative": change / before.services if before and before.services else None,
            "broken": _broken(visit, infos),
            "examples": examples,
            "held": [
                (one, coverage_of(one, visit.language)) for one in infos[: -_SNAPSHOTS - 1 : -1]
            ],
            "tables": [_table(visit, one) for one in found],
            "preset": visit.state.having("/report", **_PRESET),
        },
        query="",
        command=command_of("report", **_PRESET),
    )


def _broken(visit: Visit, infos: Sequence[SnapshotInfo]) -> str:
    """What changed in coverage since the snapshot before, so that figures cannot be compared."""
    if len(infos) < 2:
        return ""
    last = infos[-2:]
    lake = visit.lake()
    with lake.reading([one.id for one in last]) as con:
        return breaks(last, ports_seen(con), visit.language)[-1]


def _table(visit: Visit, report: "Report") -> dict[str, object]:
    """One table of 2019, as of today."""
    name = report.grouping.name
    most = max((one.count for one in report.rows), default=1)
    return {
        "name": name,
        "heading": field_word(name, visit.language),
        # The report of devices or else software is there as a part of the preset only.
        "more": visit.state.having("/report", **({"by": name} if name in FIELDS else _PRESET)),
        "rows": [
            (one, list_url(one.query), round(100 * one.count / most, 1)) for one in report.buckets
        ],
        "missing": report.missing,
        "other": report.other.count if report.other else 0,
        "other_values": report.other_values,
    }


ROUTES = (Route("/", start),)
