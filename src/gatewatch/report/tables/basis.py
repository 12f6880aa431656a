"""What stands under every report: how old the data is, what it covers, who understood it.

A figure without these cannot be trusted, so no table is made without them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gatewatch.model.fields import Field
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.report.sampling import LEVEL, sampled_share
from gatewatch.report.wording import counted, looked_at

__all__ = ["Basis", "coverage_of", "sample_note"]

# More snapshots than these are summed up; "gatewatch snapshot list" shows each.
_SPELLED_OUT = 2
_LOCATED = frozenset({"country", "asn", "as.name"})
_SCAN = "gatewatch scan"


@dataclass(frozen=True, slots=True)
class Basis:
    """Where figures come from."""

    snapshots: Sequence[SnapshotInfo]
    """Those looked at, at least one."""
    catalogue: str
    """The catalogue that understood them; all history is read with today's."""
    now: float
    """Seconds since 1970."""

    def aside(self) -> str:
        """Which snapshots, and how old."""
        return looked_at(self.snapshots, self.now)

    def notes(self, fields: Iterable[Field] = ()) -> Iterator[str]:
        """Sentences on coverage and knowledge; `fields` are those that the figures are about."""
        yield from self._coverage()
        if any(one.sampled < 1 for one in self.snapshots):
            yield sample_note(sampled_share(self.snapshots))
        tables = dict.fromkeys(name for one in self.snapshots for name in one.networks)
        known = f"understood by catalogue {self.catalogue[:8]}"
        if tables:
            yield f"Located by {', '.join(tables)}; {known}."
        elif _LOCATED & {entry.name for entry in fields}:
            yield f"Located by the source alone, no table is imported; {known}."
        else:
            yield f"{known.capitalize()}; no network data is imported."

    def _coverage(self) -> Iterator[str]:
        if len(self.snapshots) <= _SPELLED_OUT:
            for one in self.snapshots:
                yield f"Coverage of {one.id}: {coverage_of(one)}."
            return
        partial = sum(one.partial for one in self.snapshots)
        rejected = sum(one.rejected for one in self.snapshots)
        tools = ", ".join(sorted({one.tool for one in self.snapshots}))
        unread = f"; {counted(rejected, 'record')} could not be read" if rejected else ""
        yield (
            f"Coverage: {len(self.snapshots)} snapshots by {tools}, "
            f"{partial or 'none'} of them incomplete{unread}."
        )


def coverage_of(info: SnapshotInfo) -> str:
    """What a snapshot asked, and what of it could not be had."""
    asked = info.hosts + sum(info.unanswered.values())
    if info.tool == _SCAN and "targets" in info.details:
        targets, port = int(info.details["targets"]), info.details.get("port", "?")
        said = f"scan of {targets:,} addresses on port {port}"
    elif info.unanswered:
        said = f"{info.tool} asked {asked:,} addresses"
    else:
        said = f"{info.tool} does not say what was asked"
    if info.unanswered:
        said += f", {info.hosts:,} had an open port"
    if info.rejected:
        said += f"; {counted(info.rejected, 'record')} could not be read"
    elif info.partial:
        said += "; incomplete, its input was cut or the scan was stopped"
    return said


def sample_note(sampled: float) -> str:
    """That figures are estimates, and how sure they are."""
    return (
        f"A sample: {sampled:.4g} of the scope was asked, chosen by chance. Figures are estimates "
        f"for the whole scope, each with its {LEVEL:.0%} confidence interval (Wilson)."
    )
