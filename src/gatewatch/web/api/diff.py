"""`/diff`: what came, went and changed between two snapshots."""

from itertools import islice

from gatewatch.query.printing import printed
from gatewatch.report.diff import Fate, changes, summary
from gatewatch.report.tables.diff import rows_of
from gatewatch.web.operations import (
    QUERY,
    answered,
    described,
    is_known,
    objects,
    parameter,
    schema_of,
    tag_of,
)
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/diff"
SCOPE = "read"
_MOST, _USUAL = 1000, 100
_COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}
OPERATION = described(
    "Which services are new, gone or changed between two snapshots.",
    [
        parameter("a", "The earlier snapshot.", required=True),
        parameter("b", "The later one; the latest unless told."),
        QUERY,
        parameter(
            "limit",
            f"So many services at most; {_USUAL} unless told.",
            {"type": "integer", "minimum": 1, "maximum": _MOST},
        ),
    ],
    schema_of(
        a={"type": "string"},
        b={"type": "string"},
        query={"type": "string"},
        fates=_COUNTS,
        fields=_COUNTS,
        rows={"type": "array", "items": {"type": "object"}},
    ),
)


def answer(visit: Visit) -> Download:
    """The same as `gatewatch diff`."""
    state, lake = visit.state, visit.lake()
    limit = state.number("limit", _USUAL, 1, _MOST)
    node = visit.query().node
    before, after = (lake.snapshot(state.one(name, "latest")).id for name in ("a", "b"))
    tag = tag_of(visit, lake)
    if known := is_known(visit, tag):
        return known
    with lake.reading([before, after]) as con:
        found = summary(con, before, after, node)
        table = rows_of(changes(con, before, after, node), limit)
        rows = list(islice(objects(table), limit))
    fates = {str(fate): found.fates[fate] for fate in Fate} | {"same": found.same}
    value = {"a": before, "b": after, "query": printed(node), "fates": fates}
    return answered({**value, "fields": dict(found.fields), "rows": rows}, tag)
