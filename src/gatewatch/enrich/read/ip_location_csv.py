"""CSV without a header, as ip-location-db and DB-IP Lite publish it.

`first,last,country` or `first,last,AS number,organisation`; addresses or decimal numbers, IPv4
and IPv6 in two files or in one. City tables have more columns, some with a continent where a
country could stand, so they are not taken for these.
"""

from collections.abc import Iterator
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
    rows_of,
    span,
)
from gatewatch.model.observation import Rejected

__all__ = ["NAME", "SENTENCE", "about", "read", "sniff"]

NAME = "ip-location-csv"
SENTENCE = "ip-location-db and DB-IP Lite CSV without header: country, or AS number and name."


def sniff(head: bytes, tail: bytes) -> bool:
    """Whether one of the first lines is such a line."""
    del tail
    return any(_is_row(line) for line in head_lines(head))


def about(path: Path) -> About:
    """Nothing: many publishers share this format, each with terms of its own."""
    del path
    return About()


def read(path: Path) -> Iterator[Row | Rejected]:
    """The rows of the file."""
    return rows_of(lines(path), _row)


def _row(line: str) -> Row | None:
    parts = cells(line)
    asn, code, as_name = None, None, None
    if len(parts) == 3:
        code = country(parts[2])
    elif len(parts) == 4:
        asn, as_name = as_number(parts[2]), name(parts[3])
    else:
        raise ValueError("a line is first,last,country or first,last,AS number,name")
    where = span(parts[0], parts[1])
    return Row(*where, asn, code, as_name) if asn or code else None


def _is_row(line: str) -> bool:
    try:
        _row(line)
    except ValueError:
        return False
    return True
