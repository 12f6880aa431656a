"""What a host shares with few others: the way from one device to those like it.

A realm, a body, the order of headers or a certificate that a handful of hosts have in common
names a batch, a maker or an owner; what millions share, or nobody else has, leads nowhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewatch.model.address import Address, Network
from gatewatch.model.fields import FIELDS
from gatewatch.query.compile import column_of
from gatewatch.query.nodes import Condition
from gatewatch.query.printing import printed
from gatewatch.query.search import count_hosts, services

if TYPE_CHECKING:
    import duckdb

__all__ = ["FEWEST", "MOST", "PIVOTS", "Shared", "alike", "shared"]

PIVOTS = tuple(
    FIELDS[name] for name in ("realm", "title", "body.sha256", "headers", "tls.sha256", "response")
)
FEWEST, MOST = 2, 100
# Some boxes answer on every port.
_MOST_VALUES = 60


@dataclass(frozen=True, slots=True)
class Shared:
    """One value of the host and how many other hosts have it."""

    field: str
    value: str
    others: int
    query: str
    """Finds all of them, the host itself too."""

    @property
    def leads(self) -> bool:
        """Whether the number is one that can be looked at."""
        return FEWEST <= self.others <= MOST


def shared(con: "duckdb.DuckDBPyConnection", address: Address) -> Iterator[Shared]:
    """Each value of `PIVOTS` that `address` has in the one snapshot of `con`."""
    here = Condition(FIELDS["ip"], "=", Network(address, address))
    for column, entry in zip(_columns(services(con, here, PIVOTS)), PIVOTS, strict=False):
        for value in list(dict.fromkeys(filter(None, column)))[:_MOST_VALUES]:
            same = Condition(entry, "=", str(value))
            others = count_hosts(con, same) - 1
            yield Shared(entry.name, str(value), others, printed(same))


def alike(
    con: "duckdb.DuckDBPyConnection", snapshot: str, responses: Sequence[str]
) -> list[Shared]:
    """The same in services, read from the totals at once: what these responses share, ids as shown.

    `others` is the number of services that have the value besides one of the host's own.
    """
    numbers = [int.from_bytes(bytes.fromhex(one), "big", signed=True) for one in responses]
    if not numbers:
        return []
    known = ", ".join("?" * len(numbers))
    columns = ", ".join(map(column_of, PIVOTS))
    sql = f"SELECT {columns} FROM understanding WHERE response IN ({known})"
    rows = con.execute(sql, numbers).fetchall()
    wanted = [
        (entry, str(value))
        for column, entry in zip(zip(*rows, strict=True), PIVOTS, strict=True)
        for value in list(dict.fromkeys(filter(None, column)))[:_MOST_VALUES]
    ]
    counts = ", ".join(
        f"coalesce(sum(n) FILTER (WHERE {column_of(entry)} = ?), 0)::BIGINT" for entry, _ in wanted
    )
    counted = con.execute(
        f"SELECT {counts} FROM totals JOIN understanding USING (response) WHERE snapshot = ?",
        [*(value for _, value in wanted), snapshot],
    ).fetchall()[0]
    return [
        Shared(entry.name, value, services - 1, printed(Condition(entry, "=", value)))
        for (entry, value), services in zip(wanted, counted, strict=True)
    ]


def _columns(rows: Iterable[tuple[object, ...]]) -> Iterable[tuple[object, ...]]:
    return zip(*rows, strict=True)
