"""The exclusions: who is never asked, whatever the scope says.

A file like the scope, `198.51.100.0/24  # asked by noc@example.net, 2026-11-02`; what stands
behind `#` is the reason. A scan does not start without it, and not when a line of it cannot be
read: an opt-out that was mistyped is still an opt-out.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gatewatch.model.errors import InputUnreadable, PoliteRefusal
from gatewatch.scan.address_file import faults, read_addresses
from gatewatch.scan.ranges import Targets

__all__ = ["NO_EXCLUSIONS", "Exclusions", "read_exclusions"]


@dataclass(frozen=True, slots=True)
class Exclusions:
    """Addresses never to be asked."""

    name: str
    targets: Targets
    hash: str
    """SHA-256 of the ranges, the same however the file writes them; empty for no file."""


NO_EXCLUSIONS = Exclusions("", Targets.of(()), "")
"""For a lab, where nobody can ask to be left out."""


def read_exclusions(path: Path) -> Exclusions:
    """The exclusions in the file at `path`, which may be empty but must be there.

    Raises PoliteRefusal when it cannot be read, or any line of it.
    """
    try:
        found = read_addresses(path)
    except InputUnreadable as error:
        raise PoliteRefusal(
            where=path,
            what=f"the exclusions cannot be read ({error.values['what']})",
            mend="give the file of all who asked to be left out; an empty one says nobody did",
        ) from None
    if found.problem_count:
        told = faults(found)
        raise PoliteRefusal(
            where=told["where"],
            what=f'exclusion "{told["value"]}" {told["what"]}',
            mend=told["mend"],
        )
    targets = Targets.of(entry.network for entry in found.entries)
    return Exclusions(str(path), targets, _hash(targets))


def _hash(targets: Targets) -> str:
    digest = sha256()
    for ranges in targets:
        for first, last in ranges:
            digest.update(f"{ranges.version} {first:x}-{last:x}\n".encode())
    return digest.hexdigest()
