"""What endpoints of the API have in common: how they are described, asked and answered.

Each describes itself in the words of OpenAPI 3.1, and the description holds: a parameter that it
does not name is refused, so that nothing is accepted without effect.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import FIELDS, Field, field_of
from gatewatch.model.table import Table
from gatewatch.query.scope import Scope
from gatewatch.store.lake import Lake
from gatewatch.web.visit import Download, Handler, Visit

__all__ = [
    "AT",
    "NDJSON",
    "QUERY",
    "REPEATED",
    "answered",
    "checked",
    "described",
    "fields_named",
    "is_known",
    "objects",
    "parameter",
    "schema_of",
    "tag_of",
    "what_was_asked",
]

Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string", "maxLength": 4000}
NDJSON = "application/x-ndjson"
JSON = "application/json"
REPEATED: Schema = {"type": "array", "items": {"type": "string", "maxLength": 100}, "maxItems": 2}


def parameter(
    name: str, sentence: str, schema: Schema = TEXT, *, place: str = "query", required: bool = False
) -> Mapping[str, Any]:
    """A Parameter Object."""
    return {
        "name": name,
        "in": place,
        "description": sentence,
        "required": required or place == "path",
        "schema": dict(schema),
    }


QUERY = parameter("q", "The query, as docs/reference/query.md tells; none: everything.")
AT = parameter("at", "The snapshot to look at: its id; none: the latest, or what the query says.")


def schema_of(**properties: Schema) -> Schema:
    """An object that has all of these properties."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def described(
    summary: str,
    parameters: Sequence[Mapping[str, Any]],
    answer: Schema,
    media_type: str = JSON,
) -> Mapping[str, Any]:
    """An Operation Object without its errors, which are the same everywhere."""
    content = {media_type: {"schema": answer}}
    return {
        "summary": summary,
        "parameters": list(parameters),
        "responses": {"200": {"description": "Found, or found to be nothing.", "content": content}},
    }


def checked(operation: Mapping[str, Any], answer: Callable[[Visit], Download]) -> Handler:
    """`answer`, asked only with what `operation` names."""
    taken = {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] == "query"}

    def handler(visit: Visit) -> Download:
        counts = Counter(name for name, _ in visit.state.given)
        for name, count in counts.items():
            if name not in taken:
                mend = f"it takes {', '.join(taken) or 'none'}"
                raise BadArguments(where=visit.state.path, what=f'no parameter "{name}"', mend=mend)
            most = int(taken[name].get("maxItems", 1))
            if count > most:
                mend = f"give it {most} times at most"
                raise BadArguments(where=name, what=f"it came {count} times", mend=mend)
        return answer(visit)

    return handler


def tag_of(visit: Visit, lake: Lake) -> str:
    """What stands for the answer: it changes with the lake, its catalogue and the question."""
    held = [(one.id, one.created_at) for one in lake.snapshots]
    here = visit.state.here
    # What is asked of the last days is another question tomorrow.
    minute = int(visit.now // 60) if "now" in here.lower() else 0
    text = json.dumps([here, lake.manifest.catalogue, held, minute])
    return f'"{blake2b(text.encode(), digest_size=12).hexdigest()}"'


def is_known(visit: Visit, tag: str) -> Download | None:
    """The reply to a program that has the answer already (RFC 9110, section 13.1.2)."""
    tags = {one.strip().removeprefix("W/") for one in visit.known_tags.split(",")}
    if tag in tags or "*" in tags:
        return Download(b"", "", headers=_kept(tag), status=304)
    return None


def answered(value: Mapping[str, object], tag: str = "") -> Download:
    """`value` as JSON."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False)
    return Download(text.encode(), JSON, headers=_kept(tag) if tag else {})


def what_was_asked(scope: Scope, printed: str, unit: str) -> dict[str, object]:
    """What every answer says of itself: the canonical query, the snapshots, what is counted."""
    return {"query": printed, "snapshots": scope.ids, "unit": unit}


def objects(table: Table) -> Iterable[dict[str, object]]:
    """The rows of a table for programs."""
    return (dict(zip(table.columns, row, strict=True)) for row in table.rows)


def fields_named(words: str) -> list[Field]:
    """The fields that the parameter `fields` names, none: all but the long ones."""
    if not words:
        return [entry for entry in FIELDS.values() if not entry.extra]
    return list(dict.fromkeys(field_of(word.strip(), "fields") for word in words.split(",")))


def _kept(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache"}
