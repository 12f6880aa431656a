"""Data on its way to the user: which format, where to, and how wide.

stdout carries data only. A table on a terminal, NDJSON into a pipe, unless `--format` or the
name of `-o FILE` says otherwise. A file is written beside and renamed when it is complete, so
a reader never sees half of it and an interruption leaves the old one.
"""

import argparse
import errno
import io
import os
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from gatewatch.cli.parser import meant
from gatewatch.cli.settings import ACCESSIBLE, COLOR, LANG, add_option, setting
from gatewatch.model.errors import Exit, FormatUnfit, OutputUnwritable
from gatewatch.model.hostile import shown

if TYPE_CHECKING:
    from gatewatch.formats.write import BinaryWriter, TextWriter
    from gatewatch.model.language import Language
    from gatewatch.model.table import Page, Table, Value

__all__ = [
    "STDOUT",
    "add_format_option",
    "colored",
    "discard_stdout",
    "for_people",
    "language_of",
    "opened",
    "write_table",
    "write_tables",
]

STDOUT = "-"
"""The name of the file that stands for standard output."""
_MENDS = {
    errno.ENOSPC: "free space or write elsewhere",
    errno.EACCES: "choose a file that you may write",
    errno.EPERM: "choose a file that you may write",
    errno.ENOENT: "make its folder first",
    errno.EISDIR: "give the name of a file",
}


def add_format_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--format NAME` and `-o FILE`."""
    parser.add_argument(
        "--format",
        metavar="NAME",
        type=_format_name,
        help='see "gatewatch formats" (default: table on a terminal, ndjson into a pipe, for -o '
        "what the ending of FILE says)",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", default=STDOUT, help="write to FILE (default: stdout)"
    )
    add_option(parser, LANG)


def for_people(args: argparse.Namespace) -> bool:
    """Whether `write_table` will use a format for people, with words, headings and charts."""
    return _writer(args).FOR_PEOPLE


def language_of(args: argparse.Namespace) -> "Language":
    """The language of titles, notes and numbers in formats for people."""
    from gatewatch.model.language import language, languages

    code = setting(LANG, args)
    if code == "auto":
        # POSIX, 8.2: the first of these that is set and not empty decides.
        names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
        code = next(filter(None, names), "").partition("_")[0]
    found = language(code) if code in languages() else language("en")
    return found if _takes_unicode(args) else found.plain()


def write_table(table: "Table", args: argparse.Namespace) -> int:
    """Writes `table` where and as `args` say; returns FOUND, or NOTHING without rows.

    Raises OutputUnwritable; the file is then as it was.
    """
    return write_tables([table], args)


def write_tables(tables: "Iterable[Table]", args: argparse.Namespace, title: str = "") -> int:
    """`write_table` for tables that belong together, under one title.

    Only formats for people can hold several.
    """
    from gatewatch.formats.write import TextWriter
    from gatewatch.model.table import Document

    writer = _writer(args)
    _refuse_terminal(writer, args)
    counted = _Counted(tables)
    with opened(args.output, utf8=writer.NAME != "table") as out:
        document = Document(counted, title, _page(out, args))
        if isinstance(writer, TextWriter):
            writer.write(document, out)
        else:
            writer.write_bytes(document, out.buffer)
    return Exit.FOUND if counted.rows else Exit.NOTHING


def colored(out: TextIO, args: argparse.Namespace) -> bool:
    """Whether `out` may be coloured: `--color`, else a terminal without NO_COLOR."""
    word = setting(COLOR, args)
    if word != "auto":
        return word == "always"
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def discard_stdout() -> None:
    """What is still to be written goes nowhere: without it Python complains once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Counted:
    """Tables whose rows are counted as they pass."""

    def __init__(self, tables: "Iterable[Table]") -> None:
        self._tables = tables
        self.rows = 0

    def __iter__(self) -> "Iterator[Table]":
        for table in self._tables:
            yield replace(table, rows=self._passing(table.rows))

    def _passing(self, rows: "Iterable[Sequence[Value]]") -> "Iterator[Sequence[Value]]":
        for row in rows:
            self.rows += 1
            yield row


def _format_name(word: str) -> str:
    from gatewatch.formats.write import writers

    names = writers()
    if word.lower() in names:
        return word.lower()
    instead = f"{meant(word, list(names))}there are {', '.join(names)}"
    message = f'no format "{shown(word, 40)}"; {instead}'
    raise argparse.ArgumentTypeError(message)


def _writer(args: argparse.Namespace) -> "TextWriter | BinaryWriter":
    from gatewatch.formats.write import writers

    if args.format:
        return writers()[args.format]
    if args.output == STDOUT:
        return writers()["table" if sys.stdout.isatty() else "ndjson"]
    ending = Path(args.output).suffix.lower()
    by_ending = {suffix: writer for writer in writers().values() for suffix in writer.SUFFIXES}
    return by_ending.get(ending, writers()["ndjson"])


def _refuse_terminal(writer: "TextWriter | BinaryWriter", args: argparse.Namespace) -> None:
    from gatewatch.formats.write import TextWriter

    if args.output == STDOUT and sys.stdout.isatty() and not isinstance(writer, TextWriter):
        raise FormatUnfit(
            where=writer.NAME,
            what="is not text, and a terminal would take it for commands",
            mend=f"add -o FILE{writer.SUFFIXES[0]}",
        )


def _page(out: TextIO, args: argparse.Namespace) -> "Page":
    from gatewatch.model.table import Page

    width = None
    if out.isatty() or os.environ.get("COLUMNS", "").isdigit():
        width = max(shutil.get_terminal_size().columns, 20)
    return Page(width, colored(out, args), setting(ACCESSIBLE, args), language_of(args))


def _takes_unicode(args: argparse.Namespace) -> bool:
    encoding = (sys.stdout.encoding or "utf-8") if args.output == STDOUT else "utf-8"
    return encoding.lower().startswith("utf")


@contextmanager
def opened(target: str, *, utf8: bool) -> Iterator[TextIO]:
    """`target`, a file's name or `STDOUT`, to be written within the with-block.

    A file takes its place when the block ends without an error. Raises OutputUnwritable.
    """
    try:
        with _stdout(utf8=utf8) if target == STDOUT else _file(Path(target)) as out:
            yield out
    except BrokenPipeError:
        raise
    except OSError as error:
        if target == STDOUT:
            discard_stdout()
        where = "standard output" if target == STDOUT else target
        mend = _MENDS.get(error.errno or 0, "see the disk and the rights on it")
        raise OutputUnwritable(where=where, what=error.strerror, mend=mend) from error


@contextmanager
def _stdout(*, utf8: bool) -> Iterator[TextIO]:
    out = sys.stdout
    if isinstance(out, io.TextIOWrapper):
        # JSON and CSV are UTF-8 whatever the locale; a table stays readable in any.
        encoding = "utf-8" if utf8 else out.encoding
        out.reconfigure(encoding=encoding, errors="backslashreplace")
    yield out
    out.flush()


@contextmanager
def _file(target: Path) -> Iterator[TextIO]:
    target = target.resolve()
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        # A device or a pipe is written to; replacing it would destroy it. A folder refuses.
        with target.open("w", encoding="utf-8", newline="") as out:
            yield out
        return
    beside = target.with_name(f".{target.name[:200]}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
