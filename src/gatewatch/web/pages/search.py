"""Services behind a query: how many, a page of them, the facets beside them, and all as a file.

The list comes first: where facets would keep people waiting they are a request of their own,
which the script puts in place and which is a page for browsers without one. A query that cannot
be read is offered mended; one that finds nothing explains itself, clause by clause.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewatch.formats.export import exporters
from gatewatch.model.errors import BadArguments, BadQuery
from gatewatch.model.fields import FIELDS, Field, field_of
from gatewatch.model.language import Words
from gatewatch.model.table import Value
from gatewatch.query.cursor import cursor_of, read_cursor
from gatewatch.query.explain import Alone, advice, nearest, why_nothing
from gatewatch.query.mending import mends
from gatewatch.query.nodes import EVERYTHING, Node, Not, all_of
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.query.scope import scope
from gatewatch.query.search import Page as Rows
from gatewatch.query.search import count_services
from gatewatch.report.counting import Unit, unit_read
from gatewatch.report.wording import looked_at
from gatewatch.web.facet_column import at_once, facet_column, field_word
from gatewatch.web.narrowing import Link, Narrowing, page_of
from gatewatch.web.selection import FORMATS
from gatewatch.web.state import State
from gatewatch.web.told import call_of, command_of
from gatewatch.web.visit import Menu, Page, Redirect, Reply, Route, Visit

if TYPE_CHECKING:
    from gatewatch.query.asking import Question
    from gatewatch.query.cursor import Position

__all__ = ["MENU", "ROUTES"]

MENU = Menu(10, "/search", lambda language: language.phrase("Search"))

_LIMIT = 25
_SORTS = ("ip", "scan_time", "risk", "server", "vendor", "country", "asn", "port", "status")
_READ = (
    "ip", "port", "snapshot", "scan_time", "country", "asn", "as.name", "server", "status", "realm",
    "title", "vendor", "model", "device.type", "software", "software.version", "role", "confidence",
    "cve", "verdict", "risk", "risk.band", "response",
)  # fmt: skip
_MOST_COLUMNS = 20
_MOST_CVES = 3
# Per cent from which an identification is called sure, and likely.
_SURE, _LIKELY = 90, 60


@dataclass(frozen=True, slots=True)
class Hit:
    """One service of the list."""

    host: str
    values: dict[str, Value]
    links: dict[str, Link | None]
    """None: the value is missing."""
    cves: Sequence[Link]
    more_cves: int
    sure: str
    """`sure`, `likely` or `guess`; empty: nobody says what it is."""


def search(visit: Visit) -> Reply:
    """The page of a query; an address or network that was typed has a page of its own."""
    state = visit.state
    if (page := page_of(state.one("q"))) is not None:
        return Redirect(state.having(page, q=None))
    try:
        written = parse(state.one("q"), overlay=visit.site.overlay)
        if state.one("and") or state.one("not"):
            return _joined(visit, written.node)
        query = visit.query()
        sort, descending, columns = _order(state), state.flag("down"), _columns(state)
        with visit.asked(query) as question:
            narrowing = Narrowing(state, written.node)
            return _found(visit, question, narrowing, sort, columns, descending=descending)
    except BadQuery as error:
        return _unreadable(visit, error)


def facets(visit: Visit) -> Reply:
    """The facets of a query by themselves."""
    written = parse(visit.state.one("q"), overlay=visit.site.overlay)
    narrowing = Narrowing(visit.state, written.node)
    with visit.asked() as question:
        found = []
        if count_services(question.con, question.scope.node):
            found = facet_column(question.con, question.scope, narrowing, visit.language)
    return Page(
        template="facets.html",
        title=visit.language.phrase("Narrow: {query}", query=narrowing.query),
        values={"facets": found, "narrowing": narrowing, "back": visit.state.having("/search")},
        query=narrowing.query,
    )


def _joined(visit: Visit, node: Node) -> Redirect:
    """The query with the clauses of pressed buttons: `and` narrows, `not` excludes."""
    for name in ("and", "not"):
        for text in visit.state.all(name):
            clause = parse(text, overlay=visit.site.overlay).node
            if clause == EVERYTHING:
                continue
            if name == "not":
                clause = clause.part if isinstance(clause, Not) else Not(clause)
            node = Narrowing(visit.state, node).joined(clause)
    return Redirect(visit.state.having(q=printed(node), **{"and": None, "not": None}))


def _order(state: State) -> Field | None:
    if not state.one("sort"):
        return None
    entry = field_of(state.one("sort"), "sort")
    if entry.many:
        mend = "sort by a field of one value"
        raise BadArguments(where="sort", what=f"{entry.name} is a list", mend=mend)
    return entry


def _columns(state: State) -> list[Field]:
    """The fields of the table that was asked for; none: the list."""
    names = [name.strip() for name in state.one("fields").split(",") if name.strip()]
    if len(names) > _MOST_COLUMNS:
        mend = f"give at most {_MOST_COLUMNS}"
        raise BadArguments(where="fields", what=f"{len(names)} are too many", mend=mend)
    return list(dict.fromkeys(field_of(name, "fields") for name in names))


def _found(
    visit: Visit,
    question: "Question",
    narrowing: Narrowing,
    sort: Field | None,
    columns: Sequence[Field],
    *,
    descending: bool,
) -> Reply:
    started = time.perf_counter()
    state, language, asked = visit.state, visit.language, question.scope
    total = count_services(question.con, asked.node)
    if not total:
        return _nothing(visit, question, narrowing)
    order = f"{sort.name if sort else 'ip'} {descending}"
    start = read_cursor(state.one("after"), asked.query, order) if state.one("after") else None
    fields = columns or [FIELDS[name] for name in _READ]
    page = Rows(
        question.con,
        asked.node,
        fields,
        limit=_LIMIT,
        sort=sort,
        descending=descending,
        start=start,
    )
    rows = list(page)
    there = facet_column(question.con, asked, narrowing, language) if at_once(asked) else None
    spent = time.perf_counter() - started
    return Page(
        template="search.html",
        title=language.phrase("Search: {query}", query=narrowing.query),
        values={
            **_around(visit, question, narrowing),
            "total": total,
            "hosts": _hosts(question),
            "hits": [] if columns else [_hit(row, narrowing) for row in rows],
            "table": _table(columns, rows, narrowing) if columns else None,
            "facets": there,
            "facets_url": state.having("/search/facets", q=narrowing.query, at=state.one("at")),
            "sorts": [(name, field_word(name, language)) for name in _SORTS],
            "sort": sort.name if sort else "ip",
            "descending": descending,
            "first": start is None,
            "next": _next(state, page.last, asked.query, order, full=len(rows) == _LIMIT),
            "several": len(asked.infos) > 1,
            "spent": language.number(spent, 2),
        },
        query=narrowing.query,
        command=_command(state, narrowing, sort, descending=descending),
        call=_call(state, narrowing),
    )


def _around(visit: Visit, question: "Question", narrowing: Narrowing) -> dict[str, object]:
    """What stands around the list, and around nothing."""
    state, query = visit.state, narrowing.query
    return {
        "narrowing": narrowing,
        "clauses": narrowing.clauses(),
        "written": state.one("q"),
        "notes": question.query.notes,
        "rewrites": question.query.rewrites,
        "looked_at": looked_at(question.scope.infos, visit.now, visit.language),
        "report": state.having("/report", q=query, by="server"),
        "save": state.having("/saved", q=query),
        "exports": [
            (name, state.having("/search/export", q=query, format=name, fields=state.one("fields")))
            for name in (*FORMATS, *exporters())
        ],
    }


def _command(state: State, narrowing: Narrowing, sort: Field | None, *, descending: bool) -> str:
    query = narrowing.node
    if state.one("at"):
        query = all_of([query, parse(f'snapshot:"{state.one("at")}"').node])
    text = printed(query)
    return command_of(
        "search",
        *([] if query == EVERYTHING else [text]),
        fields=state.one("fields"),
        sort=sort.name if sort else None,
        descending=descending,
    )


def _call(state: State, narrowing: Narrowing) -> str:
    return call_of(
        "/search", q=narrowing.query, at=state.one("at"), fields=state.one("fields"),
        sort=state.one("sort"), descending=state.flag("down"),
    )  # fmt: skip


def _hosts(question: "Question") -> int | None:
    """Where it costs nothing to know."""
    asked = question.scope
    if unit_read(asked, Unit.HOSTS) is Unit.SERVICES:
        return count_services(question.con, asked.node)
    return asked.infos[0].hosts if asked.node == EVERYTHING and len(asked.infos) == 1 else None


def _next(state: State, last: "Position | None", query: Node, order: str, *, full: bool) -> str:
    if last is None or not full:
        return ""
    return state.having(after=cursor_of(last, query, order))


def _hit(row: Sequence[Value], narrowing: Narrowing) -> Hit:
    values = dict(zip(_READ, row, strict=True))
    named = [name for name in _READ if name not in ("ip", "cve", "scan_time", "snapshot")]
    links = {
        name: None if values[name] is None else narrowing.link(name, values[name]) for name in named
    }
    cves = values["cve"] if isinstance(values["cve"], list) else []
    sure = values["confidence"]
    known = any(values[name] for name in ("vendor", "model", "device.type", "software"))
    word = ""
    if known and isinstance(sure, int):
        word = "sure" if sure >= _SURE else "likely" if sure >= _LIKELY else "guess"
    return Hit(
        narrowing.state.having(f"/host/{values['ip']}", q=None),
        values,
        links,
        [narrowing.link("cve", cve) for cve in cves[:_MOST_CVES]],
        max(len(cves) - _MOST_CVES, 0),
        word,
    )


def _table(
    columns: Sequence[Field], rows: Sequence[Sequence[Value]], narrowing: Narrowing
) -> tuple[Sequence[Field], list[list[Sequence[Link]]]]:
    """Each cell as the links of its values."""
    return columns, [
        [_cell(entry, value, narrowing) for entry, value in zip(columns, row, strict=True)]
        for row in rows
    ]


def _cell(entry: Field, value: Value, narrowing: Narrowing) -> Sequence[Link]:
    if value is None:
        return ()
    if entry.name == "ip":
        return (Link(value, narrowing.state.having(f"/host/{value}", q=None)),)
    several = value if isinstance(value, list) else [value]
    plain = entry.name in ("scan_time", "first_seen", "last_seen", "snapshot")
    return [Link(one) if plain else narrowing.link(entry.name, one) for one in several]


def _unreadable(visit: Visit, error: BadQuery) -> Page:
    """Where the query cannot be read, why, and what may have been meant."""
    told = error.to_json()
    start, end = int(str(told["start"])), int(str(told["end"]))
    state = visit.state
    return Page(
        template="unreadable.html",
        title=visit.language.phrase("This query cannot be read"),
        values={
            "error": error,
            "before": error.text[:start],
            "bad": error.text[start:end],
            "behind": error.text[end:],
            "mends": [
                (text, state.having(q=text, **{"and": None, "not": None}))
                for text in mends(error, visit.site.overlay)
            ],
        },
        status=400,
    )


def _nothing(visit: Visit, question: "Question", narrowing: Narrowing) -> Page:
    """Why nothing was found: each clause alone, what is near, other snapshots."""
    language, con, asked = visit.language, question.con, question.scope
    near = nearest(con, asked.node)
    return Page(
        template="nothing.html",
        title=language.phrase("Nothing found: {query}", query=narrowing.query),
        values={
            **_around(visit, question, narrowing),
            "alone": [_alone(one, visit.state) for one in why_nothing(con, asked.node)],
            "near": _alone(near, visit.state) if near else None,
            "advice": list(advice(asked.node)),
            "there": count_services(con, EVERYTHING),
            "elsewhere": _elsewhere(visit, question),
            "everything": visit.state.having(q="*"),
        },
        query=narrowing.query,
        command=_command(visit.state, narrowing, None, descending=False),
        call=_call(visit.state, narrowing),
    )


def _alone(one: Alone, state: State) -> tuple[Alone, str]:
    return one, state.having(q=one.clause)


def _elsewhere(visit: Visit, question: "Question") -> tuple[Words, int, str] | None:
    """Services in other snapshots that the query finds."""
    lake, asked = question.lake, question.scope
    if len(asked.infos) == len(lake.snapshots):
        return None
    every = all_of([asked.node, parse("snapshot:*").node])
    wider = scope(every, lake.snapshots)
    with visit.asked(parse(printed(every), overlay=visit.site.overlay)) as there:
        count = count_services(there.con, wider.node)
    words = looked_at(wider.infos, visit.now, visit.language)
    return (words, count, visit.state.having(q=printed(every), at=None)) if count else None


ROUTES = (Route("/search", search), Route("/search/facets", facets))
