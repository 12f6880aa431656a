"""What a report counts by: a field, or a few fields that together name one thing.

A grouping knows its values in SQL and, for each value, the condition that finds exactly the
services counted under it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gatewatch.model.address import Address, Network
from gatewatch.model.fields import FIELDS, Field, Kind
from gatewatch.model.table import Value
from gatewatch.query.compile import column_of, table_of
from gatewatch.query.nodes import PRESENT, Condition, Node, Not, all_of, any_of
from gatewatch.query.values import named_period

__all__ = ["PRODUCTS", "Grouping", "by_field"]


@dataclass(frozen=True, slots=True)
class Grouping:
    """Fields of one table whose values are counted together."""

    name: str
    fields: tuple[Field, ...]
    instead: Field | None = None
    """Counted where none of `fields` has a value."""

    @property
    def asked(self) -> tuple[Field, ...]:
        """Every field that is read for it."""
        return (*self.fields, *([self.instead] if self.instead else []))

    @property
    def overlaps(self) -> bool:
        """Whether one service may have several of its values."""
        return any(entry.many for entry in self.fields)

    @property
    def table(self) -> str | None:
        """Where its fields are looked up; None when rows carry them."""
        return table_of(self.fields[0])

    @property
    def columns(self) -> list[str]:
        """SQL for its values, in the order that `condition` takes them."""
        columns = [_counted(entry) for entry in self.fields]
        if self.instead is not None:
            missing = " AND ".join(f"{column} IS NULL" for column in columns)
            columns.append(f"CASE WHEN {missing} THEN {_counted(self.instead)} END")
        return columns

    def label(self, values: Sequence[Any]) -> Value:
        """Its values as people and programs read them; None when all are missing."""
        present = [_shown(value) for value in values if value is not None]
        if len(present) > 1:
            return " ".join(map(str, present))
        return present[0] if present else None

    def condition(self, values: Sequence[Any]) -> Node:
        """What finds the services with these values and no others."""
        entries = list(self.asked)
        if self.instead is not None and any(value is not None for value in values[:-1]):
            entries = list(self.fields)
        return all_of(map(_is, entries, values))

    def others(self, named: Iterable[Sequence[Any]]) -> Node:
        """What finds the services that have a value, none of those `named`."""
        present = any_of(Condition(entry, ":", PRESENT) for entry in self.asked)
        return all_of([present, *(Not(self.condition(values)) for values in named)])


def by_field(entry: Field) -> Grouping:
    """The grouping by one field."""
    return Grouping(entry.name, (entry,))


PRODUCTS = Grouping("product", (FIELDS["vendor"], FIELDS["model"]), instead=FIELDS["software"])
"""What a service is: its device where the answer tells, else the software that answers."""


def _counted(entry: Field) -> str:
    """SQL for the values of a field; times are counted by day, in UTC."""
    if entry.kind is Kind.IP:
        return "row(ip_high, ip)"
    column = column_of(entry)
    if entry.many:
        return f"unnest(coalesce({column}, [NULL]))"
    return f"strftime({column}, '%Y-%m-%d')" if entry.kind is Kind.TIME else column


def _shown(value: Any) -> Value:
    shown: Value = str(Address(*value)) if isinstance(value, tuple) else value
    return shown


def _is(entry: Field, value: Any) -> Node:
    if value is None:
        return Not(Condition(entry, ":", PRESENT))
    if entry.kind is Kind.IP:
        address = Address(*value)
        return Condition(entry, "=", Network(address, address))
    if entry.kind is Kind.TIME:
        day = named_period(value)
        assert day is not None, value
        return Condition(entry, ":", day)
    return Condition(entry, "=", value)
