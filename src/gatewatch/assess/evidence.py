"""How much a vulnerability is exploited: who said so, and when. All of it ages."""

from dataclasses import dataclass

__all__ = ["Epss", "Exploitation", "Kev"]


@dataclass(frozen=True, slots=True)
class Exploitation:
    """What was documented."""

    level: str
    """A key of `score.EXPLOITATION`."""
    by: str
    """Who or what exploits it."""
    date: str
    source: str

    def __str__(self) -> str:
        return f"{self.level}: {self.by} ({self.date}; {self.source})"


@dataclass(frozen=True, slots=True)
class Kev:
    """An entry of CISA's catalogue of known exploited vulnerabilities."""

    added: str
    ransomware: bool
    as_of: str
    """The version of the catalogue that said so."""

    def __str__(self) -> str:
        ransomware = ", used by ransomware" if self.ransomware else ""
        return f"since {self.added}{ransomware} (catalogue of {self.as_of})"


@dataclass(frozen=True, slots=True)
class Epss:
    """FIRST's estimate that somebody attacks it, somewhere, within 30 days: not this host."""

    score: float
    percentile: float | None
    date: str
    model: str
    """Version of the model: the same vulnerability jumps from one to the next."""
    source: str

    def __str__(self) -> str:
        percentile = "" if self.percentile is None else f", percentile {self.percentile:.4f}"
        return f"{self.score:.4f}{percentile} ({self.date}, model {self.model}; {self.source})"
