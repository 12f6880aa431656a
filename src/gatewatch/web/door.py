"""What every request passes before anything looks at it, and what every reply says.

Only names that we answer to are served, so that no page of a stranger reads ours under a name of
his own (DNS rebinding). Paths, methods and lengths are bounded. No page may be framed, run a
script that is not ours or load anything from elsewhere (CSP 3).
"""

import re
from ipaddress import ip_address

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatewatch.model.errors import GatewatchError, MethodRefused, RequestRefused, RequestTooLarge
from gatewatch.web.serving import Server
from gatewatch.web.site import Site

__all__ = ["POLICY", "Door"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
_LONGEST = 8 << 10
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Vary": "Cookie, Accept-Language",
}
_YEAR = "max-age=31536000"
# A path of ours has no empty part, no backslash, nothing that cannot be seen.
_ODD_PATH = re.compile(r"//|\\|[\x00-\x1f\x7f]|(?:^|/)\.\.?(?:/|$)")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class Door:
    """ASGI: refuses what is not to be answered, and dresses every reply."""

    def __init__(self, app: ASGIApp, server: Server) -> None:
        self._app, self._server = app, server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection's event."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if self._server.site.secure:
                    headers["Strict-Transport-Security"] = _YEAR
            await send(message)

        request = Request(scope, receive)
        refusal = _refusal(request, self._server.site)
        if refusal is not None:
            response = await self._server.failed(request, refusal)
            await response(scope, receive, dressed)
        elif request.method == "OPTIONS":
            allow = {"Allow": ", ".join(METHODS)}
            await Response(status_code=204, headers=allow)(scope, receive, dressed)
        else:
            await self._app(scope, receive, dressed)


def _refusal(request: Request, site: Site) -> GatewatchError | None:
    raw = request.scope.get("raw_path") or b""
    if len(raw) + len(request.scope["query_string"]) > _LONGEST:
        return RequestTooLarge(where="address", most=f"{_LONGEST >> 10} KB")
    if not _is_ours(request.headers.getlist("host"), site):
        return RequestRefused(
            where="host",
            what="this server does not answer to that name",
            mend="use the address that it was started with, or start it with --names NAME",
        )
    if not site.proxy and any(name in request.headers for name in _FORWARDED):
        return RequestRefused(
            where="proxy",
            what="somebody passed this request on, and no proxy is known here",
            mend="start with --proxy ADDRESS and --names NAME (docs/how-to/serve.md)",
        )
    if request.method not in METHODS:
        allowed = ", ".join(METHODS)
        return MethodRefused(where=request.url.path, method=request.method, allowed=allowed)
    if _ODD_PATH.search(request.scope["path"]):
        return RequestRefused(
            where="address", what="no address here looks like this", mend="start at /"
        )
    return None


def _is_ours(hosts: list[str], site: Site) -> bool:
    """Whether the one Host header names this server (RFC 9112, section 3.2)."""
    if len(hosts) != 1:
        return False
    name = hosts[0].lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    if name in ("localhost", *site.hosts):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
