"""Which networks are asked no more, because of what came back.

For each /24 (or /48 of IPv6) of this process's shard four small counters are kept, in one byte
each, so that all of IPv4 fits in memory. A network is left alone when
- three "administratively prohibited" came from it (ICMP type 3, codes 9, 10 and 13; ICMPv6 type
  1, codes 1 and 5): its operator filters;
- a packet to it went round in circles (time exceeded): what we send is multiplied there;
- sixteen of its addresses accepted connections and more than nine in ten of all say nothing in
  HTTP: a tarpit or a SYN proxy, which is no service (Izhikevich et al., LZR, USENIX Security
  2021; Bano et al., CCR 2018).
"""

from gatewatch.model.observation import Observation, Spoke
from gatewatch.scan.probe import Icmp, Result

__all__ = ["BackOff"]

_PROHIBITED = frozenset({(3, 9), (3, 10), (3, 13), (1, 1), (1, 5)})
_EXCEEDED = frozenset({(11, 0), (3, 0)})
_PROHIBITED_MOST = 3
_MUTE_MOST = 16
_MUTE_SHARE = 0.9


class BackOff:
    """Counts per network; `networks` is how many there are."""

    def __init__(self, networks: int) -> None:
        self._prohibited = bytearray(networks)
        self._seen = bytearray(networks)
        self._mute = bytearray(networks)

    def saw(self, network: int, result: Result, *, v6: bool) -> str | None:
        """Counts one result; returns why `network` is to be left alone, if it is."""
        if result.local:
            return None
        if result.icmp is not None:
            return self._icmp(network, result.icmp, v6=v6)
        _count(self._seen, network)
        record = result.record
        if isinstance(record, Observation) and record.answer.spoke is not Spoke.HTTP:
            mute = _count(self._mute, network)
            if mute >= _MUTE_MOST and mute > _MUTE_SHARE * self._seen[network]:
                return "accept-all"
        return None

    def _icmp(self, network: int, icmp: Icmp, *, v6: bool) -> str | None:
        if icmp in _EXCEEDED and (icmp[0] == 3) == v6:
            return "loop"
        if icmp in _PROHIBITED and (icmp[0] == 1) == v6:
            return "filtered" if _count(self._prohibited, network) >= _PROHIBITED_MOST else None
        return None


def _count(column: bytearray, network: int) -> int:
    column[network] = min(255, column[network] + 1)
    return column[network]
