"""CSV with a header line: your own tables, IPinfo Lite, IPLocate, GeoLite2-ASN blocks.

`network,asn,country,as_name`, in any order and with other columns between them; instead of
`network` (address, CIDR block or first-last) there may be a first and a last address. The usual
other names of these columns are known, case does not matter.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from gatewatch.enrich.rows import (
    About,
    Row,
    as_number,
    cells,
    country,
    head_lines,
    lines,
    name,
    network,
    rows_of,
    span,
)
from gatewatch.model.observation import Rejected

__all__ = ["NAME", "SENTENCE", "about", "read", "sniff"]

NAME = "csv"
SENTENCE = "CSV with a header: network (or start and end), asn, country, as_name."

# The first name of each that a header has is taken: a code says more surely what is meant than
# a country's name does.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "network": ("network", "cidr", "prefix", "ip_range", "range"),
    "first": ("first", "start", "start_ip", "ip_start", "range_start", "ip_range_start"),
    "last": ("last", "end", "end_ip", "ip_end", "range_end", "ip_range_end"),
    "asn": ("asn", "as_number", "autonomous_system_number"),
    "country": ("country_code", "country_iso_code", "country", "cc"),
    "as_name": (
        "as_name",
        "as_organization",
        "autonomous_system_organization",
        "organization",
        "organisation",
        "org",
        "name",
    ),
}


def sniff(head: bytes, tail: bytes) -> bool:
    """Whether the first line names addresses and a country or an AS number."""
    del tail
    return any(_columns(line) for line in head_lines(head, 1))


def about(path: Path) -> About:
    """Nothing: such a file does not say where it comes from."""
    del path
    return About()


def read(path: Path) -> Iterator[Row | Rejected]:
    """The rows of the file."""
    numbered = lines(path)
    header = next(numbered, None)
    columns = _columns(header.text) if header else {}
    if not columns:
        raise ValueError("the first line names no network together with an asn or a country")
    return rows_of(numbered, lambda line: _row(line, columns))


def _columns(header: str) -> Mapping[str, int]:
    """Which column has what; empty when too little is there."""
    try:
        names = [cell.strip().lower().replace(" ", "_") for cell in cells(header)]
    except ValueError:
        return {}
    found = {
        what: names.index(word)
        for what, words in _COLUMNS.items()
        for word in reversed(words)
        if word in names
    }
    where = "network" in found or {"first", "last"} <= found.keys()
    return found if where and ("asn" in found or "country" in found) else {}


def _row(line: str, columns: Mapping[str, int]) -> Row | None:
    parts = cells(line)
    if len(parts) <= max(columns.values()):
        raise ValueError("there are fewer cells than the header needs")
    cell = {what: parts[place] for what, place in columns.items()}
    where = network(cell["network"]) if "network" in cell else span(cell["first"], cell["last"])
    asn, code = as_number(cell.get("asn", "")), country(cell.get("country", ""))
    return Row(*where, asn, code, name(cell.get("as_name", ""))) if asn or code else None
