"""`/search`: the services that a query finds, page by page."""

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import field_of
from gatewatch.query.cursor import cursor_of, read_cursor
from gatewatch.query.printing import printed
from gatewatch.query.search import Page, count_services
from gatewatch.web.operations import (
    AT,
    QUERY,
    answered,
    described,
    fields_named,
    is_known,
    parameter,
    schema_of,
    tag_of,
    what_was_asked,
)
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/search"
SCOPE = "read"
_MOST, _USUAL = 1000, 100
OPERATION = described(
    "The services that a query finds, in order of address or of a field.",
    [
        QUERY,
        AT,
        parameter("fields", "Names of fields with commas between; none: all but the long ones."),
        parameter(
            "limit",
            f"So many rows at most; {_USUAL} unless told. /export has no such limit.",
            {"type": "integer", "minimum": 1, "maximum": _MOST},
        ),
        parameter("sort", "Order by this field, missing values last; by address unless told."),
        parameter("descending", "The other way round.", {"type": "boolean"}),
        parameter("after", "The next page: `next` of the page before."),
    ],
    schema_of(
        query={"type": "string"},
        snapshots={"type": "array", "items": {"type": "string"}},
        unit={"type": "string"},
        total={"type": "integer", "minimum": 0},
        rows={"type": "array", "items": {"type": "object"}},
        next={"type": ["string", "null"]},
    ),
)


def answer(visit: Visit) -> Download:
    """The same as `gatewatch search`."""
    state = visit.state
    fields = fields_named(state.one("fields"))
    limit = state.number("limit", _USUAL, 1, _MOST)
    sort = field_of(state.one("sort"), "sort") if state.one("sort") else None
    if sort is not None and sort.many:
        what, mend = f"{sort.name} is a list", "sort by a field of one value"
        raise BadArguments(where="sort", what=what, mend=mend)
    descending = state.flag("descending")
    order = f"{sort.name if sort else 'ip'} {descending}"
    query = visit.query()
    tag = tag_of(visit, visit.lake())
    if known := is_known(visit, tag):
        return known
    with visit.asked(query) as question:
        asked, after = question.scope.query, state.one("after")
        page = Page(
            question.con,
            question.scope.node,
            fields,
            limit=limit,
            sort=sort,
            descending=descending,
            start=read_cursor(after, asked, order) if after else None,
        )
        names = [entry.name for entry in fields]
        rows = [dict(zip(names, row, strict=True)) for row in page]
        is_full = page.count == limit and page.last is not None
        value = {
            **what_was_asked(question.scope, printed(asked), "services"),
            "total": count_services(question.con, question.scope.node),
            "rows": rows,
            "next": cursor_of(page.last, asked, order) if is_full and page.last else None,
        }
    return answered(value, tag)
