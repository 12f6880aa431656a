"""`gatewatch geo update`: newer tables from the publishers that the settings name."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gatewatch.cli.output import write_table
from gatewatch.cli.parser import meant
from gatewatch.cli.progress import Progress, say, tell
from gatewatch.cli.settings import ERRORS, NETWORKS, lake_of, setting
from gatewatch.model.errors import BadArguments, Exit, GatewatchError
from gatewatch.model.table import Look, Table, Value

if TYPE_CHECKING:
    from gatewatch.enrich.intake import Intake
    from gatewatch.pipeline.publishers import Publisher
    from gatewatch.pipeline.update import Updated

__all__ = ["tell_rejected", "update"]

_COLUMNS = ("name", "state", "ranges", "data_date", "licence", "from")


def update(args: argparse.Namespace) -> int:
    """One row a table; tables that cannot be updated stay as they are, and each is told.

    Raises BadArguments, and what settings raise.
    """
    known = setting(NETWORKS, args)
    chosen = _chosen(args.names, known)
    rows: list[Sequence[Value]] = []
    codes = []
    # Of new tables the last to come is the first to be asked, so the first to be named comes last.
    for publisher in reversed(chosen):
        try:
            updated = _one(publisher, args)
        except GatewatchError as error:
            codes.append(tell(error, as_json=setting(ERRORS, args) == "json"))
            rows.append((publisher.name, "failed", None, None, None, None))
        else:
            rows.append(_row(updated))
            codes += [Exit.PARTIAL] if updated.intake and updated.intake.rejected else []
    looks = {"name": Look.WHOLE, "data_date": Look.WHOLE, "licence": Look.PROSE}
    write_table(Table(_COLUMNS, rows[::-1], looks=looks), args)
    if not codes:
        return Exit.FOUND
    return max(codes) if len(codes) == len(chosen) else Exit.PARTIAL


def tell_rejected(doing: str, intake: "Intake", args: argparse.Namespace) -> None:
    """Notes how many lines were left out, and the first of them."""
    if intake.rejected:
        total = intake.rows + intake.rejected
        say(f"{doing}: {intake.rejected:,} of {total:,} lines rejected, first:", args)
        for rejected in intake.first_rejected:
            say(f"  {rejected.where}: {rejected.reason}", args)


def _chosen(names: Sequence[str], known: "Sequence[Publisher]") -> "Sequence[Publisher]":
    if not known:
        raise BadArguments(
            where="geo update",
            what="the settings name no publisher",
            mend='write [networks.NAME] and url = "https://..." into gatewatch.toml',
        )
    by_name = {one.name: one for one in known}
    for name in names:
        if name not in by_name:
            raise BadArguments(
                where="geo update",
                what=f'the settings name no "{name}"',
                mend=f"{meant(name, list(by_name))}there are {', '.join(by_name)}",
            )
    return [by_name[name] for name in dict.fromkeys(names)] or known


def _one(publisher: "Publisher", args: argparse.Namespace) -> "Updated":
    from gatewatch.pipeline.update import update_table

    with (
        Progress(f"geo update {publisher.name}", "bytes", args) as fetching,
        Progress(f"geo update {publisher.name}", "rows", args) as reading,
    ):
        shows = {"bytes": fetching.show, "rows": reading.show}
        updated = update_table(lake_of(args), publisher, lambda what, count: shows[what](count))
    intake = updated.intake
    if intake:
        tell_rejected(f"geo update {publisher.name}", intake, args)
    if intake and updated.source.licence is None:
        say(f"geo update {publisher.name}: no licence is known; licence in the settings", args)
    return updated


def _row(updated: "Updated") -> Sequence[Value]:
    source = updated.source
    return (
        source.name,
        "updated" if updated.intake else "unchanged",
        source.ranges4 + source.ranges6,
        source.data_date,
        source.licence,
        source.origin.url if source.origin else None,
    )
