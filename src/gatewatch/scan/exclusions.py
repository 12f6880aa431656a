"""The exclusions: who is never asked, whatever the scope says.

A file like the scope, `198.51.100.0/24  # asked by noc@example.net, 2026-11-02`; what stands
behind `#` is the reason. Where it says `until 2027-05-01` (or `expires 2027-05-01`) the line holds
to the end of that day, UTC; without it, for good. A scan does not start without the file, and not
when a line of it cannot be read: an opt-out that was mistyped is still an opt-out.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from gatewatch.model.address import parse_network
from gatewatch.model.errors import BadArguments, InputUnreadable, OutputUnwritable, PoliteRefusal
from gatewatch.model.hostile import shown
from gatewatch.scan.address_file import Entry, Problem, faults, read_addresses
from gatewatch.scan.ranges import Targets

__all__ = ["NO_EXCLUSIONS", "Exclusions", "add_exclusions", "read_exclusions"]

_UNTIL = re.compile(r"\b(?:until|expires)[: ]+(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Addresses never to be asked."""

    name: str
    targets: Targets
    hash: str
    """SHA-256 of the ranges, the same however the file writes them; empty for no file."""


NO_EXCLUSIONS = Exclusions("", Targets.of(()), "")
"""For a lab, where nobody can ask to be left out."""


def read_exclusions(path: Path, today: date | None = None) -> Exclusions:
    """The exclusions in the file at `path` that hold `today` (default: now).

    It may be empty but must be there. Raises PoliteRefusal when it cannot be read, or any line.
    """
    today = today or datetime.now(UTC).date()
    try:
        found = read_addresses(path)
    except InputUnreadable as error:
        raise PoliteRefusal(
            where=path,
            what=f"the exclusions cannot be read ({error.values['what']})",
            mend="give the file of all who asked to be left out; an empty one says nobody did",
        ) from None
    held = []
    for entry in found.entries:
        try:
            if (end := _end(entry)) is None or end >= today:
                held.append(entry.network)
        except ValueError:
            found.fault(Problem(entry.line, entry.text, "has an end that is no date (2027-05-01)"))
    if found.problem_count:
        told = faults(found)
        raise PoliteRefusal(
            where=told["where"],
            what=f'exclusion "{told["value"]}" {told["what"]}',
            mend=told["mend"],
        )
    targets = Targets.of(held)
    return Exclusions(str(path), targets, _hash(targets))


def add_exclusions(path: Path, texts: Sequence[str], reason: str) -> None:
    """Adds a line for each of `texts`, with `reason`, to the file at `path`, in one write.

    Raises BadArguments when one is no address, OutputUnwritable.
    """
    for text in texts:
        try:
            parse_network(text)
        except ValueError as error:
            raise BadArguments(
                where="scan exclude", what=f'"{text}": {error}', mend="give an address or a CIDR"
            ) from None
    said = " ".join(shown(reason, 200).replace("#", " ").split())
    day = datetime.now(UTC).date().isoformat()
    lines = "".join(f"{text.strip()}  # {said}{', ' if said else ''}{day}\n" for text in texts)
    try:
        with path.open("a+", encoding="utf-8") as file:
            file.seek(0)
            whole = file.read()
            file.write(("" if not whole or whole.endswith("\n") else "\n") + lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise OutputUnwritable(
            where=path, what=error.strerror, mend="add the line by hand; a running scan reads it"
        ) from None


def _end(entry: Entry) -> date | None:
    """The last day on which an exclusion holds, None: for good; raises ValueError."""
    found = _UNTIL.search(entry.comment)
    return date.fromisoformat(found[1].rstrip(".,;)")) if found else None


def _hash(targets: Targets) -> str:
    digest = sha256()
    for ranges in targets:
        for first, last in ranges:
            digest.update(f"{ranges.version} {first:x}-{last:x}\n".encode())
    return digest.hexdigest()
