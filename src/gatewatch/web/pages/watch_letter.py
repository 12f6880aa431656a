"""The letter that people get, by maker of the box: what is written, about nobody."""

from gatewatch.model.moment import SECOND
from gatewatch.watch.letters import Company, Seen, letter_for
from gatewatch.web.site import Role
from gatewatch.web.told import command_of
from gatewatch.web.visit import Page, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = None
# An address of the documentation (RFC 5737): a preview is about nobody.
_ADDRESS = "192.0.2.7"


def letter(visit: Visit) -> Reply:
    """A preview in the reader's language; `gatewatch watch letters send` sends."""
    vendor = visit.state.one("vendor")[:100]
    seen = Seen(_ADDRESS, int(visit.now * SECOND), vendor)
    company = Company("Example Ltd", "security@example.com")
    return Page(
        template="watch_letter.html",
        title=visit.language.phrase("Letter"),
        values={"letter": letter_for(seen, company, visit.language), "vendor": vendor},
        command=command_of("watch", "letters", "preview", vendor=vendor),
    )


ROUTES = (Route("/watch/letter", letter, role=Role.ANALYST),)
