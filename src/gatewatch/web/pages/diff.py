"""Two snapshots side by side: what is new, gone and changed, and in which field."""

from collections.abc import Sequence

from gatewatch.model.errors import BadQuery, Exit, GatewatchError
from gatewatch.model.fields import field_of
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Table
from gatewatch.query.nodes import Node
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.report.differences import differences, flow_table, two_snapshots
from gatewatch.report.groupings import by_field
from gatewatch.web.failures import error_page, status_of
from gatewatch.web.figures import Figure, figure_of
from gatewatch.web.told import call_of, command_of
from gatewatch.web.visit import Menu, Page, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = Menu(30, "/diff", lambda language: language.phrase("Compare"))

_LIMIT, _VALUES = 100, 25
_FIELDS = ("software", "software.version", "vendor", "model", "server", "country", "asn", "status")


def diff(visit: Visit) -> Reply:
    """The two newest snapshots unless the address names others."""
    state, language = visit.state, visit.language
    lake = visit.lake()
    ids = [one.id for one in lake.snapshots]
    first = state.one("a") or (ids[-2] if len(ids) > 1 else "")
    second = state.one("b") or (ids[-1] if ids else "latest")
    values: dict[str, object] = {
        "names": list(reversed(ids)), "a": first, "b": second, "fields": _FIELDS,
        "by": state.one("by"), "figures": [], "total": None, "error": None, "marked": None,
    }  # fmt: skip
    query = parse(state.one("q"), overlay=visit.site.overlay)
    text = printed(query.node)
    title = language.phrase("Compare snapshots")
    status = 200
    if first:
        title = language.phrase("From {first} to {second}", first=first, second=second)
        try:
            infos = two_snapshots(lake, (first, second), query.node)
            values |= _figures(visit, infos, query.node)
        except BadQuery:
            raise
        except GatewatchError as error:
            if error.exit_code != Exit.BAD_INPUT:
                raise
            values |= error_page(error, visit).values
            status = status_of(error)
    return Page(
        template="diff.html",
        title=title,
        values=values,
        query=state.one("q") and text,
        command=command_of(
            "diff", *filter(None, (first, second, "" if text == "*" else text)), by=state.one("by")
        ),
        call=call_of("/diff", a=first, b=second, q=state.one("q")),
        status=status,
    )


def _figures(visit: Visit, infos: Sequence[SnapshotInfo], node: Node) -> dict[str, object]:
    language, name = visit.language, visit.state.one("by")
    if name:
        grouping = by_field(field_of(name, "diff"))
        table = flow_table(visit.lake(), infos, node, grouping, _VALUES, language)
        return {"figures": [_figure(visit, table, infos)]}
    with differences(visit.lake(), infos, node, _LIMIT, language) as found:
        told = [_figure(visit, table, infos) for table in found.tables]
        return {"figures": told, "total": found.total}


def _figure(visit: Visit, table: Table, infos: Sequence[SnapshotInfo]) -> Figure:
    """A service leads to where both snapshots can be seen."""
    both = f"snapshot:{infos[0].id} or snapshot:{infos[1].id}"

    def link(query: str) -> str:
        return visit.state.having("/search", q=f"{query} ({both})", at=None)

    return figure_of(table, link, visit.language)


ROUTES = (Route("/diff", diff),)
