"""The field catalogue: what can be searched, counted and shown, and what stands in it today."""

from gatewatch.model.errors import PageUnknown
from gatewatch.model.fields import FIELDS, Field, Home, field_named
from gatewatch.query.operators import OPERATORS
from gatewatch.query.parser import parse
from gatewatch.query.words import values_of
from gatewatch.report.groupings import by_field
from gatewatch.report.top import top
from gatewatch.report.wording import looked_at
from gatewatch.web.narrowing import list_url
from gatewatch.web.told import call_of, command_of
from gatewatch.web.visit import Menu, Page, Redirect, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = Menu(80, "/fields", lambda language: language.phrase("Fields"))
_MOST_VALUES = 12
_TOP = 25


def fields(visit: Visit) -> Reply:
    """All fields, or those that a word finds, the same as `gatewatch fields` lists."""
    word = visit.state.one("word").strip().lower()
    found = [entry for entry in FIELDS.values() if _speaks_of(entry, word)]
    known = {entry.name: values_of(entry, visit.site.overlay)[:_MOST_VALUES] for entry in found}
    return Page(
        template="fields.html",
        title=visit.language.phrase("Fields"),
        values={"word": visit.state.one("word"), "fields": found, "known": known},
        command=command_of("fields", *([word] if word else [])),
        call=call_of("/fields", word=word),
    )


def field(visit: Visit) -> Reply:
    """One field: its meaning, its operators, its most frequent values with their counts."""
    name = visit.part["name"]
    entry = field_named(name)
    if entry is None:
        raise PageUnknown(where=f"/fields/{name}")
    if entry.name != name:
        return Redirect(visit.state.having(f"/fields/{entry.name}"))
    # An address or a time hardly repeats: counting all of them tells nobody anything.
    counted = entry.home is not Home.ROW and not entry.name.startswith("header")
    report, basis = None, ""
    if counted:
        with visit.asked(parse("")) as question:
            report = top(question.con, question.scope, by_field(entry), _TOP)
            basis = looked_at(question.scope.infos, visit.now, visit.language)
    return Page(
        template="field.html",
        title=entry.name,
        values={
            "field": entry,
            "operators": [one for one in OPERATORS if entry.kind in one.kinds],
            "known": values_of(entry, visit.site.overlay)[:200],
            "report": report,
            "parts": [(one, list_url(one.query)) for one in report.buckets] if report else [],
            "basis": basis,
            "most": max((one.count for one in report.rows), default=1) if report else 1,
            "more": visit.state.having("/report", by=entry.name),
        },
        query=visit.state.one("q"),
        command=command_of("report", by=entry.name),
        call=call_of("/fields", word=entry.name),
    )


def _speaks_of(entry: Field, word: str) -> bool:
    return any(word in text.lower() for text in (entry.name, entry.sentence, *entry.aliases))


ROUTES = (Route("/fields", fields), Route("/fields/{name}", field))
