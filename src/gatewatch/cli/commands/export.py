"""`gatewatch export`: a selection as a file that other people's systems read."""

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO, TypeVar

from gatewatch.cli.output import STDOUT
from gatewatch.cli.parser import meant
from gatewatch.cli.parts import Part, too_many, write_parts
from gatewatch.cli.progress import Progress, say
from gatewatch.cli.question import add_query_argument, asked, say_why_nothing
from gatewatch.model.errors import BadArguments, Exit
from gatewatch.model.exposed import TLP, About, Exposed
from gatewatch.model.hostile import shown

if TYPE_CHECKING:
    from gatewatch.formats.export import ListExporter, ServiceExporter
    from gatewatch.formats.limits import Limit
    from gatewatch.query.asking import Question

HELP = "Write a selection for other people's systems: CERT tools, STIX, MISP, plain lists."
EXAMPLES = (
    "gatewatch export country:IT --as shadowserver -o 2026-11-20-scan_cwmp-it.csv",
    "gatewatch export asn:64500 risk.band:critical --as stix -o provider.stix.json",
    "gatewatch export asn:64500 --as misp --tlp green -o provider.misp.json",
    "gatewatch export role:cpe -o routers.cidrs",
    "gatewatch export asn:64500 --for aws-waf -o office.cidrs",
)
ALIASES = ("convert",)

_STEP = 256
_LISTS = "cidrs"

T = TypeVar("T")


def configure(parser: argparse.ArgumentParser) -> None:
    """The query, the format, who will read it, where to."""
    add_query_argument(parser)
    parser.add_argument(
        "--as",
        "--format",
        dest="format",
        metavar="NAME",
        type=_format_name,
        help='see "gatewatch formats" (default: what the ending of FILE or --for says)',
    )
    parser.add_argument(
        "--for",
        dest="target",
        metavar="SYSTEM",
        type=_target_name,
        help="a system whose limits a list must keep to: files are split, or it is refused",
    )
    parser.add_argument(
        "--tlp",
        choices=TLP,
        default="amber",
        help="who may see a STIX, MISP or IntelMQ file (TLP 2.0; default: amber)",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", default=STDOUT, help="write to FILE (default: stdout)"
    )


def run(args: argparse.Namespace) -> int:
    """Writes what was found, then says what was written where; nothing found: no file."""
    from gatewatch.formats.export import ListExporter

    exporter = _exporter(args)
    args.format = exporter.NAME
    with asked(args) as question:
        if isinstance(exporter, ListExporter):
            parts = _write_list(exporter, question, args)
        else:
            parts = _write_services(exporter, question, args)
        if not parts:
            say_why_nothing(question, args)
            say("nothing is written", args)
            return Exit.NOTHING
    for part in parts:
        say(f"{part.name}: {part.entries:,} {_thing(exporter, part.entries)}", args)
    return Exit.FOUND


def _write_services(
    exporter: "ServiceExporter", question: "Question", args: argparse.Namespace
) -> list[Part]:
    from gatewatch.query.search import count_services
    from gatewatch.report.exposed import exposed

    limit, node = exporter.LIMIT, question.scope.node
    most = limit.total if limit else None
    # Before anything is converted, which takes minutes for so many.
    if limit and most is not None and count_services(question.con, node) > most:
        raise too_many(exporter.NAME, limit)
    about = _about(question, args)
    found = exposed(question.con, node)

    def write(services: Iterable[Exposed], number: int, out: TextIO) -> None:
        exporter.write(services, replace(about, part=number), out)

    return write_parts(_shown(found, "services", args), exporter.LIMIT, args, write)


def _write_list(
    exporter: "ListExporter", question: "Question", args: argparse.Namespace
) -> list[Part]:
    from gatewatch.query.search import addresses

    found = addresses(question.con, question.scope.node)
    entries = exporter.entries(_shown(found, "addresses", args))
    return write_parts(entries, _limit(args), args, _write_lines)


def _write_lines(entries: Iterable[str], number: int, out: TextIO) -> None:
    del number  # a list holds nothing but its entries
    out.writelines(f"{entry}\n" for entry in entries)


def _shown(found: Iterable[T], unit: str, args: argparse.Namespace) -> Iterator[T]:
    with Progress("export", unit, args) as progress:
        for done, one in enumerate(found):
            if done % _STEP == 0:
                progress.show(done)
            yield one


def _about(question: "Question", args: argparse.Namespace) -> About:
    from gatewatch.model.moment import iso

    infos = question.scope.infos
    last = iso(max(info.last_seen for info in infos))
    return About(" ".join(args.query), tuple(question.scope.ids), last, args.tlp)


def _exporter(args: argparse.Namespace) -> "ServiceExporter | ListExporter":
    """The format of `--as`, of the ending of FILE or of `--for`; raises BadArguments."""
    from gatewatch.formats.export import ListExporter, exporters

    name = args.format or _by_ending(args.output) or (_LISTS if args.target else None)
    if name is None:
        raise BadArguments(
            where="export",
            what="no format is given",
            mend=f"add --as with one of {', '.join(exporters())}",
        )
    exporter = exporters()[name]
    if args.target and not isinstance(exporter, ListExporter):
        raise BadArguments(
            where="export --for",
            what=f"{args.target} reads lists, and {name} is none",
            mend="take --as addresses or --as cidrs",
        )
    return exporter


def _by_ending(target: str) -> str | None:
    from gatewatch.formats.export import exporters

    return next(
        (name for name, one in exporters().items() if target.lower().endswith(one.SUFFIXES)), None
    )


def _limit(args: argparse.Namespace) -> "Limit | None":
    from gatewatch.formats.limits import targets

    return targets()[args.target].limit if args.target else None


def _thing(exporter: "ServiceExporter | ListExporter", number: int) -> str:
    from gatewatch.formats.export import ListExporter

    if not isinstance(exporter, ListExporter):
        return "service" if number == 1 else "services"
    return "entry" if number == 1 else "entries"


def _format_name(word: str) -> str:
    from gatewatch.formats.export import exporters

    return _known("format", word, list(exporters()))


def _target_name(word: str) -> str:
    from gatewatch.formats.limits import targets

    return _known("system", word, list(targets()))


def _known(kind: str, word: str, names: list[str]) -> str:
    if word.lower() in names:
        return word.lower()
    instead = f"{meant(word, names)}there are {', '.join(names)}"
    message = f'no {kind} "{shown(word, 40)}"; {instead}'
    raise argparse.ArgumentTypeError(message)
