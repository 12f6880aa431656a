"""From a request to a handler and back: state, language, person, pool of threads, cookies.

The only module that knows both Starlette and handlers. Handlers run in a bounded pool; when more
wait than may wait, a request is sent away with 503 and told when to come again.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl

import anyio
import anyio.to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from gatewatch.model.errors import (
    GatewatchError,
    LoginWanted,
    RequestRefused,
    RequestTooLarge,
    TooBusy,
)
from gatewatch.model.language import language, languages
from gatewatch.web.failures import error_page, error_reply, headers_of, logged
from gatewatch.web.lakes import Lakes
from gatewatch.web.people.admission import Admission
from gatewatch.web.render import THEMES, rendered
from gatewatch.web.site import Site
from gatewatch.web.state import MOST_PARAMETERS, State, state_of, url
from gatewatch.web.visit import Download, Page, Redirect, Reply, Route, Visit

__all__ = ["MOST_BODY", "Server"]

MOST_BODY = 64 << 10
"""A form is at most so many bytes."""
API = "/api/"
_PATIENCE_S = 2
_YEAR_S = 365 * 86_400
_HTML = "text/html; charset=utf-8"
_FORM = "application/x-www-form-urlencoded"
# More languages than these nobody reads.
_MOST_LANGUAGES = 10
_SWITCHES = ("lang", "theme")

T = TypeVar("T")


class _Made(NamedTuple):
    """A reply, a page of it already rendered."""

    reply: Reply
    html: str = ""
    cookies: Mapping[str, str] = {}


class Server:
    """What all requests share: the site, its lake, its people, its pool."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.lakes = Lakes(site.lake, site.overlay, site.seconds)
        self._admission = Admission(site)
        self._pool = anyio.CapacityLimiter(site.threads)

    def endpoint(self, routes: Sequence[Route]) -> Callable[[Request], Awaitable[Response]]:
        """What answers for `routes`, which share a path and have a method each."""
        by_method = {route.method: route for route in routes}

        async def answer(request: Request) -> Response:
            method = "GET" if request.method == "HEAD" else request.method
            return await self._answer(request, by_method[method])

        return answer

    async def failed(self, request: Request, error: GatewatchError) -> Response:
        """The reply that says what went wrong, to a person or to a program."""
        if request.url.path.startswith(API):
            return self._response(_Made(error_reply(error)))
        visit = self._unknown_visit(request)
        html = await anyio.to_thread.run_sync(
            lambda: rendered(error_page(error, visit), visit), limiter=self._pool
        )
        made = _Made(error_page(error, visit), html)
        response = self._response(made)
        response.headers.update(headers_of(error))
        return response

    async def _answer(self, request: Request, route: Route) -> Response:
        try:
            state = state_of(request.url.path, request.url.query)
            if switched := _switched(state):
                return self._response(_Made(switched))
            form = await _form(request) if route.method == "POST" else {}
            made = await self._in_pool(partial(self._handled, request, route, state, form))
            return self._response(_without_body(made) if request.method == "HEAD" else made)
        except ClientDisconnect:
            raise
        except LoginWanted as error:
            if request.url.path.startswith(API) or route.method != "GET":
                return await self.failed(request, error)
            return self._response(_Made(Redirect(url("/login", [("next", state.here)]))))
        except GatewatchError as error:
            return await self.failed(request, error)
        except Exception as error:  # noqa: BLE001  (the last door: a trace belongs into the log)
            return await self.failed(request, logged(error, request.url.path))

    def _handled(
        self, request: Request, route: Route, state: State, form: Mapping[str, str]
    ) -> _Made:
        """Runs in the pool: who asks, the handler, the template."""
        let_in = self._admission.admit(request, route, form)
        visit = replace(
            self._unknown_visit(request),
            state=state,
            person=let_in.person,
            form_key=let_in.form_key,
            session=let_in.session,
            part=dict(request.path_params),
            form=form,
            known_tags=request.headers.get("if-none-match", ""),
        )
        reply = route.handler(visit)
        html = rendered(reply, visit) if isinstance(reply, Page) else ""
        return _Made(reply, html, let_in.cookies)

    def _unknown_visit(self, request: Request) -> Visit:
        """A request of which nothing is known yet but what it asks for and how it wants it."""
        return Visit(
            site=self.site,
            lakes=self.lakes,
            accounts=self._admission,
            state=State(request.url.path),
            person=None if self._admission.login else self._admission.nobody,
            language=language(_language(request)),
            theme=_theme(request),
            now=time.time(),
            address=request.client.host if request.client else "",
        )

    async def _in_pool(self, work: Callable[[], T]) -> T:
        waiting = self._pool.statistics().tasks_waiting
        if self._pool.available_tokens < 1 and waiting >= self.site.waiting:
            raise TooBusy(where="server", seconds=_PATIENCE_S)
        return await anyio.to_thread.run_sync(work, limiter=self._pool)

    def _response(self, made: _Made) -> Response:
        reply = made.reply
        if isinstance(reply, Page):
            response = Response(made.html, reply.status, media_type=_HTML)
            response.headers["Cache-Control"] = "no-store" if reply.fresh else "private, no-cache"
        elif isinstance(reply, Redirect):
            response = Response(status_code=303, headers={"Location": reply.to})
        else:
            response = _download(reply)
        cookies = {**made.cookies, **(reply.cookies if isinstance(reply, Redirect) else {})}
        for name, value in cookies.items():
            self._set_cookie(response, name, value)
        return response

    def _set_cookie(self, response: Response, name: str, value: str | None) -> None:
        # A choice of looks may outlive the browser, who somebody is may not.
        lasting = _YEAR_S if name in _SWITCHES else None
        response.set_cookie(
            name,
            value or "",
            max_age=0 if value is None else lasting,
            secure=self.site.secure,
            httponly=True,
            samesite="strict",
        )


