"""What the ACS remembers, behind one narrow interface (`interface.State`).

`open_state(where, keys)` gives it: `where` is a folder (SQLite in it, for one machine) or
`postgresql://...` (for several). Both are the same SQL over a thin `Database`; an engine is a
file in `engines/`, and one suite of tests runs over each of them.
"""

from typing import TYPE_CHECKING

from gatewatch.model.errors import BadArguments

if TYPE_CHECKING:
    from gatewatch.acs.sealing import Keys
    from gatewatch.acs.state.interface import State

__all__ = ["open_state"]


def open_state(where: str, keys: "Keys") -> "State":
    """The state at `where`, made when there is none; raises StateUnusable, BadArguments."""
    from gatewatch.acs.state.engines import engine_modules
    from gatewatch.acs.state.sql_state import SqlState

    for engine in engine_modules().values():
        if engine.takes(where):
            return SqlState(engine.connect(where), engine.connect(where), keys)
    raise BadArguments(
        where="state",
        what=f'"{where.partition("@")[2] or where}" is neither a folder nor a known database',
        mend="give a folder, or postgresql://user@host/database",
    )
