"""An operator's own view: what of a network is exposed, how bad it is, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatewatch.model.address import parse_network
from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import FIELDS
from gatewatch.model.language import ENGLISH, Language
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.compile import where
from gatewatch.query.nodes import Condition, Node, Not, all_of, any_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.report.coverage import breaks, ports_seen
from gatewatch.report.groupings import PRODUCTS, by_field
from gatewatch.report.looking_back import within
from gatewatch.report.survival import Survival, survival
from gatewatch.report.top import Report, top

if TYPE_CHECKING:
    import duckdb

__all__ = ["VULNERABLE", "Moment", "NetworkView", "names_of", "network_node", "network_view"]

VULNERABLE = any_of(Condition(FIELDS["verdict"], "=", word) for word in ("vulnerable", "likely"))
"""What is counted as vulnerable: a banner alone never says more than likely."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The network in one snapshot."""

    info: SnapshotInfo
    services: int
    hosts: int
    vulnerable: int
    """Services."""
    known: int
    """Addresses of the network that this snapshot or one before saw."""
    broken: str
    """What changed in coverage before this snapshot; empty: nothing."""
    query: str

    @property
    def silent(self) -> float:
        """The share of the known addresses that do not answer: filtered, off, or elsewhere."""
        return 1 - self.hosts / self.known if self.known else 0.0


@dataclass(frozen=True, slots=True)
class NetworkView:
    """Everything about one network."""

    query: str
    moments: tuple[Moment, ...]
    """Oldest first."""
    models: Report
    findings: Report
    bands: Report
    lag: Survival | None
    """How long vulnerable devices stay so; None for one snapshot."""
    lag_elsewhere: Survival | None
    """The same for all other networks."""


def network_node(text: str) -> Node:
    """The query for a network as people name it: `AS64500`, `64500`, or a CIDR block.

    Raises BadArguments when it is neither.
    """
    digits = text[2:] if text[:2].upper() == "AS" else text
    if digits.isascii() and digits.isdigit() and len(digits) <= 10:
        return Condition(FIELDS["asn"], "=", int(digits))
    try:
        return Condition(FIELDS["ip"], ":", parse_network(text))
    except ValueError as error:
        raise BadArguments(
            where="network",
            what=f'"{text}" is no network ({error})',
            mend="write AS64500, 192.0.2.0/24 or 2001:db8::/32",
        ) from None


def names_of(con: "duckdb.DuckDBPyConnection", numbers: Sequence[int]) -> dict[object, str]:
    """What these networks are called, as far as anybody knows."""
    if not numbers:
        return {}
    places = ", ".join("?" * len(numbers))
    sql = f"SELECT asn, name FROM as_names WHERE asn IN ({places}) AND name IS NOT NULL"
    return dict(con.execute(sql, list(numbers)).fetchall())


def network_view(
    con: "duckdb.DuckDBPyConnection",
    newest: "duckdb.DuckDBPyConnection",
    infos: Sequence[SnapshotInfo],
    node: Node,
    count: int = 10,
    language: Language = ENGLISH,
    *,
    lag: bool = True,
) -> NetworkView:
    """The view of `node`; `con` reads all of `infos`, `newest` the last of them alone.

    Without `lag` nothing is asked of other networks, which takes longer than all the rest.
    """
    last = Scope(tuple(infos[-1:]), node, node)
    here = elsewhere = None
    if lag and len(infos) > 1:
        both = all_of([node, VULNERABLE])
        here = survival(con, Scope(tuple(infos), both, both))
        others = all_of([Not(node), VULNERABLE])
        elsewhere = survival(con, Scope(tuple(infos), others, others))
    return NetworkView(
        query=printed(node),
        moments=tuple(_moments(con, infos, node, language)),
        models=top(newest, last, PRODUCTS, count),
        findings=top(newest, last, by_field(FIELDS["finding"]), count),
        bands=top(newest, last, by_field(FIELDS["risk.band"]), count),
        lag=here,
        lag_elsewhere=elsewhere,
    )


def _moments(
    con: "duckdb.DuckDBPyConnection",
    infos: Sequence[SnapshotInfo],
    node: Node,
    language: Language,
) -> list[Moment]:
    condition, bad = where(node), where(VULNERABLE)
    counted = con.execute(
        "SELECT snapshot, count(*), count(DISTINCT (ip_high, ip)), "
        f"count(*) FILTER (WHERE {bad.text}) FROM services WHERE {condition.text} GROUP BY ALL",
        [*bad.values, *condition.values],
    ).fetchall()
    order = " ".join(f"WHEN ? THEN {place}" for place in range(len(infos)))
    first_seen = con.execute(
        "SELECT first, count(*) FROM (SELECT ip_high, ip, min(CASE snapshot "
        f"{order} END) AS first FROM services WHERE {condition.text} GROUP BY ip_high, ip) "
        "GROUP BY first",
        [*(info.id for info in infos), *condition.values],
    ).fetchall()
    by_id = {row[0]: row[1:] for row in counted}
    came, known, moments = dict(first_seen), 0, []
    covered = breaks(infos, ports_seen(con), language)
    for place, info in enumerate(infos):
        known += came.get(place, 0)
        services, hosts, vulnerable = by_id.get(info.id, (0, 0, 0))
        moments.append(
            Moment(info, services, hosts, vulnerable, known, covered[place],
                   printed(within(info.id, node)))
        )  # fmt: skip
    return moments
