"""`gatewatch fingerprints`: what is known of devices, and proof of what one adds to it."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.evidence import (
    EVIDENCE,
    EXPLAINED,
    evidence_headings,
    evidence_rows,
    explained_rows,
    looks,
    near_table,
)
from gatewatch.cli.output import (
    add_format_option,
    for_people,
    language_of,
    write_table,
    write_tables,
)
from gatewatch.cli.progress import say
from gatewatch.cli.question import counted
from gatewatch.cli.settings import CATALOGUE, add_lake_option, add_option, setting
from gatewatch.model.errors import BadArguments, Exit, InputUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gatewatch.identify.entries import Fingerprint
    from gatewatch.identify.lint import Problem
    from gatewatch.model.observation import Answer
    from gatewatch.model.table import Table

HELP = "List fingerprints, explain a pasted answer, prove entries of one's own, compare catalogues."
EXAMPLES = (
    "gatewatch fingerprints list huawei",
    "gatewatch fingerprints explain - < answer.txt",
    "gatewatch fingerprints test ours/fingerprints/http_server.toml",
    "gatewatch fingerprints lint --catalogue ours",
    "gatewatch fingerprints diff --catalogue ours",
)

_STDIN = "-"


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="one line an entry, or those that a word finds")
    listing.add_argument("word", metavar="WORD", nargs="?", default="", help="part of any column")
    listing.set_defaults(verb=_list)
    explain = verbs.add_parser("explain", help="what a pasted answer is taken for, and why")
    explain.add_argument("file", metavar="FILE", help="the answer as sent; - is standard input")
    explain.add_argument(
        "--exact", action="store_true", help="keep lines that end with a line feed alone"
    )
    explain.set_defaults(verb=_explain)
    test = verbs.add_parser("test", help="prove the entries of one file by their examples")
    test.add_argument("file", metavar="FILE", help="named after what it matches: http_server.toml")
    test.set_defaults(verb=_test)
    lint = verbs.add_parser("lint", help="all that is wrong, slow or hidden in one's own folder")
    lint.set_defaults(verb=_lint)
    diff = verbs.add_parser("diff", help="what two catalogues understand otherwise in the lake")
    diff.add_argument("before", metavar="BEFORE", nargs="?", help="default: the last one before")
    diff.add_argument("after", metavar="AFTER", nargs="?", help="default: today's")
    diff.add_argument("--snapshot", metavar="ID", default="latest", help="whose services to count")
    diff.set_defaults(verb=_diff)
    add_lake_option(diff)
    for verb in (listing, explain, test, lint, diff):
        add_option(verb, CATALOGUE)
        add_format_option(verb)


def run(args: argparse.Namespace) -> int:
    """Runs the verb."""
    code: int = args.verb(args)
    return code


def _list(args: argparse.Namespace) -> int:
    from gatewatch.identify.catalogue import catalogue
    from gatewatch.model.table import Look, Table

    entries = catalogue(setting(CATALOGUE, args)).fingerprints.values()
    rows = [
        row for several in entries for entry in several if _finds(row := _row(entry), args.word)
    ]
    if not rows:
        say(f'no fingerprint has "{args.word}" in any column', args)
    columns = ("rule", "asserts", "confidence", "description", "source", "pattern")
    looks = {"description": Look.PROSE, "asserts": Look.PROSE, "source": Look.DATA,
             "pattern": Look.DATA, "confidence": Look.SHARE, "rule": Look.WHOLE}  # fmt: skip
    return write_table(Table(columns, rows, looks=looks), args)


def _row(entry: "Fingerprint") -> tuple[str, str, float, str, str, str]:
    return (
        entry.rule,
        ", ".join(f"{claim.field}: {claim.value}" for claim in entry.claims),
        max(claim.confidence for claim in entry.claims),
        entry.description,
        entry.source,
        entry.pattern.regex.pattern,
    )


def _finds(row: "Sequence[object]", word: str) -> bool:
    return any(word.casefold() in str(value).casefold() for value in row)


def _explain(args: argparse.Namespace) -> int:
    from gatewatch.model.table import Table
    from gatewatch.report.explain import beliefs_about, near_misses, read_pasted

    answer, mended = read_pasted(_pasted(args.file), exact=args.exact)
    if mended:
        say("no line ends with CR LF, as after pasting: taken as if all did; --exact keeps them",
            args)  # fmt: skip
    overlay = setting(CATALOGUE, args)
    beliefs, near = beliefs_about(answer, overlay), near_misses(answer, overlay)
    if not for_people(args):
        return write_table(Table(EXPLAINED, explained_rows(beliefs, near)), args)
    language = language_of(args)
    taken = Table(
        columns=EVIDENCE,
        rows=list(evidence_rows(beliefs)),
        title=language.phrase("What this answer is taken for"),
        headings=evidence_headings(language),
        notes=list(_remarks(answer)) if not beliefs else [],
        looks=looks(),
    )
    language = language_of(args)
    return write_tables(
        [taken, near_table(near, language.phrase("Nearly matched"), language)], args
    )


def _pasted(name: str) -> bytes:
    from gatewatch.report.explain import PASTED_LIMIT

    try:
        if name == _STDIN:
            data = sys.stdin.buffer.read(PASTED_LIMIT)
        else:
            with Path(name).open("rb") as file:
                data = file.read(PASTED_LIMIT)
    except OSError as error:
        raise InputUnreadable(
            where=name, what=error.strerror, mend="check name and permissions"
        ) from None
    if not data.strip():
        raise BadArguments(
            where=name, what="holds no answer", mend="paste it whole, from HTTP/1.1 on"
        )
    return data


def _remarks(answer: "Answer") -> "Iterator[str]":
    from gatewatch.model.observation import Spoke

    yield "No rule matches this answer."
    if answer.spoke is not Spoke.HTTP:
        yield "It does not begin with a status line such as HTTP/1.1 401 Unauthorized."


def _test(args: argparse.Namespace) -> int:
    from gatewatch.identify.catalogue import catalogue
    from gatewatch.identify.lint import lint_file

    file = Path(args.file)
    if not file.is_file():
        raise BadArguments(
            where=file, what="is no file", mend="give one, such as fingerprints/http_server.toml"
        )
    entries, problems = lint_file(file, catalogue(setting(CATALOGUE, args)).vocabulary)
    examples = sum(len(entry.examples) + len(entry.counter_examples) for entry in entries)
    return _told(
        problems,
        f"{counted(len(entries), 'fingerprint')}, {counted(examples, 'example')}",
        args,
    )


def _lint(args: argparse.Namespace) -> int:
    from gatewatch.identify.lint import lint

    overlay = setting(CATALOGUE, args)
    return _told(list(lint(overlay)), f"{overlay or 'what gatewatch brings'}", args)


def _told(problems: "Sequence[Problem]", looked_at: str, args: argparse.Namespace) -> int:
    """Writes the findings; BAD_INPUT where there is an error among them."""
    wrong = sum(problem.kind == "error" for problem in problems)
    say(f"{looked_at}: {counted(wrong, 'error')}, {counted(len(problems) - wrong, 'note')}", args)
    write_table(_table(problems), args)
    return Exit.BAD_INPUT if wrong else Exit.FOUND


def _table(problems: "Sequence[Problem]") -> "Table":
    from gatewatch.model.table import Look, Table

    return Table(
        columns=("kind", "where", "what", "mend"),
        rows=[(one.kind, one.where, one.what, one.mend) for one in problems],
        looks={"where": Look.WHOLE, "what": Look.PROSE, "mend": Look.PROSE},
    )


def _diff(args: argparse.Namespace) -> int:
    from gatewatch.cli.catalogues import write_catalogue_diff

    return write_catalogue_diff(args, args.before, args.after, args.snapshot)
