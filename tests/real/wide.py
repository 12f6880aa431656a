"""A wide network in a namespace: 131,072 addresses, all of them one process.

198.18.0.0/15 (RFC 2544) belongs to the target by one `local` route, so that a single listener on
the wildcard address answers for each of its addresses. What an address does follows from its
number, so every test knows the truth:

    .1 .5 .9 ... (number & 3 == 1)   silent: dropped before it is heard
    .2 .6 .10 ... (number & 3 == 2)  refuses
    198.18.7.0/24                    a router says "administratively prohibited"
    all others                       401, with the address in the realm
"""

import contextlib
import selectors
import socket
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.real import namespaces
from tests.real.namespaces import NoLaboratory

from gatewatch.model.address import address_of

__all__ = ["FILTERED", "PORT", "WideNetwork", "answering", "built"]

PORT = 7547
FILTERED = "198.18.7.0/24"
_FIRST = 198 << 24 | 18 << 16
_SCANNER, _TARGET = "198.20.255.1", "198.20.255.2"
_RULES = f"""
table ip gatewatch_test {{
  chain before {{
    type filter hook prerouting priority -300;
    ip daddr 198.18.0.0/15 ip daddr & 0.0.0.3 == 0.0.0.1 drop
  }}
  chain after {{
    type filter hook output priority -300;
  }}
  chain local {{
    type filter hook input priority 0;
    ip daddr {FILTERED} reject with icmp admin-prohibited
    ip daddr 198.18.0.0/15 ip daddr & 0.0.0.3 == 0.0.0.2 reject with tcp reset
  }}
}}
"""


def answering(count: int) -> set[str]:
    """Those of the first `count` addresses that answer."""
    return {
        str(address_of(number, 4))
        for number in range(_FIRST, _FIRST + count)
        if number & 3 in (0, 3) and number >> 8 != (_FIRST >> 8) + 7
    }


class WideNetwork:
    """The scanner's side, and what the target saw."""

    def __init__(self, scanner: str, target: str) -> None:
        self.asked: Counter[str] = Counter()
        """How often each address was sent a request."""
        self._scanner = scanner
        self._target = target
        self._listener = namespaces.inside(
            target, lambda: socket.create_server(("0.0.0.0", PORT), backlog=4096)
        )
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def start(self, argv: Sequence[str], folder: Path, log: str) -> subprocess.Popen[bytes]:
        """`argv`, running on the scanner's side in a group of its own."""
        with (folder / log).open("wb") as talk:
            return subprocess.Popen(
                namespaces.command(self._scanner, argv),
                stdin=subprocess.DEVNULL,
                stdout=talk,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )

    def lose(self, percent: int) -> None:
        """From now on so many packets in a hundred are lost, each way."""
        for chain in ("before", "after"):
            lost = f"add rule ip gatewatch_test {chain} numgen random mod 100 < {percent} drop"
            _run(namespaces.command(self._target, ["nft", lost]))

    def cut(self) -> None:
        """The cable is out."""
        namespaces.ip("link", "set", "wan0", "down", namespace=self._target)

    def mend(self) -> None:
        """The cable is in."""
        namespaces.ip("link", "set", "wan0", "up", namespace=self._target)
        namespaces.ip("route", "replace", "default", "via", _SCANNER, namespace=self._target)

    def close(self) -> None:
        """Ends the listener."""
        self._over.set()
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while not self._over.is_set():
                for key, _ in selector.select(0.05):
                    visitor = key.fileobj
                    assert isinstance(visitor, socket.socket)
                    if visitor is self._listener:
                        connection, _ = visitor.accept()
                        connection.setblocking(False)
                        selector.register(connection, selectors.EVENT_READ)
                        continue
                    selector.unregister(visitor)
                    with visitor, contextlib.suppress(OSError):
                        self._answer(visitor)

    def _answer(self, visitor: socket.socket) -> None:
        address = visitor.getsockname()[0]
        if visitor.recv(4096):
            self.asked[address] += 1
            visitor.send(
                b"HTTP/1.1 401 Unauthorized\r\nServer: gSOAP/2.7\r\n"
                b'WWW-Authenticate: Digest realm="%s", nonce="1"\r\n'
                b"Content-Length: 0\r\n\r\n" % address.encode()
            )


@contextlib.contextmanager
def built() -> Iterator[WideNetwork]:
    """The network, taken down again however the block ends; raises NoLaboratory."""
    namespaces.remove_stale()
    with contextlib.ExitStack() as undo:
        target, scanner = (_namespace(f"wide-{side}", undo) for side in ("target", "scanner"))
        namespaces.ip(
            *("link", "add", "scan0", "type", "veth", "peer", "name", "wan0", "netns", target),
            namespace=scanner,
        )
        for name, device, own in ((scanner, "scan0", _SCANNER), (target, "wan0", _TARGET)):
            namespaces.ip("address", "add", f"{own}/28", "dev", device, namespace=name)
            namespaces.ip("link", "set", device, "up", namespace=name)
        namespaces.ip("route", "add", "198.18.0.0/15", "via", _TARGET, namespace=scanner)
        namespaces.ip("route", "add", "local", "198.18.0.0/15", "dev", "lo", namespace=target)
        namespaces.set_ipv4(target, "icmp_ratelimit", "0")
        namespaces.set_ipv4(target, "icmp_msgs_per_sec", "100000")
        _run(namespaces.command(target, ["nft", "-f", "-"]), _RULES)
        network = WideNetwork(scanner, target)
        undo.callback(network.close)
        yield network


def _namespace(side: str, undo: contextlib.ExitStack) -> str:
    name = namespaces.add(side)
    undo.callback(namespaces.remove, name)
    return name


def _run(argv: Sequence[str], given: str = "") -> None:
    done = subprocess.run(argv, input=given, capture_output=True, text=True, timeout=10)
    if done.returncode:
        raise NoLaboratory(f"{argv[-2]} failed: {done.stderr.strip()}")
