"""One request as a handler sees it, and what a handler gives back.

A handler is a plain function in a pool of few threads: it may wait for DuckDB, and it never
touches a socket, a header or a cookie.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from gatewatch.model.fields import FIELDS, Home
from gatewatch.model.language import ENGLISH, Language, Words
from gatewatch.query.asking import Question, Widened, asking
from gatewatch.query.nodes import Condition, all_of, conjuncts
from gatewatch.query.parser import Query, parse
from gatewatch.store.lake import Lake
from gatewatch.web.site import Role, Site
from gatewatch.web.state import State

if TYPE_CHECKING:
    from gatewatch.web.lakes import Lakes

__all__ = [
    "NOBODY",
    "Accounts",
    "Download",
    "Handler",
    "Menu",
    "Page",
    "Person",
    "Redirect",
    "Reply",
    "Route",
    "Visit",
]


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks."""

    name: str
    """Empty: whoever sits at this machine."""
    role: Role
    scopes: frozenset[str] = frozenset()
    """What a token is good for; a person has none."""


NOBODY = Person("", Role.OPERATOR)
"""Whoever sits at this machine, where nobody has to log in."""


class Accounts(Protocol):
    """Logging in and out."""

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""

    def log_in(self, name: str, password: str, address: str, before: str) -> str:
        """The secret of a new session, or nothing; raises TooManyTries."""

    def log_out(self, session: str) -> None:
        """Ends the session."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request."""

    site: Site
    lakes: "Lakes"
    accounts: "Accounts"
    state: State
    person: Person | None = NOBODY
    """None: nobody logged in, on a page that needs nobody."""
    language: Language = ENGLISH
    theme: str = ""
    """`light`, `dark`, or nothing: as the system has it."""
    form_key: str = ""
    """What each form that changes something carries in its field `key`."""
    now: float = 0.0
    """Seconds since 1970."""
    part: Mapping[str, str] = field(default_factory=dict)
    """The parts of the path that the route names, `{ip}` ..."""
    form: Mapping[str, str] = field(default_factory=dict)
    """What a form sent, its last value by field."""
    known_tags: str = ""
    """What the program has already: its If-None-Match."""
    address: str = ""
    """Whence the request came."""
    session: str = ""
    """The secret of the session, empty without one; for the pages of people alone."""

    def lake(self) -> Lake:
        """The lake as it is now; raises LakeMissing, LakeTooNew, LakeCorrupt."""
        return self.lakes.current()

    def query(self, text: str | None = None) -> Query:
        """The question in the URL (or `text`) with its snapshot selector; raises BadQuery.

        `q` is the query, `at` the id of the snapshot that was chosen, if the query names none.
        """
        written = self.state.one("q") if text is None else text
        query = parse(written, overlay=self.site.overlay)
        at = self.state.one("at")
        named = any(
            isinstance(one, Condition) and one.field.home is Home.SNAPSHOT
            for one in conjuncts(query.node)
        )
        if not at or named:
            return query
        chosen = Condition(FIELDS["snapshot"], ":", at)
        return Query(all_of([query.node, chosen]), query.notes, query.rewrites, query.unit)

    @contextmanager
    def asked(
        self, query: Query | None = None, widened: Widened | None = None
    ) -> Iterator[Question]:
        """The question of this visit, to be answered within the with-block.

        Raises BadQuery and what `lake` raises.
        """
        with asking(self.lake(), query or self.query(), widened) as question:
            yield question


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be made of `template` (a file beside the page's module) and `values`."""

    template: str
    title: str
    """What the page is, for the browser's bar and history."""
    values: Mapping[str, object] = field(default_factory=dict)
    query: str | None = None
    """The canonical query for the box above; None: as in the URL."""
    command: str = ""
    """The command line that says the same."""
    call: str = ""
    """The call of the API that says the same."""
    status: int = 200
    fresh: bool = True
    """Whether a browser may not keep it."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on at another page of this site."""

    to: str
    cookies: Mapping[str, str | None] = field(default_factory=dict)
    """To be set; None: to be removed."""


@dataclass(frozen=True, slots=True)
class Download:
    """Text or bytes as they are; with `filename` to be kept, never to be shown as a page."""

    body: bytes | Iterable[bytes]
    """All of it, or pieces, which are asked for one by one."""
    media_type: str = "text/plain; charset=utf-8"
    filename: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


Reply = Page | Redirect | Download
Handler = Callable[[Visit], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """A path, what answers there, and who may ask."""

    path: str
    """`/host/{ip}`; `{rest:path}` takes slashes, too."""
    handler: Handler
    method: str = "GET"
    role: Role | None = Role.READER
    """None: everybody, also without a login."""
    scope: str = ""
    """What a token must be good for; pages are for people alone."""


@dataclass(frozen=True, slots=True)
class Menu:
    """A link in the top bar."""

    place: int
    """Search 10, Report 20, Compare 30, Watch 40, ACS 50, Scans 60, Queries 70, Fields 80,
    Help 90."""
    path: str
    words: Callable[[Language], Words]
    role: Role = Role.READER
