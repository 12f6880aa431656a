"""A router in the company's own networks answers to strangers."""

from collections.abc import Iterator

from gatewatch.model.address import Address
from gatewatch.watch.assets import AssetKind
from gatewatch.watch.finding import Advice, Evidence, Finding, Severity
from gatewatch.watch.ground import Ground, described

NAME = "own-exposure"
SENTENCE = "A CWMP port in one of our own networks answers to strangers."
_MOST = 10_000


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each service in the latest snapshot."""
    condition, values = _inside(ground)
    if not condition:
        return
    info = ground.lake.snapshots[-1]
    with ground.lake.reading([info.id]) as con:
        rows = con.execute(
            "SELECT ip_high, ip, port, epoch_us(scan_time), response FROM services"
            f" WHERE {condition} ORDER BY ip_high NULLS FIRST, ip, port LIMIT {_MOST}",
            values,
        ).fetchall()
    routers = described(ground.lake, (row[4] for row in rows))
    for high, low, port, seen, response in rows:
        address, router = Address(high, low), routers.get(response)
        name, flaws = (router.name, router.flaws) if router else ("a device", ())
        yield Finding(
            NAME,
            f"{address} port {port}",
            None,
            Severity.HIGH if flaws else Severity.MEDIUM,
            1.0,
            Advice.CLOSE,
            f"{name} in our own networks answers to strangers",
            (Evidence(address, int(port), None, int(seen), 1.0, f"snapshot {info.id}"),),
            0,
            int(response),
        )


def _inside(ground: Ground) -> tuple[str, list[int]]:
    """SQL for a service in our own networks, and its values."""
    parts: list[str] = []
    values: list[int] = []
    for one in ground.assets:
        if one.kind is not AssetKind.OWN:
            continue
        if one.asn is not None:
            parts.append("asn = ?")
            values.append(one.asn)
        elif one.network is not None:
            first, last = one.network.first, one.network.last
            if first.high is None or last.high is None:
                parts.append("(ip_high IS NULL AND ip BETWEEN ? AND ?)")
                values += [first.low, last.low]
            else:
                # Below a /64 the halves' order is not the network's; a /64 is one site anyway.
                parts.append("ip_high BETWEEN ? AND ?")
                values += [first.high, last.high]
    return " OR ".join(parts), values
