"""What is handed to other people's systems: each service of a selection once, as last seen."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from gatewatch.model.address import parse_address
from gatewatch.model.exposed import Exposed, Flaw
from gatewatch.model.fields import FIELDS
from gatewatch.protocol.head import parse_head
from gatewatch.query.nodes import Node
from gatewatch.query.search import services

if TYPE_CHECKING:
    import duckdb

    from gatewatch.model.table import Value

__all__ = ["exposed"]

_NAMED = tuple(
    name
    for name, entry in FIELDS.items()
    if not entry.many and name not in ("ip", "port", "scan_time", "snapshot", "response")
)
_READ = tuple(FIELDS[name] for name in ("ip", "port", "scan_time", "response", *_NAMED))
_BATCH = 512
# What stands in place of a date (protocol.masking): the device's own is not kept.
_MASKED_DATE = "<date>"
# Details of so many responses are remembered; some thousand stand for most services.
_REMEMBERED = 20_000

_Row = tuple["Value", ...]
_Detail = tuple[Mapping[str, str], tuple[Flaw, ...]]


def exposed(con: "duckdb.DuckDBPyConnection", node: Node) -> Iterator[Exposed]:
    """Every service that satisfies `node`, by address and port, as it was last seen.

    Memory does not grow with them: DuckDB sorts on disk what is too much for it.
    """
    rows = services(con, node, _READ, sort=FIELDS["ip"])
    latest = (
        max(group, key=lambda row: str(row[2]))
        for _, group in groupby(rows, key=lambda row: (row[0], row[1]))
    )
    details: dict[str, _Detail] = {}
    # A cursor of its own: the rows are still being read.
    aside = con.cursor()
    for batch in _batches(latest):
        wanted = {str(row[3]) for row in batch} - details.keys()
        if len(details) + len(wanted) > _REMEMBERED:
            details.clear()
            wanted = {str(row[3]) for row in batch}
        details |= _details(aside, wanted)
        yield from (_exposed(row, details[str(row[3])]) for row in batch)


def _batches(rows: Iterator[_Row]) -> Iterator[list[_Row]]:
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _exposed(row: _Row, detail: _Detail) -> Exposed:
    ip, port, seen_at, _, *values = row
    fields = {
        name: value if isinstance(value, int) else None if value is None else str(value)
        for name, value in zip(_NAMED, values, strict=True)
    }
    return Exposed(parse_address(str(ip)), int(str(port)), str(seen_at), fields, *detail)


def _details(con: "duckdb.DuckDBPyConnection", ids: Iterable[str]) -> dict[str, _Detail]:
    """Headers and vulnerabilities of responses, by their ids as users see them."""
    numbers = {int.from_bytes(bytes.fromhex(one), "big", signed=True): one for one in ids}
    if not numbers:
        return {}
    rows = con.execute(
        "SELECT response, head, responses.spoke, cve, cve_sure, cve_verdict FROM responses "
        "JOIN understanding USING (response) WHERE response IN (SELECT unnest(?))",
        [list(numbers)],
    ).fetchall()
    return {numbers[row[0]]: (_headers(row[1], row[2]), _flaws(*row[3:])) for row in rows}


def _headers(head: bytes, spoke: str) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    for name, value in parse_head(bytes(head)).headers if spoke == "http" else ():
        if value == _MASKED_DATE:
            continue
        text = value.encode("latin-1").decode("utf-8", "backslashreplace")
        before = headers.get(name.lower())
        headers[name.lower()] = text if before is None else f"{before}, {text}"
    return headers


def _flaws(cves: Any, sure: Any, verdicts: Any) -> tuple[Flaw, ...]:
    """The vulnerabilities, each once with what is surest of it, in order of their numbers."""
    best: dict[str, Flaw] = {}
    for cve, part, word in zip(cves or (), sure or (), verdicts or (), strict=True):
        if cve not in best or best[cve].sure < part:
            best[cve] = Flaw(cve, part, word)
    return tuple(best[cve] for cve in sorted(best))
