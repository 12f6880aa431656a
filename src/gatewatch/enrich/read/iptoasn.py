"""IPtoASN's tab-separated tables: ip2asn-*.tsv and ip2country-*.tsv, also with decimal numbers.

`first  last  AS number  country  AS name`, or `first  last  country`; what nobody announces says
AS 0, `None` and `Not routed`.
"""

from collections.abc import Iterator
from pathlib import Path

from gatewatch.enrich.rows import (
    About,
    Row,
    as_number,
    country,
    head_lines,
    lines,
    name,
    rows_of,
    span,
)
from gatewatch.model.observation import Rejected

__all__ = ["NAME", "SENTENCE", "about", "read", "sniff"]

NAME = "iptoasn"
SENTENCE = "IPtoASN: ip2asn and ip2country TSV, network and country by first and last address."
# The files name nobody, so this says what is known: whose format it is, and his terms.
_LICENCE = "in the format of IPtoASN (https://iptoasn.com), whose tables are under PDDL 1.0"


def sniff(head: bytes, tail: bytes) -> bool:
    """Whether one of the first lines is such a line."""
    del tail
    return any(_is_row(line) for line in head_lines(head))


def about(path: Path) -> About:
    """The terms of who publishes in this format; the files bear neither date nor name."""
    del path
    return About(licence=_LICENCE)


def read(path: Path) -> Iterator[Row | Rejected]:
    """The rows of the file."""
    return rows_of(lines(path), _row)


def _row(line: str) -> Row | None:
    parts = line.split("\t")
    if len(parts) == 5:
        asn, code, as_name = as_number(parts[2]), country(parts[3]), name(parts[4])
    elif len(parts) == 3:
        asn, code, as_name = None, country(parts[2]), None
    else:
        raise ValueError("a line has 5 columns (or 3), separated by tabs")
    where = span(parts[0], parts[1])
    return Row(*where, asn, code, as_name) if asn or code else None


def _is_row(line: str) -> bool:
    try:
        _row(line)
    except ValueError:
        return False
    return True
