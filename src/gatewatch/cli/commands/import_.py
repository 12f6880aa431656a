"""`gatewatch import`: what other tools scanned becomes a snapshot."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.progress import Progress, say
from gatewatch.cli.question import counted
from gatewatch.cli.settings import CATALOGUE, add_lake_option, lake_of, setting
from gatewatch.model.errors import BadArguments, Exit, NothingUsable
from gatewatch.model.hostile import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatewatch.formats.given import Given
    from gatewatch.model.knowledge import Knowledge
    from gatewatch.pipeline.gather import Batch
    from gatewatch.pipeline.ingest import Ingested
    from gatewatch.pipeline.inputs import Input

HELP = "Import the files that a scanner or a search engine wrote, as one snapshot."
EXAMPLES = (
    "gatewatch import scan.jsonl.zst",
    "gatewatch import --port 7547 --time 2019-01-29 addresses.txt",
    "gatewatch import --each 2026-10.json.gz 2026-11.json.gz",
    "gatewatch import -",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The files, what they do not say themselves, and the lake."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="- is standard input")
    parser.add_argument("--port", type=int, metavar="N", help="port, where the records name none")
    parser.add_argument("--time", metavar="TIME", help="when, where the records do not say")
    parser.add_argument("--each", action="store_true", help="make each file a snapshot of its own")
    add_lake_option(parser)


def run(args: argparse.Namespace) -> int:
    """Imports; 0: all of it, 4: some records were rejected or an input was damaged."""
    groups = [[name] for name in args.files] if args.each else [args.files]
    codes = [_import(names, args) for names in groups]
    return max(codes)


def _import(names: list[str], args: argparse.Namespace) -> int:
    from gatewatch.model.snapshot import Source
    from gatewatch.pipeline.ingest import ingest
    from gatewatch.pipeline.inputs import Input
    from gatewatch.pipeline.understand import known_to

    overlay = setting(CATALOGUE, args)
    inputs: list[Input] = []
    try:
        inputs.extend(Input(name, _given(name, args)) for name in names)
        knowledge = known_to(lake_of(args), overlay)
        tools = "+".join(dict.fromkeys(one.tool for one in inputs))
        with Progress(f"import {shown(', '.join(names))}", "records", args) as progress:
            done = ingest(
                lake_of(args),
                _batches(inputs, knowledge, progress),
                Source(tools, tuple(names)),
                damaged=lambda: any(one.damage for one in inputs),
                rejects=_rejects_of(names[0]),
                overlay=overlay,
            )
    finally:
        for one in inputs:
            one.close()
    return _tell(done, inputs, names, args)


def _given(name: str, args: argparse.Namespace) -> "Given":
    from gatewatch.formats.given import Given
    from gatewatch.model.moment import parse_moment

    if args.port is not None and not 0 < args.port < 65536:
        raise BadArguments(
            where="--port", what=f'"{args.port}" is no port', mend="ports are 1 to 65535"
        )
    try:
        seen_at = None if args.time is None else parse_moment(args.time)
    except ValueError as error:
        raise BadArguments(
            where="--time", what=f'"{args.time}" is {error}', mend="write 2026-11-24T10:00:00Z"
        ) from None
    return Given(name, args.port, seen_at)


def _batches(
    inputs: "list[Input]", knowledge: "Knowledge", progress: Progress
) -> "Iterator[Batch]":
    done = 0
    for one in inputs:
        for batch in one.batches(knowledge):
            done += batch.records
            progress.show(done, one.part if len(inputs) == 1 else None)
            yield batch


def _rejects_of(name: str) -> Path | None:
    """`scan.jsonl.zst` keeps its rejected records in `scan.rejected.jsonl`."""
    if name == "-":
        return None
    path = Path(name)
    return path.with_name(f"{path.name.partition('.')[0] or path.name}.rejected.jsonl")


def _tell(
    done: "Ingested", inputs: "list[Input]", names: list[str], args: argparse.Namespace
) -> int:
    """Says what came of it, and chooses the exit code."""
    where, info = f"import {', '.join(names)}", done.info
    if info is None and done.rejected:
        raise NothingUsable(where=where, rejected=f"{done.rejected:,}", first=done.first_rejected)
    if info is None:
        say(f"{where}: 0 records, so nothing was stored", args)
    else:
        say(
            f"{where}: {counted(info.services, 'service')} on {counted(info.hosts, 'host')}, "
            f"{counted(info.responses, 'distinct answer')}; snapshot {info.id}",
            args,
        )
        if info.unanswered:
            counts = sorted(info.unanswered.items())
            told = ", ".join(f"{count:,} {outcome}" for outcome, count in counts)
            say(f"{where}: counted, but no services: {told}", args)
    if done.rejected:
        say(
            f"{where}: {done.rejected:,} of {done.records:,} records rejected "
            f"(first: {done.first_rejected}); kept in {done.kept_in}",
            args,
        )
    damages = [(one.name, one.damage) for one in inputs if one.damage]
    for name, damage in damages:
        say(f"import {name}: {damage}; everything before that was read", args)
    if done.rejected or damages:
        return Exit.PARTIAL
    return Exit.FOUND if info is not None else Exit.NOTHING
