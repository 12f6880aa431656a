"""What is to be expected beside what matches, in a table of counts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gatewatch.model.language import ENGLISH, Language
from gatewatch.model.table import BUCKET, Look, RowKind, Table, Value
from gatewatch.report.expected import Expected

__all__ = ["with_expected"]

_COLUMNS = ("expected", "certain")


def with_expected(
    table: Table,
    found: Mapping[str, Expected],
    value: str,
    unit: str,
    language: Language = ENGLISH,
) -> Table:
    """`table` with two columns after `unit`; the column `value` names what a row counts."""
    note = language.phrase(
        "Services are matches: they may be affected. Expected is the sum of their confidences; the "
        "truth lies from certain, which behaviour shows, up to all matches."
    )
    named = {
        unit: language.phrase("matches"),
        "expected": language.phrase("expected"),
        "certain": language.phrase("certain"),
    }
    columns = list(table.columns)
    at, of, kind = columns.index(unit) + 1, columns.index(value), columns.index(BUCKET)
    rows = [
        (*row[:at], *_told(found, row[of], row[kind]), *row[at:]) for row in map(tuple, table.rows)
    ]
    return replace(
        table,
        columns=(*columns[:at], *_COLUMNS, *columns[at:]),
        rows=rows,
        notes=[*table.notes[:1], note, *table.notes[1:]] if table.notes else table.notes,
        looks={**table.looks, **dict.fromkeys(_COLUMNS, Look.COUNT)},
        headings={**table.headings, **named},
    )


def _told(found: Mapping[str, Expected], value: Value, kind: Value) -> Sequence[Value]:
    """The figures of one row; nothing where it stands for several values or for none."""
    one = found.get(str(value)) if kind == RowKind.VALUE else None
    return (None, None) if one is None else (round(one.services, 1), round(one.certain, 1))
