"""Whether a request is let in, as whom, and whether its form is one that we made.

On loopback nobody has to log in until the first person is added. A browser is known by the cookie
of its session, a program by its bearer token (RFC 6750). A form that changes something carries a
key that is bound to that cookie, and is refused when the browser says that another site sent it.
"""

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from starlette.requests import Request

from gatewatch.model.errors import FormExpired, LoginWanted, RoleMissing, TooManyTries
from gatewatch.web.people.book import Book
from gatewatch.web.people.throttle import Throttle
from gatewatch.web.site import Role, Site
from gatewatch.web.visit import NOBODY, Person, Route

__all__ = ["Admission", "LetIn"]

VISITOR = "visitor"
_BY_NAME, _BY_ADDRESS = 5, 20


@dataclass(frozen=True, slots=True)
class LetIn:
    """Who was let in."""

    person: Person | None
    form_key: str = ""
    session: str = ""
    cookies: Mapping[str, str] = field(default_factory=dict)


class Admission:
    """The door of one site; safe to use from several threads."""

    nobody = NOBODY

    def __init__(self, site: Site) -> None:
        self._site = site
        self._book = Book(site.people) if site.people else None
        self._key = secrets.token_bytes(32)
        self._names, self._addresses = Throttle(_BY_NAME), Throttle(_BY_ADDRESS)
        self._tokens = Throttle(_BY_ADDRESS)
        self._stamp: tuple[int, int] | None = None
        self._people = False

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; the prefix binds it to this very host and to TLS."""
        return "__Host-gatewatch" if self._site.secure else "gatewatch"

    @property
    def login(self) -> bool:
        """Whether people have to log in: always beyond loopback, else once there are people."""
        if self._site.login or self._book is None:
            return self._site.login
        try:
            stat = self._book.path.stat()
        except OSError:
            return False
        if self._stamp != (stat.st_ino, stat.st_mtime_ns):
            self._people = not self._book.is_empty()
            self._stamp = (stat.st_ino, stat.st_mtime_ns)
        return self._people

    def admit(self, request: Request, route: Route, form: Mapping[str, str]) -> LetIn:
        """Who is let in; raises LoginWanted, RoleMissing, FormExpired, TooManyTries."""
        where = request.url.path
        session = request.cookies.get(self.cookie, "")
        person, seed, cookies = self._who(request, session), session, {}
        by_token = person is not None and bool(person.scopes)
        if not seed and not by_token:
            seed = request.cookies.get(VISITOR, "")
            if not seed:
                seed = secrets.token_urlsafe(16)
                cookies = {VISITOR: seed}
        form_key = hmac.new(self._key, seed.encode(), sha256).hexdigest()[:32]
        if route.method == "POST" and not by_token:
            _require_own(request, form.get("key", ""), form_key)
        _require_role(person, route, where)
        return LetIn(person, form_key, session, cookies)

    def log_in(self, name: str, password: str, address: str, before: str) -> str:
        """The secret of a new session, or nothing when name or password is wrong.

        The session of `before` ends. Raises TooManyTries.
        """
        place = _network_of(address)
        wait = max(self._names.wait(name), self._addresses.wait(place))
        if wait:
            raise TooManyTries(where="login", seconds=wait)
        if self._book is None or not self._book.matches(name, password):
            self._names.failed(name)
            self._addresses.failed(place)
            return ""
        self._names.succeeded(name)
        if before:
            self._book.close_session(before)
        return self._book.open_session(name, time.time())

    def log_out(self, session: str) -> None:
        """Ends the session."""
        if self._book is not None and session:
            self._book.close_session(session)

    def _who(self, request: Request, session: str) -> Person | None:
        if not self.login:
            return NOBODY
        assert self._book is not None
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and request.url.path.startswith("/api/"):
            return self._by_token(request, secret.strip())
        entry = self._book.in_session(session, time.time()) if session else None
        return Person(entry.name, entry.role) if entry else None

    def _by_token(self, request: Request, secret: str) -> Person | None:
        assert self._book is not None
        place = _network_of(request.client.host if request.client else "")
        if wait := self._tokens.wait(place):
            raise TooManyTries(where="token", seconds=wait)
        token = self._book.token_of(secret, time.time())
        if token is None:
            self._tokens.failed(place)
            return None
        role = Role.OPERATOR if "acs" in token.scopes else Role.ANALYST
        return Person(f"token {token.id}", role, frozenset(token.scopes))


def _require_own(request: Request, key: str, expected: str) -> None:
    """A form that another site made a browser send knows no key."""
    came = request.headers.get("sec-fetch-site", "same-origin")
    if came not in ("same-origin", "none") or not hmac.compare_digest(
        key.encode("utf-8", "surrogateescape"), expected.encode()
    ):
        raise FormExpired(where=request.url.path)


def _require_role(person: Person | None, route: Route, where: str) -> None:
    if route.role is None:
        return
    if person is None:
        raise LoginWanted(where=where, mend="log in, or send a token that has not ended")
    if person.scopes and route.scope not in person.scopes:
        mend = f"ask for a token with the scope {route.scope or 'of this page'}"
        raise RoleMissing(where=where, mend=mend)
    if person.role < route.role:
        raise RoleMissing(where=where, mend=f"ask somebody to make you {route.role.word}")


def _network_of(address: str) -> str:
    """The address, of IPv6 its /64: whoever has one address there has all of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
