"""The first page: the box, what others ask, and what the lake holds."""

from gatewatch.web.visit import Page, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = None


def start(visit: Visit) -> Reply:
    """Needs no lake: without one it says how to make one."""
    snapshots = visit.lakes.known()
    if not snapshots:
        visit.lake()
    return Page("start.html", visit.language.phrase("Start"), {"held": snapshots})


ROUTES = (Route("/", start),)
