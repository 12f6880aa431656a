"""Two catalogues side by side: what they understand otherwise, for whichever command asks."""

import argparse

from gatewatch.cli.output import write_table
from gatewatch.cli.progress import say
from gatewatch.cli.question import counted, opened_lake

__all__ = ["write_catalogue_diff"]


def write_catalogue_diff(
    args: argparse.Namespace, before: str | None, after: str | None, snapshot: str = "latest"
) -> int:
    """Writes a row for each field and pair of values, with the services of `snapshot`.

    Without names it is the last catalogue before today's, and today's. Returns FOUND, or NOTHING
    when nothing changed.
    """
    from gatewatch.model.table import Look, Table
    from gatewatch.pipeline.recatalogue import compare, two_of

    lake = opened_lake(args)
    old, new = two_of(lake, before, after)
    found = compare(lake, old, new, lake.snapshot(snapshot).id)
    say(
        f"{found.before} to {found.after}: {found.changed:,} of {found.services:,} services of "
        f"snapshot {found.snapshot} are understood otherwise",
        args,
    )
    if found.unread:
        say(f"{counted(found.unread, 'response')} only one of the two has read: left out", args)
    table = Table(
        columns=("field", "before", "after", "responses", "services"),
        rows=[(one.field, one.before, one.after, one.responses, one.services)
              for one in found.changes],
        looks={"field": Look.WHOLE},
    )  # fmt: skip
    return write_table(table, args)
