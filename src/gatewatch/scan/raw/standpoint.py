"""Where the raw engine stands: its own address, and ports that nobody else here uses."""

import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from gatewatch.model.errors import MachineUnfit
from gatewatch.scan.raw.cookie import Ports

__all__ = ["Claim", "free_runs", "source_for"]

_RUN = 256
_LAST, _FIRST = 65_535, 1024
_SOCKETS = Path("/proc/net/tcp"), Path("/proc/net/tcp6")
_KERNELS_CHOICE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def source_for(target: str, port: int) -> str:
    """Our address as the kernel would choose it for `target`; sends nothing.

    Raises MachineUnfit when no way leads there.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((target, port))
        except OSError as error:
            raise MachineUnfit(
                where="scan",
                what=f"no way leads to {target}: {error.strerror}",
                mend="connect this machine, or name a scope that it can reach",
            ) from error
        return str(sock.getsockname()[0])


class Claim:
    """A run of source ports that is ours until `close`, or until this process ends.

    What says so is an abstract socket (unix(7)), which lives in the network namespace as the
    ports do, and which the kernel takes away with its process.
    """

    def __init__(self) -> None:
        """Raises MachineUnfit when there is no free run."""
        self._sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        for ports in free_runs(_kernels_choice(), set(_in_use())):
            try:
                self._sock.bind(f"\0gatewatch-raw-{ports.first}")
            except OSError:
                continue
            self.ports = ports
            return
        self._sock.close()
        raise MachineUnfit(
            where="ip_local_port_range",
            what=f"leaves no {_RUN} source ports in a row that nobody uses",
            mend="narrow it: sysctl net.ipv4.ip_local_port_range='32768 60999'",
        )

    def close(self) -> None:
        """Leaves the ports to others."""
        self._sock.close()


def free_runs(kernels: Ports, in_use: set[int]) -> Iterator[Ports]:
    """Runs of ports, the highest first, outside the `kernels` choice and `in_use`.

    A connection of the kernel's that got such a port would hang.
    """
    for first in range(_LAST + 1 - _RUN, _FIRST - 1, -_RUN):
        run = range(first, first + _RUN)
        if (run[-1] < kernels.first or first > kernels.last) and in_use.isdisjoint(run):
            yield Ports(first, run[-1])


def _kernels_choice() -> Ports:
    first, last = _KERNELS_CHOICE.read_text("ascii").split()
    return Ports(int(first), int(last))


def _in_use() -> Iterable[int]:
    """Local ports of all TCP sockets (proc(5): the second column is address:port in hex)."""
    for path in _SOCKETS:
        if path.exists():
            for line in path.read_text("ascii").splitlines()[1:]:
                yield int(line.split()[1].rpartition(":")[2], 16)
