"""A cross-tab as a table: a matrix for people, a row for each cell for programs."""

from collections.abc import Iterator
from enum import StrEnum

from gatewatch.model.language import Language, Words
from gatewatch.model.table import BUCKET, QUERY, Heat, Look, RowKind, Table, Value
from gatewatch.report.crosstab import Cell, CrossTab, Line
from gatewatch.report.sampling import asked_in, count_estimate, sampled_share
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import cut, headings, title_by, unit_word

__all__ = ["Shown", "for_people", "for_programs"]

# Device text above a column is cut to this, or a page would hold two columns.
_HEADING = 20


class Shown(StrEnum):
    """What the cells of a matrix show."""

    COUNT = "count"
    """How many."""
    ROW = "row"
    """The share of the row's total."""
    COLUMN = "column"
    """The share of the column's total."""
    EXPECTED = "expected"
    """How many chance would bring."""


def for_people(table: CrossTab, basis: Basis, shown: Shown = Shown.COUNT) -> Table:
    """A row for each value of the first field, a column for each of the second."""
    first, second = (grouping.name for grouping in table.groupings)
    language = basis.language
    both = language.phrase("{first} and {second}", first=first, second=second)
    keys = [f"c{place}" for place in range(len(table.columns))]
    scale = 1 / sampled_share(table.snapshots)
    marks, behind, expected = ([f"{key}.{what}" for key in keys] for what in ("sign", "query", "e"))
    numbers = Look.SHARE if shown in (Shown.ROW, Shown.COLUMN) else Look.COUNT
    columns = [first]
    for place, (key, mark) in enumerate(zip(keys, marks, strict=True)):
        signed = any(row[place].sign for row in table.cells)
        columns += [key, mark] if signed else [key]
    columns += [*behind, *expected, "total", BUCKET, QUERY]
    rows = []
    for line, row in zip(table.rows, table.cells, strict=True):
        told = {first: _label(line, first, language), "total": round(line.count * scale),
                BUCKET: RowKind(line.kind), QUERY: line.query}  # fmt: skip
        for key, across, cell in zip(keys, table.columns, row, strict=True):
            told |= {
                key: _shown(cell, line, across, shown, scale),
                f"{key}.sign": cell.sign or None,
                f"{key}.query": cell.query,
                f"{key}.e": round(cell.expected * scale, 3),
            }
        rows.append([told[column] for column in columns])
    return Table(
        columns=columns,
        rows=rows,
        title=title_by(str(table.unit), both, table.query, language),
        aside=basis.aside(),
        notes=list(_notes(table, basis, shown)),
        looks={
            **dict.fromkeys(keys, numbers),
            **dict.fromkeys(marks, Look.WHOLE),
            **dict.fromkeys([*behind, *expected], Look.DATA),
            "total": Look.COUNT,
            QUERY: Look.DATA,
        },
        headings={
            **headings(language),
            **{
                key: _heading(_label(line, second, language))
                for key, line in zip(keys, table.columns, strict=True)
            },
            **dict.fromkeys(marks, ""),
        },
        queries=dict(zip(keys, behind, strict=True)),
        chart=Heat(first, tuple(keys), dict(zip(keys, expected, strict=True)))
        if shown is Shown.COUNT
        else Heat(first, tuple(keys)),
    )


def for_programs(table: CrossTab) -> Table:
    """A row for each cell, with its shares and what chance would bring."""
    first, second = (grouping.name for grouping in table.groupings)
    sampled = sampled_share(table.snapshots)
    figures = [str(table.unit), *(("low", "high", "seen") if sampled < 1 else ())]
    columns = ("row_field", "row_kind", "row", "column_field", "column_kind", "column", *figures,
               "share", "row_share", "column_share", "expected", "residual", QUERY)  # fmt: skip
    asked = asked_in(table.snapshots)

    def rows() -> Iterator[tuple[Value, ...]]:
        for line, row in zip(table.rows, table.cells, strict=True):
            for across, cell in zip(table.columns, row, strict=True):
                counts: tuple[Value, ...] = (cell.count,)
                if sampled < 1:
                    estimate = count_estimate(cell.count, asked, sampled)
                    counts = (*map(round, estimate), cell.count)
                yield (
                    first, line.kind, line.value, second, across.kind, across.value, *counts,
                    cell.count / table.total, cell.count / line.count, cell.count / across.count,
                    round(cell.expected / sampled, 3), round(cell.residual, 3), cell.query,
                )  # fmt: skip

    return Table(columns, rows())


def _heading(label: Value) -> str:
    return label if isinstance(label, Words) else cut(str(label), _HEADING)


def _shown(cell: Cell, line: Line, across: Line, shown: Shown, scale: float) -> Value:
    return {
        Shown.COUNT: round(cell.count * scale),
        Shown.ROW: cell.count / line.count,
        Shown.COLUMN: cell.count / across.count,
        Shown.EXPECTED: round(cell.expected * scale, 1),
    }[shown]


def _label(line: Line, name: str, language: Language) -> Value:
    if line.kind == RowKind.OTHER:
        return language.phrase("other")
    if line.kind == RowKind.MISSING:
        return language.phrase("no {field}", field=name)
    return line.value


def _notes(table: CrossTab, basis: Basis, shown: Shown) -> Iterator[str]:
    language = basis.language
    yield _unit_note(table, shown, language)
    yield language.phrase(
        "+ and -: more and less than chance would bring (2 standard residuals; ++ and --: 4)."
    )
    fields = [entry for grouping in table.groupings for entry in grouping.fields]
    yield from basis.notes(fields)
    named = [
        cell
        for line, row in zip(table.rows, table.cells, strict=True)
        for across, cell in zip(table.columns, row, strict=True)
        if line.kind == across.kind == RowKind.VALUE
    ]
    most = max(named, key=lambda cell: cell.residual, default=None)
    if most and most.sign and most.query:
        yield language.phrase(
            "Furthest above chance: {query} ({n} {unit}).",
            query=most.query,
            n=most.count,
            unit=unit_word(str(table.unit), language),
        )


def _unit_note(table: CrossTab, shown: Shown, language: Language) -> Words:
    first, second = (grouping.name for grouping in table.groupings)
    if shown is Shown.COUNT:
        base = language.phrase("cells are counts")
    elif shown is Shown.ROW:
        base = language.phrase("cells are shares of their row ({field})", field=first)
    elif shown is Shown.COLUMN:
        base = language.phrase("cells are shares of their column ({field})", field=second)
    else:
        base = language.phrase(
            "cells are what chance would bring: row total x column total / total"
        )
    each = language.phrase("each is in one cell")
    if table.overlap:
        each = language.phrase("they add up to {n} more", n=table.overlap)
    total = language.number(round(table.total / sampled_share(table.snapshots)))
    if sampled_share(table.snapshots) < 1:
        total = language.phrase("about {total}", total=total)
    return language.phrase(
        "Unit {unit}, total {total}; {base}; {each}.",
        unit=unit_word(str(table.unit), language),
        total=total,
        base=base,
        each=each,
    )
