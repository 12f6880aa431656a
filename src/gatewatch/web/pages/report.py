"""Reports: a form, a chart with links, the table under it, and exactly this table as a file.

The form sends what the command line takes, and the same function answers both; a refusal is the
command line's sentence, with the form to go on from.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gatewatch.formats.write import TextWriter, writers
from gatewatch.model.errors import BadArguments, BadQuery, Exit, GatewatchError
from gatewatch.model.fields import FIELDS
from gatewatch.model.language import Language, Words
from gatewatch.model.table import Document, Table
from gatewatch.model.table import Page as Paper
from gatewatch.query.explain import advice, why_nothing
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.report.answers import Order, answer_to, widening
from gatewatch.report.counting import Unit
from gatewatch.report.presets import PRESETS
from gatewatch.report.wording import looked_at
from gatewatch.web.failures import error_page, status_of
from gatewatch.web.figures import figure_of
from gatewatch.web.told import call_of, command_of
from gatewatch.web.visit import Download, Menu, Page, Reply, Route, Visit

if TYPE_CHECKING:
    from gatewatch.query.asking import Question

__all__ = ["MENU", "ROUTES"]

MENU = Menu(20, "/report", lambda language: language.phrase("Report"))

_FIELD = "server"
_VIEWS = ("bars", "table", "trend", "map", "rare", "anomaly", "compare", "survival")
_CELLS = ("count", "row", "column", "expected")
# A page; the files hold as many as are asked for.
_VALUES_MOST, _ROWS_MOST = 1_000, 100_000
_CROSS_ROWS = 10
_TYPES = {
    "csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8", "png": "image/png",
    "json": "application/json", "ndjson": "application/x-ndjson", "svg": "image/svg+xml",
    "tsv": "text/tab-separated-values; charset=utf-8", "markdown": "text/markdown; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}  # fmt: skip


def report(visit: Visit) -> Reply:
    """The page; what cannot be answered is said above the form that asked for it."""
    try:
        order = _order(visit, _VALUES_MOST)
        answer = answer_to(order)
        with visit.asked(visit.query(), widening(order)) as question:
            return _answered(visit, order, question, answer(question, order))
    except BadQuery:
        raise
    except GatewatchError as error:
        if error.exit_code != Exit.BAD_INPUT:
            raise
        return _refused(visit, error)


def export(visit: Visit) -> Reply:
    """The same as a file in the format asked for."""
    name = visit.state.choice("format", writers(), "")
    writer = writers()[name]
    order = replace(_order(visit, _ROWS_MOST), people=writer.FOR_PEOPLE, before=False)
    answer = answer_to(order)
    with visit.asked(visit.query(), widening(order)) as question:
        tables = answer(question, order) or [Table(("nothing found",), [])]
        content = _written(tables if writer.FOR_PEOPLE else tables[:1], name, visit.language)
        snapshot = question.scope.infos[-1].id
    what = "-".join(order.by) or order.preset or visit.state.one("view")
    return Download(
        content,
        _TYPES.get(name, "text/plain; charset=utf-8"),
        f"report-{what}-{snapshot}{writer.SUFFIXES[0] if writer.SUFFIXES else '.txt'}",
    )


def _written(tables: Sequence[Table], name: str, language: Language) -> bytes:
    writer = writers()[name]
    document = Document(tables, page=Paper(language=language))
    if isinstance(writer, TextWriter):
        text = io.StringIO(newline="")
        writer.write(document, text)
        return text.getvalue().encode("utf-8", "backslashreplace")
    raw = io.BytesIO()
    writer.write_bytes(document, raw)
    return raw.getvalue()


def _order(visit: Visit, most: int) -> Order:
    """What the address asks for; raises BadArguments."""
    state = visit.state
    view = state.choice("view", _VIEWS, "bars")
    by = tuple(filter(None, (state.one("by"), state.one("by2"))))
    preset = state.one("preset")
    if not by and not preset and view in ("bars", "table", "compare"):
        by = (_FIELD,)
    count = state.number("n", 0, 1, most) or (_CROSS_ROWS if len(by) == 2 else None)
    return Order(
        by=by,
        count=count,
        unit=Unit(state.choice("unit", list(Unit), Unit.SERVICES)),
        over=view == "trend",
        survival=view == "survival",
        compare=_sides(visit) if view == "compare" else "",
        rare=view == "rare",
        anomaly=view == "anomaly",
        map=view == "map",
        before=view in ("bars", "table") and len(by) < 2,
        cells=state.choice("cells", _CELLS, _CELLS[0]),
        preset=preset,
        language=visit.language,
        now=visit.now,
    )


def _sides(visit: Visit) -> str:
    """Two snapshots or queries; the two newest snapshots unless the address names others."""
    ids = [one.id for one in visit.lake().snapshots]
    first = visit.state.one("a") or (ids[-2] if len(ids) > 1 else "")
    second = visit.state.one("b") or (ids[-1] if ids else "")
    if not first:
        raise BadArguments(
            where="report",
            what="there is one snapshot only, so nothing to compare it with",
            mend="name two queries, as in country:IT and country:FR",
        )
    return f"{first}..{second}"


def _answered(visit: Visit, order: Order, question: "Question", tables: Sequence[Table]) -> Page:
    state, language = visit.state, visit.language
    written = state.one("q")
    chart = state.one("view") != "table"

    def link(text: str) -> str:
        return state.having("/search", q=text)

    figures = [figure_of(one, link, language, chart=chart) for one in tables]
    title = figures[0].title if figures else language.phrase("Nothing found")
    nothing = None
    if not figures:
        alone = why_nothing(question.con, question.scope.node)
        nothing = {
            "alone": [(one, link(one.clause)) for one in alone],
            "advice": list(advice(question.scope.node)),
        }
    return Page(
        template="report.html",
        title=title,
        values={
            **_form(visit, order),
            "heading": title,
            "figures": figures,
            "nothing": nothing,
            "looked_at": looked_at(question.scope.infos, visit.now, language),
            "exports": [(name, state.having("/report/export", **_kept(visit), format=name))
                        for name, writer in writers().items()
                        if figures and _fits(name, tables)],
            "notes": [*question.query.rewrites, *question.query.notes],
        },
        query=written and printed(parse(written, overlay=visit.site.overlay).node),
        command=_command(visit, order),
        call=_call(visit, order),
    )  # fmt: skip


def _fits(name: str, tables: Sequence[Table]) -> bool:
    """Whether a picture has anything to draw."""
    return name not in ("svg", "png") or any(one.chart for one in tables)


def _refused(visit: Visit, error: GatewatchError) -> Page:
    """The page without figures: what is wrong, and the form."""
    language = visit.language
    plain = Order(language=language)
    return Page(
        template="report.html",
        title=language.phrase("This did not work"),
        values={
            **_form(visit, plain),
            **error_page(error, visit).values,
            "heading": language.phrase("This did not work"),
            "figures": [],
            "nothing": None,
            "looked_at": "",
            "exports": [],
            "notes": [],
        },
        status=status_of(error),
    )


def _kept(visit: Visit) -> dict[str, list[str]]:
    """All of the state, for an address of another path."""
    return {name: visit.state.all(name) for name, _ in visit.state.given if name != "format"}


def _form(visit: Visit, order: Order) -> dict[str, object]:
    """What the form and the row of views show."""
    state, language = visit.state, visit.language
    view = state.one("view", "bars")
    names = [one.id for one in reversed(visit.lakes.known())]
    a, _, b = order.compare.partition("..")
    return {
        "error": None,
        "marked": None,
        "view": view,
        "fields": sorted(FIELDS),
        "by": order.by[0] if order.by else "",
        "by2": order.by[1] if len(order.by) > 1 else "",
        "count": state.one("n"),
        "unit": state.one("unit", "services"),
        "cells": state.one("cells", "count"),
        "cells_known": _cells(language),
        "sides": (state.one("a") or a, state.one("b") or b),
        "names": names,
        "views": [
            (words, href, name == ("crosstab" if len(order.by) == 2 else view))
            for name, words, href in _views(visit)
        ],
        "presets": [
            (name, state.having(preset=name, by=None, by2=None, view=None)) for name in PRESETS
        ],
        "preset": state.one("preset"),
    }


def _views(visit: Visit) -> list[tuple[str, Words, str]]:
    """Each way to look at it: name, words, address."""
    language, having = visit.language, visit.state.having
    field = visit.state.one("by") or _FIELD
    second = visit.state.one("by2") or ("country" if field != "country" else _FIELD)
    bare = {"by2": None, "preset": None}
    both = having(view=None, by=field, by2=second, preset=None)
    everywhere = having(view="map", by="country", n=None, **bare)
    return [
        ("bars", language.phrase("Bars"), having(view=None, by2=None)),
        ("table", language.phrase("Table"), having(view="table", by2=None)),
        ("crosstab", language.phrase("Cross-tab"), both),
        ("trend", language.phrase("Trend"), having(view="trend", by=field, **bare)),
        ("map", language.phrase("Map"), everywhere),
        ("rare", language.phrase("Rare"), having(view="rare", **bare)),
        ("anomaly", language.phrase("Odd"), having(view="anomaly", by=None, **bare)),
        ("compare", language.phrase("Compare"), having(view="compare", by=field, **bare)),
    ]


def _cells(language: Language) -> list[tuple[str, Words]]:
    return [
        ("count", language.phrase("counts")),
        ("row", language.phrase("shares of the row")),
        ("column", language.phrase("shares of the column")),
        ("expected", language.phrase("what chance would bring")),
    ]


def _command(visit: Visit, order: Order) -> str:
    node = visit.query().node
    text = printed(node)
    return command_of(
        "report",
        *([] if text == "*" else [text]),
        by=list(order.by),
        n=order.count,
        unit=None if order.unit is Unit.SERVICES else str(order.unit),
        over="snapshots" if order.over else None,
        survival=order.survival,
        compare=order.compare,
        rare=order.rare,
        anomaly=order.anomaly,
        map=order.map,
        before=order.before and bool(order.by),
        cells=None if order.cells == _CELLS[0] else order.cells,
        preset=order.preset,
    )


def _call(visit: Visit, order: Order) -> str:
    return call_of(
        "/report",
        q=visit.state.one("q"),
        at=visit.state.one("at"),
        by=list(order.by),
        n=order.count,
        unit=None if order.unit is Unit.SERVICES else str(order.unit),
        over="snapshots" if order.over else None,
        compare=order.compare,
        rare=order.rare,
        anomaly=order.anomaly,
        survival=order.survival,
        preset=order.preset,
    )


ROUTES = (Route("/report", report), Route("/report/export", export))
