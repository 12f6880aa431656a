"""The field catalogue as a page: what can be searched, counted and shown.

A page to copy: a handler from the URL to values, a template beside it, a link in the menu.
"""

from gatewatch.model.fields import FIELDS, Field
from gatewatch.query.words import values_of
from gatewatch.web.told import call_of, command_of
from gatewatch.web.visit import Menu, Page, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = Menu(80, "/fields", lambda language: language.phrase("Fields"))
_MOST_VALUES = 12


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


def _speaks_of(entry: Field, word: str) -> bool:
    return any(word in text.lower() for text in (entry.name, entry.sentence, *entry.aliases))


ROUTES = (Route("/fields", fields),)
