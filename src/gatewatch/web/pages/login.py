"""Logging in and out."""

from urllib.parse import urlsplit

from gatewatch.model.errors import GatewatchError
from gatewatch.web.state import state_of
from gatewatch.web.visit import Page, Redirect, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = None


def show(visit: Visit, *, wrong: bool = False) -> Reply:
    """The form."""
    sent = visit.form.get("next", "") or visit.state.one("next")
    return Page(
        template="login.html",
        title=visit.language.phrase("Log in"),
        values={"next": _local(sent), "wrong": wrong, "name": visit.form.get("name", "")},
        status=401 if wrong else 200,
    )


def log_in(visit: Visit) -> Reply:
    """A session for whoever knows name and password; which of both was wrong is not said."""
    name, password = visit.form.get("name", ""), visit.form.get("password", "")
    secret = visit.accounts.log_in(name, password, visit.address, visit.session)
    if not secret:
        return show(visit, wrong=True)
    cookies = {visit.accounts.cookie: secret, "visitor": None}
    return Redirect(_local(visit.form.get("next", "")), cookies)


def log_out(visit: Visit) -> Reply:
    """Ends the session, here and in the book."""
    visit.accounts.log_out(visit.session)
    return Redirect("/login", {visit.accounts.cookie: None})


def _local(address: str) -> str:
    """The address if it is one of this site, else the first page."""
    try:
        parts = urlsplit(address)
        return state_of(parts.path or "/", parts.query).here
    except (ValueError, GatewatchError):
        return "/"


ROUTES = (
    Route("/login", show, role=None),
    Route("/login", log_in, method="POST", role=None),
    Route("/logout", log_out, method="POST", role=None),
)
