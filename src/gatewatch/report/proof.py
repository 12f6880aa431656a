"""Before and after: what became of the vulnerable services of a network between two snapshots.

A service is an address with a port. Mended is one that was seen again and whose answer is no
longer counted as vulnerable; one that is silent may be filtered, off, or have another address,
and is never counted as mended.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewatch.query.compile import where
from gatewatch.query.nodes import Node, all_of
from gatewatch.report.network import VULNERABLE

if TYPE_CHECKING:
    import duckdb

__all__ = ["Proof", "proof"]


@dataclass(frozen=True, slots=True)
class Proof:
    """Services of one network in two snapshots."""

    before: str
    after: str
    exposed: tuple[int, int]
    """Services before and after."""
    vulnerable: tuple[int, int]
    still: int
    """Vulnerable before and after."""
    mended: int
    silent: int
    fresh: int
    """Vulnerable now, and not seen or not vulnerable before."""


def proof(con: "duckdb.DuckDBPyConnection", before: str, after: str, node: Node) -> Proof:
    """What became of the services that satisfy `node`, which chooses no snapshot itself."""
    condition, bad = where(all_of([node])), where(VULNERABLE)
    side = (
        f"SELECT ip_high, ip, port, {bad.text} AS bad FROM services "
        f"WHERE snapshot = ? AND {condition.text}"
    )
    row = con.execute(
        f"WITH was AS ({side}), now AS ({side}), both_sides AS ("
        "SELECT was.ip IS NOT NULL AS there, now.ip IS NOT NULL AS here, "
        "coalesce(was.bad, false) AS old, coalesce(now.bad, false) AS new "
        "FROM was FULL JOIN now ON was.ip = now.ip AND was.port = now.port "
        "AND was.ip_high IS NOT DISTINCT FROM now.ip_high) "
        "SELECT count(*) FILTER (there), count(*) FILTER (here), count(*) FILTER (old), "
        "count(*) FILTER (new), count(*) FILTER (old AND new), "
        "count(*) FILTER (old AND here AND NOT new), count(*) FILTER (old AND NOT here), "
        "count(*) FILTER (new AND NOT old) FROM both_sides",
        [*bad.values, before, *condition.values, *bad.values, after, *condition.values],
    ).fetchall()[0]
    exposed, vulnerable = (row[0], row[1]), (row[2], row[3])
    return Proof(before, after, exposed, vulnerable, *row[4:])
