"""The application: every page and every endpoint that the folders hold, behind one door."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from gatewatch.model.errors import GatewatchError, MethodRefused, PageUnknown
from gatewatch.web.api import ROOT, endpoints
from gatewatch.web.door import METHODS, Door
from gatewatch.web.operations import checked
from gatewatch.web.pages import page_modules
from gatewatch.web.serving import Server
from gatewatch.web.site import Role, Site
from gatewatch.web.statics import PREFIX, static
from gatewatch.web.visit import Route

__all__ = ["application"]

_YEAR = "public, max-age=31536000, immutable"


def application(site: Site) -> Starlette:
    """The ASGI application of `site`; opens nothing until it is asked."""
    server = Server(site)

    async def failed(request: Request, error: Exception) -> Response:
        return await server.failed(request, _told(request, error))

    by_path: dict[str, list[Route]] = {}
    for route in _routes():
        by_path.setdefault(route.path, []).append(route)
    # A path that is spelled out goes before one with places, whatever the files are called.
    order = sorted(by_path.items(), key=lambda item: ("{" in item[0], item[0]))
    app = Starlette(
        routes=[
            StarletteRoute(PREFIX + "{name}", _static, methods=["GET"]),
            *(
                StarletteRoute(path, server.endpoint(routes), methods=_methods(routes))
                for path, routes in order
            ),
        ],
        middleware=[Middleware(Door, server=server)],
        exception_handlers={HTTPException: failed},
    )
    app.router.redirect_slashes = False
    app.state.server = server
    return app


def _routes() -> list[Route]:
    routes = [route for page in page_modules().values() for route in page.ROUTES]
    for endpoint in endpoints().values():
        path = ROOT + endpoint.PATH
        role = None if endpoint.SCOPE == "" else Role.READER
        handler = checked(endpoint.OPERATION, endpoint.answer)
        routes.append(Route(path, handler, role=role, scope=endpoint.SCOPE))
    return routes


def _methods(routes: Sequence[Route]) -> list[str]:
    return [route.method for route in routes]


def _told(request: Request, error: Exception) -> GatewatchError:
    """What the router says, in our words."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", ", ".join(METHODS))
        return MethodRefused(where=request.url.path, method=request.method, allowed=allowed)
    return PageUnknown(where=request.url.path)


async def _static(request: Request) -> Response:
    found = static(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    headers = {"ETag": f'"{found.mark}"', "Cache-Control": _YEAR if found.lasting else "no-cache"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(found.content, headers=headers, media_type=found.media_type)
