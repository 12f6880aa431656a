"""The column of facets: for each field the most frequent values, as links that narrow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewatch.enrich.countries import country_name
from gatewatch.model.fields import FIELDS, Home
from gatewatch.model.language import Language, Words
from gatewatch.query.nodes import conditions
from gatewatch.report.facets import facets
from gatewatch.report.groupings import by_field
from gatewatch.report.network import names_of
from gatewatch.web.narrowing import Link, Narrowing

if TYPE_CHECKING:
    import duckdb

    from gatewatch.query.scope import Scope
    from gatewatch.report.top import Report

__all__ = ["FACETS", "Facet", "Value", "at_once", "facet_column", "field_word"]

FACETS = (
    "country", "asn", "server", "vendor", "model", "device.type", "risk.band", "cve",
    "auth.scheme", "port", "status",
)  # fmt: skip
"""In the order of the column."""
_AT_ONCE = 4_000_000
"""Facets of so many services are there before anybody waits for them."""
_ROWS_COST = 4
"""A service read from the rows costs as much as so many from the cube."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet."""

    link: Link
    label: str
    """What stands beside it: the name of a network, of a country."""
    count: int
    width: float
    """Of its bar, in per cent of the longest."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One field."""

    name: str
    heading: Words
    values: Sequence[Value]
    missing: Value | None
    other: int
    other_values: int
    more: str
    """The report of this field."""


def at_once(scope: "Scope") -> bool:
    """Whether the facets cost so little that they come with the page."""
    rows = any(one.field.home is Home.ROW for one in conditions(scope.node))
    return sum(info.services for info in scope.infos) * (_ROWS_COST if rows else 1) <= _AT_ONCE


def facet_column(
    con: "duckdb.DuckDBPyConnection", scope: "Scope", narrowing: Narrowing, language: Language
) -> list[Facet]:
    """The facets of a query that finds something."""
    found = facets(con, scope, [by_field(FIELDS[name]) for name in FACETS])
    networks = next(one for one in found if one.grouping.name == "asn")
    names = names_of(con, [int(str(one.value)) for one in networks.buckets])
    return [_facet(one, narrowing, names, language) for one in found if one.buckets]


def field_word(name: str, language: Language) -> Words:
    """What people call a field."""
    words = {
        "country": language.phrase("Country"),
        "asn": language.phrase("Network"),
        "server": language.phrase("Server"),
        "vendor": language.phrase("Vendor"),
        "model": language.phrase("Model"),
        "device.type": language.phrase("Type"),
        "risk.band": language.phrase("Risk"),
        "cve": language.phrase("Vulnerability"),
        "auth.scheme": language.phrase("Challenge"),
        "port": language.phrase("Port"),
        "status": language.phrase("Status"),
        "scan_time": language.phrase("Seen"),
        "ip": language.phrase("Address"),
        "software": language.phrase("Software"),
        "product": language.phrase("Product"),
    }
    return words.get(name, Words(name))


def _facet(
    report: "Report", narrowing: Narrowing, names: Mapping[object, str], language: Language
) -> Facet:
    name = report.grouping.name
    every = [one for one in (*report.buckets, report.missing) if one]
    most = max(one.count for one in every)
    values = [
        Value(
            narrowing.link(name, one.value),
            _label(name, one.value, names),
            one.count,
            round(100 * one.count / most, 1),
        )
        for one in every
    ]
    missing = values.pop() if report.missing else None
    return Facet(
        name,
        field_word(name, language),
        values,
        missing,
        report.other.count if report.other else 0,
        report.other_values,
        narrowing.state.having("/report", q=narrowing.query, by=name),
    )


def _label(name: str, value: object, names: Mapping[object, str]) -> str:
    if name == "asn":
        return names.get(value, "")
    return (country_name(str(value)) or "") if name == "country" and value else ""
