"""`/report`: counts of a field or two, trends, comparisons and what is odd."""

from gatewatch.query.printing import printed
from gatewatch.report.answers import Order, answer_to, widening
from gatewatch.report.counting import Unit
from gatewatch.web.operations import (
    AT,
    QUERY,
    REPEATED,
    answered,
    described,
    is_known,
    objects,
    parameter,
    schema_of,
    tag_of,
    what_was_asked,
)
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/report"
SCOPE = "read"
_MOST = 1000
_UNIT = {"type": "string", "enum": [str(one) for one in Unit]}
_YES = {"type": "boolean"}
OPERATION = described(
    "Counts by a field or two, each with the query that finds exactly what is counted.",
    [
        QUERY,
        AT,
        parameter("by", "A field; given twice: a cross-tab; none: a preset.", REPEATED),
        parameter("n", "So many values.", {"type": "integer", "minimum": 1, "maximum": _MOST}),
        parameter("unit", "What is counted; services unless told.", _UNIT),
        parameter("over", "A trend.", {"type": "string", "enum": ["snapshots"]}),
        parameter("compare", "Two snapshots, or two queries: A..B."),
        parameter("rare", "Kinds that hardly exist; with `by` the least frequent values.", _YES),
        parameter("anomaly", "What is odd, in sentences.", _YES),
        parameter("survival", "How long hosts satisfy the query.", _YES),
        parameter("preset", "Several reports at once; the first of them is given."),
    ],
    schema_of(
        query={"type": "string"},
        snapshots={"type": "array", "items": {"type": "string"}},
        unit=_UNIT,
        rows={"type": "array", "items": {"type": "object"}},
    ),
)


def answer(visit: Visit) -> Download:
    """The same as `gatewatch report --format ndjson`; nothing found is no rows."""
    state = visit.state
    unit = Unit(state.choice("unit", [str(one) for one in Unit], str(Unit.SERVICES)))
    order = Order(
        by=tuple(state.all("by")),
        count=state.number("n", 0, 1, _MOST) or None,
        unit=unit,
        over=state.choice("over", ("", "snapshots"), "") == "snapshots",
        compare=state.one("compare"),
        rare=state.flag("rare"),
        anomaly=state.flag("anomaly"),
        survival=state.flag("survival"),
        preset=state.one("preset"),
        people=False,
        now=visit.now,
    )
    found, query = answer_to(order), visit.query()
    tag = tag_of(visit, visit.lake())
    if known := is_known(visit, tag):
        return known
    with visit.asked(query, widening(order)) as question:
        rows = [row for table in found(question, order) for row in objects(table)]
        asked = what_was_asked(question.scope, printed(question.scope.query), str(unit))
    return answered({**asked, "rows": rows}, tag)
