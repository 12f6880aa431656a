"""`/fields`: the field catalogue, all of it or what a word finds."""

from gatewatch.model.fields import FIELDS
from gatewatch.web.operations import answered, described, parameter, schema_of
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/fields"
SCOPE = "read"
_TEXTS = {"type": "array", "items": {"type": "string"}}
OPERATION = described(
    "The fields that queries and reports know.",
    [parameter("word", "Part of a name, an alias or the sentence.")],
    schema_of(
        fields={
            "type": "array",
            "items": schema_of(
                field={"type": "string"},
                kind={"type": "string"},
                sentence={"type": "string"},
                example={"type": "string"},
                aliases=_TEXTS,
            ),
        }
    ),
)


def answer(visit: Visit) -> Download:
    """The same as `gatewatch fields`."""
    word = visit.state.one("word").lower()
    found = [
        {
            "field": one.name,
            "kind": one.shape,
            "sentence": one.sentence,
            "example": one.example,
            "aliases": list(one.aliases),
        }
        for one in FIELDS.values()
        if any(word in text.lower() for text in (one.name, one.sentence, *one.aliases))
    ]
    return answered({"fields": found})
