"""Own networks, egress, and networks that hide homes, as `gatewatch watch assets` keeps them."""

from gatewatch.watch.assets import Assets
from gatewatch.web.site import Role
from gatewatch.web.told import command_of
from gatewatch.web.visit import Page, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = None


def assets(visit: Visit) -> Reply:
    """All of them."""
    found = []
    if visit.site.watch.exists():
        with Assets.open(visit.site.watch) as book:
            found = book.all()
    return Page(
        template="watch_assets.html",
        title=visit.language.phrase("Own networks"),
        values={"assets": found},
        command=command_of("watch", "assets", "list"),
    )


ROUTES = (Route("/watch/assets", assets, role=Role.ANALYST),)
