"""What stands under every report: how old the data is, what it covers, who understood it.

A figure without these cannot be trusted, so no table is made without them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gatewatch.model.fields import Field
from gatewatch.model.language import ENGLISH, Language, Words
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.report.sampling import LEVEL
from gatewatch.report.wording import looked_at

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
    language: Language = field(default=ENGLISH)
    """In which everything about them is told."""

    def aside(self) -> Words:
        """Which snapshots, and how old."""
        return looked_at(self.snapshots, self.now, self.language)

    def notes(self, fields: Iterable[Field] = (), *, estimates: bool = True) -> Iterator[str]:
        """Sentences on coverage and knowledge; `fields` are those that the figures are about.

        `estimates`: figures of a sample stand for the whole scope; else they are plain counts.
        """
        yield from self._coverage()
        yield from self.sampling(estimates=estimates)
        tables = dict.fromkeys(name for one in self.snapshots for name in one.networks)
        known = self.catalogue[:8]
        if tables:
            yield self.language.phrase(
                "Located by {tables}; understood by catalogue {known}.",
                tables=", ".join(tables),
                known=known,
            )
        elif _LOCATED & {entry.name for entry in fields}:
            yield self.language.phrase(
                "Located by the source alone, no table is imported; understood by catalogue "
                "{known}.",
                known=known,
            )
        else:
            yield self.language.phrase(
                "Understood by catalogue {known}; no network data is imported.", known=known
            )

    def sampling(self, *, estimates: bool) -> Iterator[str]:
        """What figures of a sample stand for; nothing where the whole scope was asked."""
        shares = sorted({one.sampled for one in self.snapshots if one.sampled < 1})
        if shares:
            yield (sample_note if estimates else _counts_note)(shares, self.language)

    def _coverage(self) -> Iterator[str]:
        if len(self.snapshots) <= _SPELLED_OUT:
            for one in self.snapshots:
                yield self.language.phrase(
                    "Coverage of {id}: {coverage}.",
                    id=one.id,
                    coverage=coverage_of(one, self.language),
                )
            return
        partial = sum(one.partial for one in self.snapshots)
        rejected = sum(one.rejected for one in self.snapshots)
        tools = ", ".join(sorted({one.tool for one in self.snapshots}))
        said = self.language.phrase(
            "Coverage: {n} snapshots by {tools}, {partial} of them incomplete",
            n=len(self.snapshots),
            tools=tools,
            partial=partial or self.language.phrase("none"),
        )
        yield Words(f"{_with_unread(said, rejected, self.language)}.")


def coverage_of(info: SnapshotInfo, language: Language = ENGLISH) -> Words:
    """What a snapshot asked, and what of it could not be had."""
    said = _asked(info, language)
    if info.unanswered:
        open_ports = language.phrase("{n} had an open port", n=info.hosts)
        said = Words(f"{said}, {open_ports}")
    if info.rejected:
        return _with_unread(said, info.rejected, language)
    if info.partial:
        why = language.phrase("incomplete, its input was cut or the scan was stopped")
        return language.phrase("{said}; {more}", said=said, more=why)
    return said


def _asked(info: SnapshotInfo, language: Language) -> Words:
    if info.tool == _SCAN and "targets" in info.details:
        return language.phrase(
            "scan of {n} addresses on port {port}",
            n=int(info.details["targets"]),
            port=info.details.get("port", "?"),
        )
    if info.unanswered:
        asked = info.hosts + sum(info.unanswered.values())
        return language.phrase("{tool} asked {n} addresses", tool=info.tool, n=asked)
    return language.phrase("{tool} does not say what was asked", tool=info.tool)


def _with_unread(said: Words, rejected: int, language: Language) -> Words:
    if not rejected:
        return said
    unread = language.plural(
        "{n} record could not be read", "{n} records could not be read", rejected
    )
    return language.phrase("{said}; {more}", said=said, more=unread)


def sample_note(shares: Iterable[float], language: Language = ENGLISH) -> Words:
    """That figures are estimates, and how sure they are."""
    return language.phrase(
        "A sample: {part} of the scope was asked, chosen by chance. Figures are estimates for the "
        "whole scope, each with its {level} % confidence interval (Wilson).",
        part=", ".join(f"{share:.4g}" for share in shares),
        level=round(LEVEL * 100),
    )


def _counts_note(shares: Iterable[float], language: Language) -> Words:
    """That figures are of the sample alone."""
    return language.phrase(
        "A sample: {part} of the scope was asked, chosen by chance. Counts here are those of the "
        "sample itself, not of the whole scope.",
        part=", ".join(f"{share:.4g}" for share in shares),
    )
