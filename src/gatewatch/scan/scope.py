"""The scope: the file that says, address by address, where a scan may go.

Nothing outside it is ever sent to. IPv6 is scanned from hit lists only: a block shorter than
/112 holds more addresses than anybody can ask.
"""

from collections.abc import Sequence
from pathlib import Path

from gatewatch.model.address import Network
from gatewatch.model.errors import BadScope, PoliteRefusal
from gatewatch.scan.address_file import (
    AddressFile,
    AsNetworks,
    Entry,
    Problem,
    faults,
    read_addresses,
)
from gatewatch.scan.ranges import Targets
from gatewatch.scan.special import block_of

__all__ = ["AsNetworks", "read_scope"]

_IPV6_MOST = 1 << 16  # a /112


def read_scope(path: Path, *, lab: bool = False, networks_of: AsNetworks | None = None) -> Targets:
    """The addresses that the scope file at `path` names; `networks_of` tells those of an AS.

    A line that lies whole in special-purpose space is refused outside a lab, and in a lab one
    that does not lie in lab space. Raises InputUnreadable, BadScope (with every line that cannot
    be read), PoliteRefusal (with every line that is refused).
    """
    found = read_addresses(path, networks_of or _nobody_knows)
    for entry in found.entries:
        if _too_wide(entry):
            what = "holds more than 65,536 IPv6 addresses; IPv6 is scanned from hit lists"
            found.fault(Problem(entry.line, entry.text, what))
    if found.problem_count:
        raise BadScope(**faults(found))
    if not found.entries:
        raise BadScope(
            where=path, value="", what="names no address", mend="write one address or CIDR a line"
        )
    _refuse_special(found, lab=lab)
    return Targets.of(entry.network for entry in found.entries)


def _nobody_knows(number: int) -> Sequence[Network]:
    raise ValueError(f'no network data tells the networks of AS{number}: "gatewatch geo import"')


def _too_wide(entry: Entry) -> bool:
    first, last = entry.network
    return first.high is not None and last.number - first.number >= _IPV6_MOST


def _refuse_special(found: AddressFile, *, lab: bool) -> None:
    refused = AddressFile(found.path)
    for entry in found.entries:
        block = block_of(entry.network)
        if lab and (block is None or not block.lab):
            what = "is no lab space (loopback, private use, benchmarking, unique local)"
            refused.fault(Problem(entry.line, entry.text, what))
        elif block is not None and not lab:
            what = f"lies in {block.text}, {block.name} ({block.rfc})"
            refused.fault(Problem(entry.line, entry.text, what))
    if not refused.problem_count:
        return
    told = faults(refused)
    mend = "scan the Internet without --lab" if lab else "add --lab if it is your own lab"
    more = f"; {refused.problem_count - 1:,} more lines" if refused.problem_count > 1 else ""
    raise PoliteRefusal(
        where=told["where"], what=f'"{told["value"]}" {told["what"]}{more}', mend=mend
    )
