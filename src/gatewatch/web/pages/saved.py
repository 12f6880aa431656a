"""Kept queries: what each finds now, what came and went since the snapshot before, and feeds.

A feed (Atom, RFC 4287) has an entry for each of the newest snapshots, which says what the query
found there and not in the one before.
"""

import time
from collections.abc import Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from markupsafe import escape

from gatewatch.model.errors import QueryUnknown
from gatewatch.model.hostile import shown
from gatewatch.model.language import Language
from gatewatch.model.moment import iso
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.parser import parse
from gatewatch.query.saved import Change, Saved, changes, delete, keep, load, named
from gatewatch.query.scope import scope
from gatewatch.query.search import count_services
from gatewatch.report.looking_back import within
from gatewatch.store.lake import Lake
from gatewatch.web.site import Role
from gatewatch.web.told import command_of
from gatewatch.web.visit import Download, Menu, Page, Redirect, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = Menu(70, "/saved", lambda language: language.phrase("Queries"))

# Changes are counted address by address: a list of many queries has no time for all of them.
_PATIENCE_S = 2.0
_LISTED, _COUNTED = 100, 1_000_000
_ENTRIES = 5
_FEED = ".atom"


class Kept(NamedTuple):
    """One line of the list."""

    saved: Saved
    services: int | None
    """None: the query is no longer understood, or there is no snapshot."""
    added: int | None
    """None: not counted here; the query's own page does."""
    removed: int | None


class Step(NamedTuple):
    """What came and went from one snapshot to the next."""

    before: SnapshotInfo
    after: SnapshotInfo
    changes: Sequence[Change]
    """The first of them."""
    added: int
    removed: int


def listing(visit: Visit) -> Reply:
    """All kept queries, and a form that keeps one more."""
    lake = visit.lake()
    kept = load(lake.path)
    ends = time.monotonic() + _PATIENCE_S
    lines = [_line(visit, lake, one, counted=time.monotonic() < ends) for one in kept.values()]
    return Page(
        template="saved.html",
        title=visit.language.phrase("Kept queries"),
        values={
            "lines": lines,
            "written": visit.state.one("q"),
            "name": visit.state.one("name"),
            "may": _may(visit),
        },
        command=command_of("query", "list"),
    )


def show(visit: Visit) -> Reply:
    """What one of them finds now and did not before, and what is gone; with `.atom` as a feed."""
    name = visit.part["name"]
    if name.endswith(_FEED):
        return _feed(visit, name.removesuffix(_FEED))
    lake = visit.lake()
    saved = _named(lake, name)
    [*_, step] = [None, *_steps(visit, lake, saved, 1)]
    return Page(
        template="saved_one.html",
        title=visit.language.phrase("Kept query {name}", name=saved.name),
        values={"saved": saved, "step": step, "line": _line(visit, lake, saved, counted=False),
                "may": _may(visit), "listed": _LISTED},
        query=saved.query,
        command=command_of("query", "run", saved.name),
    )  # fmt: skip


def _feed(visit: Visit, name: str) -> Reply:
    """The newest changes of one of them, for feed readers."""
    lake = visit.lake()
    saved = _named(lake, name)
    steps = list(reversed(_steps(visit, lake, saved, _ENTRIES)))
    updated = iso(steps[0].after.last_seen) if steps else saved.saved_at
    entries = "".join(_entry(saved, step, visit.language) for step in steps)
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{visit.language.code}">\n'
        f"<id>urn:gatewatch:saved:{escape(saved.name)}</id>\n"
        f"<title>{escape(saved.name)}: {escape(shown(saved.query, len(saved.query)))}</title>\n"
        f"<updated>{updated}</updated>\n<author><name>gatewatch</name></author>\n"
        f"{entries}</feed>\n"
    )
    return Download(text.encode(), "application/atom+xml; charset=utf-8")


def _entry(saved: Saved, step: Step, language: Language) -> str:
    lines = "".join(
        f"{'+' if one.change == 'added' else '-'} {one.ip} {one.port}\n" for one in step.changes
    )
    words = language.phrase(
        "{added} added, {removed} removed", added=step.added, removed=step.removed
    )
    day = escape(step.after.id)
    return (
        f"<entry>\n<id>urn:gatewatch:saved:{escape(saved.name)}:{day}</id>\n"
        f"<title>{day}: {escape(words)}</title>\n"
        f"<updated>{iso(step.after.last_seen)}</updated>\n"
        f'<content type="text">{lines}</content>\n</entry>\n'
    )


def save(visit: Visit) -> Reply:
    """Keeps what the form says."""
    query = parse(visit.form.get("q", ""), overlay=visit.site.overlay)
    kept = keep(visit.lake().path, visit.form.get("name", ""), query, visit.now)
    return Redirect(visit.state.having(f"/saved/{kept.name}", q=None, at=None))


def forget(visit: Visit) -> Reply:
    """Forgets one of them."""
    delete(visit.lake().path, visit.part["name"])
    return Redirect("/saved")


def _may(visit: Visit) -> bool:
    return visit.person is not None and visit.person.role >= Role.ANALYST


def _named(lake: Lake, name: str) -> Saved:
    """Raises QueryUnknown, which names no folder of the server."""
    try:
        return named(lake.path, name)
    except QueryUnknown:
        raise QueryUnknown(where="saved", name=name) from None


def _line(visit: Visit, lake: Lake, saved: Saved, *, counted: bool) -> Kept:
    if not lake.snapshots:
        return Kept(saved, None, None, None)
    newest = lake.snapshots[-1].id
    node = within(newest, parse(saved.query, overlay=visit.site.overlay).node)
    with lake.reading([newest]) as con:
        services = count_services(con, node)
    if not counted:
        return Kept(saved, services, None, None)
    [*_, step] = [None, *_steps(visit, lake, saved, 1)]
    return Kept(saved, services, step and step.added, step and step.removed)


def _steps(visit: Visit, lake: Lake, saved: Saved, most: int) -> list[Step]:
    """The last `most` steps from snapshot to snapshot, oldest first."""
    node = scope(parse(saved.query, overlay=visit.site.overlay).node, lake.snapshots).node
    found = []
    for before, after in list(pairwise(lake.snapshots))[-most:]:
        with lake.reading([before.id, after.id]) as con:
            every = changes(con, node, before.id, after.id)
            first: list[Change] = []
            counts = {"added": 0, "removed": 0}
            for change in islice(every, _COUNTED):
                counts[change.change] += 1
                if counts[change.change] <= _LISTED:
                    first.append(change)
        found.append(Step(before, after, first, counts["added"], counts["removed"]))
    return found


ROUTES = (
    Route("/saved", listing),
    Route("/saved", save, method="POST", role=Role.ANALYST),
    Route("/saved/{name}", show),
    Route("/saved/{name}/delete", forget, method="POST", role=Role.ANALYST),
)
