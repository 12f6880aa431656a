"""Who may come in: connections are counted in total and for each source."""

from collections import Counter
from ipaddress import IPv6Address, ip_address

from gatewatch.acs.http.limits import Limits

__all__ = ["Admission", "source_of"]


def source_of(address: str) -> str:
    """Whom an address belongs to: an IPv4 address itself, a /64 of IPv6."""
    if ":" not in address:
        return address
    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))


class Admission:
    """Counts the connections that are open; one for all listeners of a process."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sources: Counter[str] = Counter()
        self.open = 0

    def enter(self, source: str) -> bool:
        """Counts one more of `source`; False: there are enough, and it is not counted."""
        if (
            self.open >= self._limits.connections
            or self._sources[source] >= self._limits.connections_per_source
        ):
            if not self._sources[source]:
                del self._sources[source]
            return False
        self.open += 1
        self._sources[source] += 1
        return True

    def leave(self, source: str) -> None:
        """One that was let in has gone."""
        self.open -= 1
        self._sources[source] -= 1
        if self._sources[source] <= 0:
            del self._sources[source]
