"""Files of addresses, one entry a line: an address, a CIDR block or `first-last`; `#` comments.

IPv4 and IPv6, defanged or not, also as the host of a web address (`hxxp://192.0.2[.]1:7547/`). A
scope may name an autonomous system too (`AS64500`), which stands for its networks. Every line
that cannot be read is collected, so that a file is mended in one go. Scope and exclusions are
such files.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gatewatch.model.address import Network, canonical, parse_network
from gatewatch.model.errors import InputUnreadable
from gatewatch.model.hostile import shown

__all__ = ["AddressFile", "AsNetworks", "Entry", "Problem", "faults", "read_addresses"]

AsNetworks = Callable[[int], Sequence[Network]]
"""The networks of an AS number; raises ValueError with the reason when nobody can tell."""

# The longest entry is an IPv6 range, some 80 characters; the rest is comment.
_LINE_LIMIT = 4096
# What fits in memory with room to spare (Ranges: 24 bytes an address); hit lists can be split.
_ENTRY_LIMIT = 4_000_000
_PROBLEMS_KEPT = 100
_PROBLEMS_SHOWN = 4
_WEB = re.compile(
    r"h(?:tt|xx)ps?\[?:\]?//(\[[0-9a-f:.]+\]|[^/]+?)(?:\[?:\]?\d{1,5})?(?:/.*)?", re.IGNORECASE
)
_AS = re.compile(r"AS(\d{1,10})", re.IGNORECASE)


class Entry(NamedTuple):
    """One line that names addresses."""

    line: int
    text: str
    network: Network
    comment: str


class Problem(NamedTuple):
    """One line that cannot be used."""

    line: int
    text: str
    what: str


@dataclass
class AddressFile:
    """What a file holds; with more problems than are kept, only their number is exact."""

    path: Path
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0

    def fault(self, problem: Problem) -> None:
        """Counts one more line that cannot be used."""
        self.problem_count += 1
        if len(self.problems) < _PROBLEMS_KEPT:
            self.problems.append(problem)


def read_addresses(path: Path, networks_of: AsNetworks | None = None) -> AddressFile:
    """Reads the file at `path`; raises InputUnreadable when that is impossible.

    An AS number is a problem unless `networks_of` tells its networks.
    """
    found = AddressFile(path)
    try:
        with path.open("rb") as stream:
            for number, line in _lines(stream):
                _read_line(found, number, line, networks_of)
                if len(found.entries) > _ENTRY_LIMIT:
                    found.fault(Problem(number, "", f"is beyond {_ENTRY_LIMIT:,} entries"))
                    break
    except OSError as error:
        raise InputUnreadable(
            where=path, what=error.strerror, mend="name a file of addresses, one a line"
        ) from None
    return found


def faults(found: AddressFile) -> dict[str, str]:
    """The problems of a file as `where`, `value`, `what` and `mend` of one error."""
    first, *others = found.problems
    mend = "mend this line"
    if others:
        told = (
            f'{other.line} ("{shown(other.text, 40)}" {other.what})'
            for other in others[:_PROBLEMS_SHOWN]
        )
        mend = f"mend it, and {found.problem_count - 1:,} more: line {', '.join(told)}"
        if found.problem_count - 1 > _PROBLEMS_SHOWN:
            mend += " …"
    where = f"{found.path}:{first.line}"
    return {"where": where, "value": first.text, "what": first.what, "mend": mend}


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    number = 0
    while raw := stream.readline(_LINE_LIMIT):
        number += 1
        yield number, raw.decode("utf-8", "replace")
        while raw and not raw.endswith(b"\n") and len(raw) == _LINE_LIMIT:
            raw = stream.readline(_LINE_LIMIT)


def _read_line(found: AddressFile, number: int, line: str, networks_of: AsNetworks | None) -> None:
    text, _, comment = line.removeprefix("\ufeff").partition("#")
    text = text.strip()
    if not text:
        return
    try:
        networks = _networks(text, networks_of)
    except ValueError as error:
        reason = str(error)
        what = reason if reason.startswith("is ") else f"cannot be read, {reason}"
        found.fault(Problem(number, text, what))
        return
    found.entries += [Entry(number, text, network, comment.strip()) for network in networks]


def _networks(text: str, networks_of: AsNetworks | None) -> Sequence[Network]:
    """What one entry names; raises ValueError with the reason."""
    # Long lists hold nothing else.
    if address := canonical(text):
        return [Network(address, address)]
    if named := _AS.fullmatch(text):
        if networks_of is None:
            raise ValueError("is an AS number, which only a scope may name")
        return networks_of(int(named[1]))
    if web := _WEB.fullmatch(text):
        text = web[1].removeprefix("[").removesuffix("]") if ":" in web[1] else web[1]
    return [parse_network(text)]
