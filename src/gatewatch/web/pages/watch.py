"""Cases: who signs in from behind an exposed router or past the VPN, and where each one stands.

For analysts alone. People are pseudonyms here and addresses of homes are not shown; a case tells
more, and a name is opened there, on record.
"""

from collections import Counter

from gatewatch.watch.cases import OPEN, Cases, State
from gatewatch.watch.pseudonyms import shown_as
from gatewatch.watch.rules import rules
from gatewatch.web.site import Role
from gatewatch.web.told import command_of
from gatewatch.web.visit import Menu, Page, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = Menu(40, "/watch", lambda language: language.phrase("Watch"), Role.ANALYST)
_MOST = 500


def cases(visit: Visit) -> Reply:
    """Open cases, or those of the state and rule in the URL, the most certain first."""
    states = [str(state) for state in State]
    state = visit.state.choice("state", ("", *states), "")
    rule = visit.state.choice("rule", ("", *rules()), "")
    found, counts = [], Counter[str]()
    # A page never makes the folder: looking changes nothing.
    if visit.site.watch.exists():
        with Cases.open(visit.site.watch) as book:
            known = book.all()
        counts = Counter(str(one.state) for one in known)
        wanted = (State(state),) if state else OPEN
        found = [one for one in known if one.state in wanted and rule in ("", one.rule)]
    return Page(
        template="watch.html",
        title=visit.language.phrase("Watch"),
        values={
            "cases": found[:_MOST],
            "total": len(found),
            "counts": [(one, counts[one]) for one in states],
            "rules": {name: one.SENTENCE for name, one in rules().items()},
            "chosen": {"state": state, "rule": rule},
            "person_of": shown_as,
        },
        command=command_of("watch", "cases", state=state, rule=rule),
    )


ROUTES = (Route("/watch", cases, role=Role.ANALYST),)
