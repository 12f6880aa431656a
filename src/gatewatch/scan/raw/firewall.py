"""Our own nftables table: the kernel keeps out of what the raw engine does on its ports.

Without it the kernel answers each SYN-ACK with RST, since it knows of no connection, and a
firewall that tracks connections keeps a record of every silent address for two minutes. The
table belongs to a child process ("flags owner", Linux 5.12): when that process ends, however we
end, kill -9 included, the kernel removes the table. Nothing else of the firewall is touched.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from gatewatch.model.errors import MachineUnfit
from gatewatch.scan.raw.cookie import Ports

__all__ = ["kernel_kept_out", "nft_program"]

# Both hooks come before connection tracking, which is at -200; packet sockets come before both.
_RULES = """\
add table ip {name} {{ flags owner; }}
add chain ip {name} arriving {{ type filter hook prerouting priority -300; policy accept; }}
add rule ip {name} arriving ip daddr {source} tcp dport {ports} drop
add chain ip {name} leaving {{ type filter hook output priority -300; policy accept; }}
add rule ip {name} leaving ip saddr {source} tcp sport {ports} notrack
"""
_LAST_RULE = "notrack"
_PATIENCE_S = 10.0
_LOOK_S = 0.02


def nft_program() -> str | None:
    """The path of nft; None when it is not installed."""
    return shutil.which("nft", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


@contextmanager
def kernel_kept_out(source: str, ports: Ports) -> Iterator[None]:
    """For a with-block the kernel sees nothing that is for `source` on `ports`.

    Raises MachineUnfit with what nft said, when it is missing or refuses.
    """
    nft = nft_program()
    if nft is None:
        raise MachineUnfit(
            where="nft", what="is not installed", mend='install the package "nftables"'
        )
    name = f"gatewatch_{os.getpid()}"
    rules = _RULES.format(name=name, source=source, ports=f"{ports.first}-{ports.last}")
    # In a session of its own, or Ctrl-C would end it before us.
    with subprocess.Popen(
        [nft, "-i"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as owner:
        assert owner.stdin is not None
        try:
            # One that ends at once says why, and takes no rules.
            with suppress(BrokenPipeError):
                owner.stdin.write(rules)
                owner.stdin.flush()
            _wait_for(nft, name, owner)
            yield
        finally:
            owner.kill()
            with suppress(BrokenPipeError):
                owner.stdin.close()


def _wait_for(nft: str, name: str, owner: subprocess.Popen[str]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while _LAST_RULE not in _listed(nft, name):
        if owner.poll() is not None or time.monotonic() > until:
            owner.kill()
            assert owner.stderr is not None
            said = owner.stderr.read().strip().splitlines()
            raise MachineUnfit(
                where="nft",
                what=said[0] if said else "did not take our table",
                mend="raw needs root, nftables and Linux 5.12; --engine connect needs neither",
            )
        time.sleep(_LOOK_S)


def _listed(nft: str, name: str) -> str:
    command = [nft, "list", "table", "ip", name]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout
