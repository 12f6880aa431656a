"""What a server was started with, the same for every request."""

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

__all__ = ["Role", "Site"]


class Role(IntEnum):
    """What a person may do; each may also do what those before may."""

    READER = 1
    """Look at everything but people's sign-ins."""
    ANALYST = 2
    """Keep queries, work on cases."""
    OPERATOR = 3
    """Change devices and what is let through."""

    @property
    def word(self) -> str:
        """As people write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Site:
    """Where the data is, who may ask and how much of it."""

    lake: Path
    overlay: Path | None = None
    """The user's own catalogue."""
    watch: Path = Path("gatewatch-watch")
    """Sign-ins and cases; there may be none."""
    people: Path | None = None
    """The file of people and tokens; None: there is none, and everybody on loopback may ask."""
    hosts: tuple[str, ...] = ()
    """Names, besides those of loopback, under which browsers may come."""
    login: bool = False
    """Nobody may ask without a login or a token."""
    proxy: bool = False
    """A proxy stands in front, whose word about who asks is believed."""
    secure: bool = False
    """Reached by HTTPS: cookies never travel without."""
    threads: int = 4
    """Requests that are worked on at a time."""
    waiting: int = 64
    """Requests that may wait for their turn; more are sent away for a while."""
    seconds: float = 30.0
    """A question may take so long."""
