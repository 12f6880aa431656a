"""`/check`: whether a query can be read, where it cannot, and what was meant."""

from gatewatch.model.errors import BadQuery
from gatewatch.query.mending import mends
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.web.operations import answered, described, parameter, schema_of
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/check"
SCOPE = "read"
_TEXTS = {"type": "array", "items": {"type": "string"}}
OPERATION = described(
    "Whether a query can be read, and if not, where and how to mend it.",
    [parameter("q", "The query.")],
    schema_of(
        query={"type": ["string", "null"]},
        notes=_TEXTS,
        message={"type": "string"},
        start={"type": "integer"},
        end={"type": "integer"},
        mends=_TEXTS,
    ),
)


def answer(visit: Visit) -> Download:
    """The same parser as everywhere; `query` is the canonical form, null where there is none."""
    plain = {"message": "", "start": 0, "end": 0, "mends": []}
    try:
        read = parse(visit.state.one("q"), overlay=visit.site.overlay)
    except BadQuery as error:
        told = error.to_json()
        found = {
            "query": None,
            "notes": [],
            "message": f"{error.values['what']}; {error.values['mend']}",
            "start": told["start"],
            "end": told["end"],
            "mends": mends(error, visit.site.overlay),
        }
        return answered(found)
    notes = [str(one) for one in (*read.rewrites, *read.notes)]
    return answered({"query": printed(read.node), "notes": notes, **plain})
