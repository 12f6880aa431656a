"""What a query finds, as a file to keep."""

from gatewatch.formats.export import exporters
from gatewatch.model.fields import field_of
from gatewatch.web.selection import FORMATS, exported
from gatewatch.web.visit import Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = None


def export(visit: Visit) -> Reply:
    """The services of the query in the format asked for."""
    state = visit.state
    name = state.choice("format", (*FORMATS, *exporters()), "")
    names = [one.strip() for one in state.one("fields").split(",") if one.strip()]
    fields = list(dict.fromkeys(field_of(one, "fields") for one in names))
    with visit.asked() as question:
        return exported(question, name, fields, visit.language)


ROUTES = (Route("/search/export", export),)