def _without_body(made: _Made) -> _Made:
    """Nobody reads the rows that a HEAD would send."""
    reply = made.reply
    if isinstance(reply, Download) and not isinstance(reply.body, bytes):
        return made._replace(reply=replace(reply, body=b""))
    return made


def _download(reply: Download) -> Response:
    headers = {"Cache-Control": "no-store", **reply.headers}
    if reply.filename:
        # Names are ours; what is no plain letter would end the quoted string (RFC 6266).
        plain = "".join(char if char.isalnum() or char in "._-" else "_" for char in reply.filename)
        headers["Content-Disposition"] = f'attachment; filename="{plain}"'
    if isinstance(reply.body, bytes):
        return Response(reply.body, reply.status, headers, reply.media_type)
    return StreamingResponse(reply.body, reply.status, headers, reply.media_type)


def _switched(state: State) -> Redirect | None:
    """Where a link that switches language or theme leads: the same page, and a cookie."""
    wanted = {name: state.one(name) for name in _SWITCHES if state.one(name)}
    if not wanted or state.path.startswith(API):
        return None
    known = {"lang": languages(), "theme": [*THEMES, "auto"]}
    cookies = {
        name: None if word == "auto" else word
        for name, word in wanted.items()
        if word in known[name]
    }
    return Redirect(state.having(**dict.fromkeys(_SWITCHES)), cookies)


def _theme(request: Request) -> str:
    word = request.cookies.get("theme", "")
    return word if word in THEMES else ""


def _language(request: Request) -> str:
    """The code of the language: as switched, else the first that the browser names and we speak.

    RFC 9110, section 12.5.4, `fr-CH, fr;q=0.9, en;q=0.8`; browsers write the best one first.
    """
    named = request.headers.get("accept-language", "").split(",")[:_MOST_LANGUAGES]
    codes = [part.partition(";")[0].partition("-")[0].strip().lower() for part in named]
    known = languages()
    return next((code for code in [request.cookies.get("lang", ""), *codes] if code in known), "en")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form; raises RequestTooLarge and RequestRefused."""
    where = request.url.path
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        mend = f"send it as {_FORM}"
        raise RequestRefused(where=where, what="this is no form", mend=mend)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BODY:
            raise RequestTooLarge(where=where, most=f"{MOST_BODY >> 10} KB")
    try:
        pairs = parse_qsl(
            body.decode(), True, max_num_fields=MOST_PARAMETERS, errors="strict"
        )  # fmt: skip
    except ValueError:
        mend = f"send at most {MOST_PARAMETERS} fields, in UTF-8"
        raise RequestRefused(where=where, what="the form cannot be read", mend=mend) from None
    return dict(pairs)
