"""The kinds of reports, from a question to tables.

An answer takes the question, the command line, and whether people or programs will read; it
gives the tables, none of them when nothing was found. For programs it is one table.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from gatewatch.cli.output import for_people, language_of, write_table, write_tables
from gatewatch.cli.parser import as_typed
from gatewatch.cli.question import say_why_nothing
from gatewatch.model.errors import BadArguments, Exit
from gatewatch.model.fields import field_of
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Look, Table

if TYPE_CHECKING:
    from gatewatch.model.language import Language
    from gatewatch.query.asking import Question
    from gatewatch.query.scope import Scope
    from gatewatch.report.groupings import Grouping
    from gatewatch.report.tables.basis import Basis

__all__ = [
    "Answer",
    "anomaly",
    "basis_of",
    "compare",
    "crosstab",
    "facets",
    "number_of_values",
    "rare",
    "survival",
    "top",
    "trend",
    "written",
]

_VALUES, _MOST_VALUES = 25, 100_000
# Where people read: columns of a cross-tab, lines of a trend.
_COLUMNS, _LINES = 12, 6


class Answer(Protocol):
    """One kind of report."""

    def __call__(
        self, question: "Question", args: argparse.Namespace, *, people: bool
    ) -> Sequence[Table]:
        """The tables that answer."""


def number_of_values(word: str) -> int:
    """How many values a user wants to see."""
    if not word.isascii() or not word.isdigit() or not 0 < int(word[:9]) <= _MOST_VALUES:
        message = f"{word!r} is not a number from 1 to {_MOST_VALUES:,}"
        raise argparse.ArgumentTypeError(message)
    return int(word)


def written(tables: Sequence[Table], question: "Question", args: argparse.Namespace) -> int:
    """Writes an answer, or says why there is none; returns the exit code."""
    if not tables:
        say_why_nothing(question, args)
        return Exit.NOTHING
    return write_tables(tables, args) if for_people(args) else write_table(tables[0], args)


def top(question: "Question", args: argparse.Namespace, *, people: bool) -> Sequence[Table]:
    """The most or least frequent values of one field, or of each of a preset."""
    from gatewatch.report import top as report
    from gatewatch.report.counting import Unit
    from gatewatch.report.expected import expected
    from gatewatch.report.risk import at_high_risk
    from gatewatch.report.tables import top as tables
    from gatewatch.report.tables.expected import with_expected

    con, scope, count = question.con, question.scope, args.count or _VALUES
    found = [
        report.top(con, scope, one, count, unit=Unit(args.unit), rarest=args.rare)
        for one in _groupings(args)
    ]
    if not found[0].total:
        return []
    # The tables of a preset are to be acted on; a single field is asked for its counts.
    risks = [] if args.by else [at_high_risk(con, scope, one) for one in found]
    weighed = expected(con, scope, found[0].grouping, found[0].unit) if args.by else None
    if not people:
        table = tables.for_programs(found, risks)
        return [table if weighed is None else with_expected(table, weighed, "value", args.unit)]
    basis = basis_of(question, args)
    look = Look.WHOLE if args.queries else Look.SPARE
    told = [
        _with_command(
            tables.for_people(one, basis, queries=look, risk=risk), one.rows[0].query, args
        )
        for one, risk in zip(found, risks or [()] * len(found), strict=True)
    ]
    if weighed is None:
        return told
    return [with_expected(told[0], weighed, found[0].grouping.name, args.unit, basis.language)]


def facets(
    question: "Question",
    args: argparse.Namespace,
    wanted: "Sequence[tuple[Grouping, int]]",
    *,
    people: bool,
) -> Sequence[Table]:
    """The most frequent values of several fields, so many of each."""
    from gatewatch.report import top as report
    from gatewatch.report.tables import top as tables

    found = [
        report.top(question.con, question.scope, grouping, count) for grouping, count in wanted
    ]
    if not found[0].total:
        return []
    if not people:
        return [tables.for_programs(found)]
    basis = basis_of(question, args)
    return [tables.for_people(one, basis, queries=Look.SPARE) for one in found]


def crosstab(question: "Question", args: argparse.Namespace, *, people: bool) -> Sequence[Table]:
    """Two fields against each other."""
    from gatewatch.report import crosstab as report
    from gatewatch.report.counting import Unit
    from gatewatch.report.tables import crosstab as tables

    first, second = _groupings(args)
    count = args.count or _VALUES
    counts = (count, min(count, _COLUMNS) if people else count)
    table = report.crosstab(question.con, question.scope, (first, second), counts, Unit(args.unit))
    if not table.total:
        return []
    if not people:
        return [tables.for_programs(table)]
    return [tables.for_people(table, basis_of(question, args), tables.Shown(args.cells))]


def trend(question: "Question", args: argparse.Namespace, *, people: bool) -> Sequence[Table]:
    """The query from snapshot to snapshot, in all and by the values of a field."""
    from gatewatch.report import trend as report
    from gatewatch.report.counting import Unit
    from gatewatch.report.groupings import by_field
    from gatewatch.report.tables import trend as tables

    grouping = by_field(field_of(args.by[0], "report --by")) if args.by else None
    count = args.count or (_LINES if people else _VALUES)
    found = report.trend(
        question.con, question.scope, grouping, count, Unit(args.unit), _spoken(args, people=people)
    )
    if not any(found.total.counts):
        return []
    return (
        tables.for_people(found, basis_of(question, args))
        if people
        else [tables.for_programs(found)]
    )


def survival(question: "Question", args: argparse.Namespace, *, people: bool) -> Sequence[Table]:
    """How long hosts satisfy the query."""
    from gatewatch.report import survival as report
    from gatewatch.report.tables import survival as tables

    found = report.survival(question.con, question.scope)
    if not found.hosts + found.unstable:
        return []
    table = (
        tables.for_people(found, basis_of(question, args)) if people else tables.for_programs(found)
    )
    return [table]


def compare(question: "Question", args: argparse.Namespace, *, people: bool) -> Sequence[Table]:
    """Two snapshots, or two queries, by the values of a field."""
    from gatewatch.report import compare as report
    from gatewatch.report.counting import Unit
    from gatewatch.report.tables import compare as tables

    first, _, second = args.compare.partition("..")
    sides = (_side(question, first), _side(question, second))
    [grouping, *_] = _groupings(args)
    infos = {info.id: info for side in sides for info in side.infos}
    count = args.count or _VALUES
    with question.lake.reading(list(infos)) as con:
        found = report.compare(
            con, sides, (first, second), grouping, count, Unit(args.unit),
            _spoken(args, people=people),
        )  # fmt: skip
    if not any(found.totals):
        return []
    basis = basis_of(question, args, list(infos.values()))
    return [tables.for_people(found, basis) if people else tables.for_programs(found)]


def anomaly(question: "Question", args: argparse.Namespace, *, people: bool) -> Sequence[Table]:
    """What is odd: rare kinds, values out of proportion, what is new, networks that broke."""
    from gatewatch.report.anomaly.search import anomalies
    from gatewatch.report.tables import anomalies as tables

    found = anomalies(question.lake, question.scope, _spoken(args, people=people))
    if not found:
        return []
    if not people:
        return [tables.for_programs(found)]
    look = Look.WHOLE if args.queries else Look.SPARE
    return tables.for_people(found, basis_of(question, args), args.count or _VALUES, queries=look)


def rare(question: "Question", args: argparse.Namespace, *, people: bool) -> Sequence[Table]:
    """Kinds of device that hardly exist."""
    from gatewatch.report.anomaly.rare import rare_kinds
    from gatewatch.report.anomaly.search import newest_of
    from gatewatch.report.tables import anomalies as tables

    newest = newest_of(question.scope)
    with question.lake.reading(newest.ids) as con:
        found = rare_kinds(con, newest, _spoken(args, people=people))
    if not found:
        return []
    if not people:
        return [tables.for_programs(found)]
    look = Look.WHOLE if args.queries else Look.SPARE
    return tables.for_people(found, basis_of(question, args), args.count or _VALUES, queries=look)


def _spoken(args: argparse.Namespace, *, people: bool) -> "Language":
    """The language of sentences: programs get the same ones everywhere."""
    from gatewatch.model.language import ENGLISH

    return language_of(args) if people else ENGLISH


def _side(question: "Question", text: str) -> "Scope":
    """What one side of a comparison looks at: a snapshot by its name, else a query."""
    from gatewatch.query.nodes import all_of
    from gatewatch.query.parser import parse
    from gatewatch.query.scope import scope
    from gatewatch.report.looking_back import within

    node, every = question.scope.node, question.lake.snapshots
    if text == "latest" or any(info.id == text for info in every):
        return scope(within(question.lake.snapshot(text).id, node), every)
    return scope(all_of([parse(text).node, question.scope.query]), every)


def basis_of(
    question: "Question", args: argparse.Namespace, snapshots: Sequence[SnapshotInfo] | None = None
) -> "Basis":
    """What the figures rest on: the snapshots of the question, or those given."""
    from gatewatch.report.tables.basis import Basis

    infos = question.scope.infos if snapshots is None else snapshots
    return Basis(infos, question.lake.manifest.catalogue, time.time(), language_of(args))


def _with_command(table: Table, query: str | None, args: argparse.Namespace) -> Table:
    if query is None:
        return table
    typed = as_typed(args, "search", query)
    behind = language_of(args).phrase("Behind the first row: {command}", command=typed)
    return replace(table, notes=[*table.notes, behind])


def _groupings(args: argparse.Namespace) -> "Sequence[Grouping]":
    from gatewatch.report.groupings import by_field
    from gatewatch.report.presets import PRESETS

    if args.by:
        return [by_field(field_of(name, "report --by")) for name in args.by]
    name = args.preset or next(iter(PRESETS))
    if name not in PRESETS:
        raise BadArguments(
            where="report --preset",
            what=f'there is no preset "{name}"',
            mend=f"there are {', '.join(PRESETS)}",
        )
    return PRESETS[name]
