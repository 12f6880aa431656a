"""One case: what speaks for it, what was done, and what to do; a name is opened on record.

The name travels in the answer to the form alone: never in an address, a cookie or a cache.
"""

from gatewatch.model.errors import BadArguments, CaseUnknown
from gatewatch.model.moment import SECOND
from gatewatch.watch.cases import Cases, State
from gatewatch.watch.opening import open_name
from gatewatch.watch.pseudonyms import shown_as
from gatewatch.web.site import Role
from gatewatch.web.told import command_of
from gatewatch.web.visit import Page, Redirect, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = None
_LONGEST = 500


def case(visit: Visit) -> Reply:
    """Its evidence and its history."""
    return _page(visit, "")


def change(visit: Visit) -> Reply:
    """Another state, another person who takes care of it, a note."""
    number = _number(visit)
    state, note = visit.form.get("state", ""), visit.form.get("note", "")[:_LONGEST]
    if state not in ("", *map(str, State)):
        raise BadArguments(
            where="state", what=f'"{state}" is none', mend=f"give {', '.join(map(str, State))}"
        )
    with Cases.open(visit.site.watch) as cases:
        now, actor, known = _now(visit), _actor(visit), cases.one(number)
        assigned = visit.form.get("assigned", known.assigned)[:100]
        if state and state != known.state:
            cases.move(number, State(state), now, actor, note)
        elif note:
            cases.note(number, note, now, actor)
        if assigned != known.assigned:
            cases.assign(number, assigned, now, actor)
    return Redirect(f"/watch/case/{number}")


def name(visit: Visit) -> Reply:
    """Opens the name of the person, which the audit log notes first, with the reason."""
    reason = visit.form.get("reason", "").strip()[:_LONGEST]
    if not reason:
        raise BadArguments(
            where="reason", what="it is empty", mend="say why you need the name; it is noted"
        )
    number = _number(visit)
    return _page(visit, open_name(visit.site.watch, number, _now(visit), _actor(visit), reason))


def _page(visit: Visit, opened: str) -> Page:
    number = _number(visit)
    with Cases.open(visit.site.watch) as cases:
        found = cases.one(number)
        evidence, history = cases.evidence(number), cases.history(number)
    return Page(
        template="watch_case.html",
        title=visit.language.phrase("Case {number}", number=str(number)),
        values={
            "case": found,
            "who": shown_as(found.who),
            "opened": opened,
            "evidence": evidence,
            "history": history,
            "states": [str(state) for state in State],
        },
        command=command_of("watch", "case", str(number)),
    )


def _number(visit: Visit) -> int:
    word = visit.part["number"]
    # The folder is made by commands, never by looking.
    if not word.isascii() or not word.isdigit() or len(word) > 9 or not visit.site.watch.exists():
        raise CaseUnknown(where="watch", number=word)
    return int(word)


def _now(visit: Visit) -> int:
    return int(visit.now * SECOND)


def _actor(visit: Visit) -> str:
    return (visit.person.name if visit.person else "") or "browser on this machine"


ROUTES = (
    Route("/watch/case/{number}", case, role=Role.ANALYST),
    Route("/watch/case/{number}", change, method="POST", role=Role.ANALYST),
    Route("/watch/case/{number}/name", name, method="POST", role=Role.ANALYST),
)
