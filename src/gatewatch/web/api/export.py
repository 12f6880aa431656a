"""`/export`: every service that a query finds, as a stream of lines."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gatewatch.model.fields import Field
from gatewatch.model.hostile import json_line
from gatewatch.query.asking import asking
from gatewatch.query.parser import Query
from gatewatch.query.search import services
from gatewatch.store.lake import Lake
from gatewatch.web.operations import AT, NDJSON, QUERY, described, fields_named, parameter
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/export"
SCOPE = "export"
# Rows go out as fast as they are taken, and a slow reader is no slow question.
_LONGEST_S = 3600.0
_PIECE = 64 << 10
OPERATION = described(
    "Every service that a query finds, one JSON object a line, in bounded memory.",
    [
        QUERY,
        AT,
        parameter("fields", "Names of fields with commas between; none: all but the long ones."),
    ],
    {"type": "string"},
    NDJSON,
)


def answer(visit: Visit) -> Download:
    """The same as `gatewatch search --limit 0 --format ndjson`."""
    fields = fields_named(visit.state.one("fields"))
    lake, query = replace(visit.lake(), seconds=_LONGEST_S), visit.query()
    # What is wrong with the question is said before the first line.
    with asking(lake, query):
        pass
    return Download(_lines(lake, query, fields), NDJSON, filename="services.ndjson")


def _lines(lake: Lake, query: Query, fields: Sequence[Field]) -> Iterator[bytes]:
    names = [entry.name for entry in fields]
    piece: list[str] = []
    size = 0
    with asking(lake, query) as question:
        for row in services(question.con, question.scope.node, fields):
            line = json_line(dict(zip(names, row, strict=True)))
            piece.append(line)
            size += len(line)
            if size >= _PIECE:
                yield ("\n".join(piece) + "\n").encode()
                piece, size = [], 0
    if piece:
        yield ("\n".join(piece) + "\n").encode()
