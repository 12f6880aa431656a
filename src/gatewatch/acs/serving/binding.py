"""The UDP side of annex G: STUN for devices behind NAT, and connection requests out of it.

One socket for both: a restricted NAT lets a datagram in only from where the device keeps its
binding. What devices are bound to is remembered for as long as a binding may live, by what they
were seen at; whom it belongs to is what an authenticated Inform says (UDPConnectionRequestAddress),
and a request goes out only where both agree.
"""

import asyncio
from collections import Counter, OrderedDict
from secrets import randbelow, token_hex
from time import monotonic, time

from gatewatch.acs.connection_request import udp_request
from gatewatch.acs.http.admission import source_of
from gatewatch.acs.quarantine import Rate
from gatewatch.protocol.stun import binding_response, read_binding_request

__all__ = ["Bindings"]

_LIFE_S = 600.0
_MOST = 200_000
_COPIES = 3


class Bindings(asyncio.DatagramProtocol):
    """Answers binding requests, and asks bound devices to call."""

    def __init__(self) -> None:
        self._transport: asyncio.DatagramTransport | None = None
        self._bound: OrderedDict[str, float] = OrderedDict()
        self._rate = Rate(2.0, 20, all_per_s=2000)
        self.counts: Counter[str] = Counter()

    async def open(self, host: str, port: int) -> int:
        """Listens; returns the port. Raises OSError."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self._transport = transport
        return int(transport.get_extra_info("sockname")[1])

    def close(self) -> None:
        """Ends it."""
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answers what is a binding request; everything else is counted and dropped."""
        request = read_binding_request(data)
        if request is None or not self._rate.allows(source_of(addr[0]), monotonic()):
            self.counts["dropped"] += 1
            return
        self.counts["bound"] += 1
        if request.for_connection_requests:
            self._remember(f"{addr[0]}:{addr[1]}")
        if self._transport is not None:
            self._transport.sendto(binding_response(request, addr[0], addr[1]), addr)

    def error_received(self, exc: Exception) -> None:
        """A device that is not there any more."""
        del exc
        self.counts["unreachable"] += 1

    def ask(self, address: str, username: str, password: str) -> bool:
        """Asks the device whose UDPConnectionRequestAddress is `address` to call, three times over.

        Whether it is bound here, by that very address and port.
        """
        until = self._bound.get(address, 0.0)
        if self._transport is None or until < monotonic():
            return False
        host, _, port = address.rpartition(":")
        said = udp_request(address, username, password, int(time()), randbelow(2**31), token_hex(8))
        for _ in range(_COPIES):
            self._transport.sendto(said, (host, int(port)))
        self.counts["asked"] += 1
        return True

    def _remember(self, address: str) -> None:
        self._bound[address] = monotonic() + _LIFE_S
        self._bound.move_to_end(address)
        if len(self._bound) > _MOST:
            self._bound.popitem(last=False)
