"""Files of addresses, one entry a line: an address, a CIDR block or `first-last`; `#` comments.

IPv4 and IPv6, defanged or not. Every line that cannot be read is collected, so that a file is
mended in one go. Scope and exclusions are such files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

from gatewatch.model.address import Network, parse_network
from gatewatch.model.errors import InputUnreadable
from gatewatch.model.hostile import shown

__all__ = ["AddressFile", "Entry", "Problem", "faults", "read_addresses"]

# The longest entry is an IPv6 range, some 80 characters; the rest is comment.
_LINE_LIMIT = 4096
# What fits in memory with room to spare (Ranges: 24 bytes an address); hit lists can be split.
_ENTRY_LIMIT = 4_000_000
_PROBLEMS_KEPT = 100
_PROBLEMS_SHOWN = 4


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


def read_addresses(path: Path) -> AddressFile:
    """Reads the file at `path`; raises InputUnreadable when that is impossible."""
    found = AddressFile(path)
    try:
        with path.open("rb") as stream:
            for number, line in _lines(stream):
                _read_line(found, number, line)
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


def _read_line(found: AddressFile, number: int, line: str) -> None:
    text, _, comment = line.removeprefix("\ufeff").partition("#")
    text = text.strip()
    if not text:
        return
    try:
        network = parse_network(text)
    except ValueError as error:
        reason = str(error)
        what = reason if reason.startswith("is ") else f"cannot be read, {reason}"
        found.fault(Problem(number, text, what))
        return
    found.entries.append(Entry(number, text, network, comment.strip()))
