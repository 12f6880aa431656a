"""Opening the name behind a case: written into the audit log first, then told.

Letters need a name, and so does somebody who telephones; each opening says who, when, which case
and why.
"""

from pathlib import Path

from gatewatch.model.errors import NameUnknown
from gatewatch.watch.audit import add_line
from gatewatch.watch.cases import Cases
from gatewatch.watch.folder import WatchFolder
from gatewatch.watch.names import Names

__all__ = ["open_name"]


def open_name(path: Path, number: int, now: int, actor: str, reason: str) -> str:
    """The name of the person of a case.

    Raises CaseUnknown, and NameUnknown when none is kept; that is audited as well.
    """
    folder = WatchFolder(path)
    with Cases.open(path) as cases:
        case = cases.one(number)
        add_line(cases.book, now, actor, f"opened the name of case {number}", reason)
    name = None
    if case.who is not None and folder.names.exists():
        with Names.open(folder) as names:
            name = names.name(case.who)
    if name is None:
        raise NameUnknown(where=path, number=number)
    return name
