"""The kinds of reports, from a question to tables.

An answer takes the question, the command line, and whether people or programs will read; it
gives the tables, none of them when nothing was found. For programs it is one table.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from gatewatch.cli.parser import as_typed
from gatewatch.cli.question import Question, field_of
from gatewatch.model.errors import BadArguments
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Look, Table

if TYPE_CHECKING:
    from gatewatch.report.groupings import Grouping
    from gatewatch.report.tables.basis import Basis

__all__ = ["Answer", "basis_of", "crosstab", "top"]

# So many columns of a cross-tab at most, unless programs read it.
_COLUMNS = 12


class Answer(Protocol):
    """One kind of report."""

    def __call__(
        self, question: Question, args: argparse.Namespace, *, people: bool
    ) -> Sequence[Table]:
        """The tables that answer."""


def top(question: Question, args: argparse.Namespace, *, people: bool) -> Sequence[Table]:
    """The most or least frequent values of one field, or of each of a preset."""
    from gatewatch.report import top as report
    from gatewatch.report.counting import Unit
    from gatewatch.report.tables import top as tables

    found = [
        report.top(
            question.con, question.scope, one, args.count, unit=Unit(args.unit), rarest=args.rare
        )
        for one in _groupings(args)
    ]
    if not found[0].total:
        return []
    if not people:
        return [tables.for_programs(found)]
    basis = basis_of(question)
    look = Look.WHOLE if args.queries else Look.SPARE
    return [
        _with_command(tables.for_people(one, basis, queries=look), one.rows[0].query, args)
        for one in found
    ]


def crosstab(question: Question, args: argparse.Namespace, *, people: bool) -> Sequence[Table]:
    """Two fields against each other."""
    from gatewatch.report import crosstab as report
    from gatewatch.report.counting import Unit
    from gatewatch.report.tables import crosstab as tables

    first, second = _groupings(args)
    counts = (args.count, min(args.count, _COLUMNS) if people else args.count)
    table = report.crosstab(question.con, question.scope, (first, second), counts, Unit(args.unit))
    if not table.total:
        return []
    if not people:
        return [tables.for_programs(table)]
    return [tables.for_people(table, basis_of(question), tables.Shown(args.cells))]


def basis_of(question: Question, snapshots: Sequence[SnapshotInfo] | None = None) -> "Basis":
    """What the figures rest on: the snapshots of the question, or those given."""
    from gatewatch.report.tables.basis import Basis

    infos = question.scope.infos if snapshots is None else snapshots
    return Basis(infos, question.lake.manifest.catalogue, time.time())


def _with_command(table: Table, query: str | None, args: argparse.Namespace) -> Table:
    if query is None:
        return table
    behind = f"Behind the first row: {as_typed(args, 'search', query)}"
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
