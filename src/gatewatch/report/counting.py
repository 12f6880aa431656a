"""Counts by one or two groupings, in services or hosts: the SQL under every report.

Services are counted from the smallest view that can answer; millions of rows become some ten
thousand keys before anything is looked up. Hosts are counted from the rows, unless each host of
the snapshot has one service.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from gatewatch.model.fields import Field, Home, Kind
from gatewatch.query.compile import UNDERSTANDING, counted_from, key_of, table_of, where
from gatewatch.query.nodes import Node, conditions
from gatewatch.query.scope import Scope
from gatewatch.query.sql import ALL, Sql
from gatewatch.report.groupings import Grouping

__all__ = [
    "HOST",
    "Counting",
    "Unit",
    "all_missing",
    "base_of",
    "counting",
    "counting_in",
    "counting_over",
    "uncounted",
    "unit_read",
    "value_names",
]

HOST = "(ip_high, ip)"
"""SQL for the address of a row."""


class Unit(StrEnum):
    """What is counted."""

    SERVICES = "services"
    """An address with a port that was seen open."""
    HOSTS = "hosts"
    """An address."""


class Counting(NamedTuple):
    """SQL for the rows that make up the counts of one or two groupings."""

    text: str
    """A row for each combination of values: with `n` services, or for each of its hosts."""
    values: tuple[object, ...]
    names: tuple[tuple[str, ...], ...]
    """The columns of each grouping."""


def counting(
    node: Node, groupings: Sequence[Grouping], unit: Unit, snapshots: Sequence[str] = ()
) -> Counting:
    """How to count what satisfies `node` by `groupings`; `snapshots`: in these alone."""
    source, weight = _source(node, groupings, unit)
    condition = where(node)
    if snapshots:
        within = f" AND snapshot IN ({', '.join('?' * len(snapshots))})"
        condition = Sql(condition.text + within, (*condition.values, *snapshots))
    return counting_in(source, weight, groupings, condition)


def counting_in(
    source: str, weight: str, groupings: Sequence[Grouping], condition: Sql = ALL
) -> Counting:
    """How to count the rows of the table `source`; `weight`: SQL for the services of several rows,
    empty where hosts are counted.
    """
    names = value_names(groupings)
    early, late, tables = _split(groupings, names)
    keys = [key_of(table) for table in tables]
    what = f"{weight}::BIGINT AS n" if weight else "ip_high, ip"
    columns = ", ".join([*early, *dict.fromkeys(keys), what])
    text = f"SELECT {columns} FROM {source} WHERE {condition.text} GROUP BY ALL"
    if not late and not any(grouping.overlaps for grouping in groupings):
        return Counting(text, condition.values, names)
    joins = "".join(f" LEFT JOIN {table} USING ({key_of(table)})" for table in tables)
    known = [
        name for own, one in zip(names, groupings, strict=True) if not one.table for name in own
    ]
    kept = "n" if weight else "ip_high, ip"
    inner = f"SELECT {', '.join([*known, *late, kept])} FROM ({text}){joins}"
    every = ", ".join(name for own in names for name in own)
    what = "sum(n)::BIGINT AS n" if weight else "ip_high, ip"
    return Counting(f"SELECT {every}, {what} FROM ({inner}) GROUP BY ALL", condition.values, names)


def counting_over(source: str, grouping: Grouping) -> Counting:
    """How to count by a grouping whose values the table `source` has itself, beside its `n`."""
    [names] = value_names([grouping])
    values = ", ".join(
        f"{column} AS {name}" for column, name in zip(grouping.columns, names, strict=True)
    )
    inner = f"SELECT {values}, n FROM {source}"
    text = f"SELECT {', '.join(names)}, sum(n)::BIGINT AS n FROM ({inner}) GROUP BY ALL"
    return Counting(text, (), (names,))


def uncounted(node: Node, groupings: Sequence[Grouping], unit: Unit) -> Counting:
    """What satisfies `node` as it lies there: values that rows carry, keys of those looked up.

    Each row is some services, `n` of them, or a host.
    """
    names = value_names(groupings)
    source, _ = _source(node, groupings, unit)
    condition = where(node)
    early, _, tables = _split(groupings, names)
    what = "ip_high, ip"
    if unit is Unit.SERVICES:
        what = "1::BIGINT AS n" if source == "services" else "n"
    columns = ", ".join([*early, *map(key_of, tables), what])
    text = f"SELECT {columns} FROM {source} WHERE {condition.text}"
    return Counting(text, condition.values, names)


def value_names(groupings: Sequence[Grouping]) -> tuple[tuple[str, ...], ...]:
    """What the columns of each grouping are called."""
    return tuple(
        tuple(f"value{place}_{at}" for at in range(len(grouping.columns)))
        for place, grouping in enumerate(groupings)
    )


def _source(node: Node, groupings: Sequence[Grouping], unit: Unit) -> tuple[str, str]:
    """The view to read, and SQL for the services of its rows where they are counted."""
    if unit is Unit.HOSTS:
        return "services", ""
    # Every view names the snapshot, so that field does not decide which one is read.
    asked = [one for every in groupings for one in every.asked]
    return _smallest(node, [one for one in asked if one.home is not Home.SNAPSHOT])


def _smallest(node: Node, asked: Sequence[Field]) -> tuple[str, str]:
    """The smallest view that can count, and how: `places` where no answer is asked about."""
    source, weight = counted_from(node, asked)
    of_answers = (*(one.field for one in conditions(node)), *asked)
    if source == "cube" and not any(table_of(entry) == UNDERSTANDING for entry in of_answers):
        return "places", weight
    return source, weight


def _split(
    groupings: Sequence[Grouping], names: Sequence[Sequence[str]]
) -> tuple[list[str], list[str], list[str]]:
    """SQL for the values that rows carry, for those that are looked up, and the tables of these."""
    early, late, tables = [], [], []
    for grouping, own in zip(groupings, names, strict=True):
        texts = [f"{column} AS {name}" for column, name in zip(grouping.columns, own, strict=True)]
        if grouping.table is None:
            early += texts
        else:
            late += texts
            tables.append(grouping.table)
    return early, late, list(dict.fromkeys(tables))


def all_missing(names: Sequence[str]) -> str:
    """SQL for whether none of these columns has a value."""
    return f"({' AND '.join(f'{name} IS NULL' for name in names)})"


def base_of(scope: Scope, groupings: Sequence[Grouping]) -> Node:
    """The query to which a bucket's condition is added without changing what is looked at."""
    fields = [entry for grouping in groupings for entry in grouping.fields]
    if any(entry.home is Home.SNAPSHOT for entry in fields):
        return scope.node
    by_time = any(entry.kind is Kind.TIME for entry in fields)
    return scope.pinned() if by_time else scope.query


def unit_read(scope: Scope, unit: Unit) -> Unit:
    """The cheaper unit that gives the same counts: where each host has one service, that."""
    one = scope.infos[0]
    same = len(scope.infos) == 1 and one.hosts == one.services
    return Unit.SERVICES if same else unit
