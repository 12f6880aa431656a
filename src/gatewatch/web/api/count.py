"""`/count`: how many services, or hosts, a query finds."""

from gatewatch.query.printing import printed
from gatewatch.query.search import count_hosts, count_services
from gatewatch.web.operations import (
    AT,
    QUERY,
    answered,
    described,
    is_known,
    parameter,
    schema_of,
    tag_of,
    what_was_asked,
)
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/count"
SCOPE = "read"
_UNITS = {"services": count_services, "hosts": count_hosts}
_UNIT = {"type": "string", "enum": list(_UNITS)}
OPERATION = described(
    "How many services, or hosts, a query finds.",
    [QUERY, AT, parameter("unit", "What is counted; services unless told.", _UNIT)],
    schema_of(
        query={"type": "string"},
        snapshots={"type": "array", "items": {"type": "string"}},
        unit=_UNIT,
        count={"type": "integer", "minimum": 0},
    ),
)


def answer(visit: Visit) -> Download:
    """The same as `gatewatch count`."""
    unit = visit.state.choice("unit", _UNITS, "services")
    query = visit.query()
    tag = tag_of(visit, visit.lake())
    if known := is_known(visit, tag):
        return known
    with visit.asked(query) as question:
        found = _UNITS[unit](question.con, question.scope.node)
        asked = what_was_asked(question.scope, printed(question.scope.query), unit)
        return answered({**asked, "count": found}, tag)
