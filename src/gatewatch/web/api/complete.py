"""`/complete`: what may be written at a place in a query, with counts of the snapshot looked at."""

from collections.abc import Iterator
from typing import Any

from gatewatch.enrich.countries import country_name
from gatewatch.model.fields import Field, Home, Kind
from gatewatch.model.hostile import shown
from gatewatch.query.completion import Wanted, fields_like, value_text, wanted_at
from gatewatch.query.words import values_of
from gatewatch.report.groupings import by_field
from gatewatch.report.top import top
from gatewatch.web.operations import AT, answered, described, parameter, schema_of
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/complete"
SCOPE = "read"
_OFFERED, _COUNTED, _LABEL = 12, 500, 80
_UNCOUNTED = (Kind.IP, Kind.TIME)
OPERATION = described(
    "What may be written at a place in a query: fields, or values with their counts.",
    [
        parameter("q", "The query as far as it is written."),
        parameter(
            "place",
            "How many characters stand before the place; all of them unless told.",
            {"type": "integer", "minimum": 0, "maximum": 4000},
        ),
        AT,
    ],
    schema_of(
        start={"type": "integer"},
        offers={
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string"},
                    "label": {"type": "string"},
                    "note": {"type": "string"},
                    "services": {"type": ["integer", "null"]},
                },
                "required": ["text", "label", "note", "services"],
            },
        },
    ),
)


def answer(visit: Visit) -> Download:
    """At most a dozen offers; each replaces the query from `start` to the place."""
    text = visit.state.one("q")
    at = visit.state.number("place", len(text), 0, 4000)
    wanted = wanted_at(text, at)
    if wanted is None:
        return answered({"start": at, "offers": []})
    entry = wanted.field
    found = _names(wanted) if entry is None else list(_values(visit, wanted, entry))
    return answered({"start": wanted.start, "offers": found[:_OFFERED]})


def _names(wanted: Wanted) -> list[dict[str, Any]]:
    return [
        {"text": f"{one.name}:", "label": one.name, "note": one.sentence, "services": None}
        for one in fields_like(wanted.begun)
    ]


def _values(visit: Visit, wanted: Wanted, entry: Field) -> Iterator[dict[str, Any]]:
    """Those of the snapshot, the most frequent first; then others that the field may take."""
    begun = wanted.begun.casefold()
    seen = set()
    for value, services in _counted(visit, entry):
        name = _name(entry, value)
        if begun in str(value).casefold() or begun in name.casefold():
            seen.add(str(value))
            yield _offer(wanted, entry, value, name, services)
    for value in values_of(entry, visit.site.overlay):
        name = _name(entry, value)
        starts = value.casefold().startswith(begun) or name.casefold().startswith(begun)
        if value not in seen and starts:
            yield _offer(wanted, entry, value, name, None)


def _counted(visit: Visit, entry: Field) -> Iterator[tuple[Any, int]]:
    if entry.kind in _UNCOUNTED or entry.home is Home.SNAPSHOT:
        return
    with visit.asked(visit.query("")) as question:
        found = top(question.con, question.scope, by_field(entry), _COUNTED)
    yield from ((one.key[0], one.count) for one in found.buckets)


def _name(entry: Field, value: object) -> str:
    return country_name(str(value)) if entry.name == "country" else ""


def _offer(
    wanted: Wanted, entry: Field, value: Any, name: str, services: int | None
) -> dict[str, Any]:
    return {
        "text": wanted.before + value_text(entry, value),
        "label": shown(value, _LABEL),
        "note": name,
        "services": services,
    }
