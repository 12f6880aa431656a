"""What the user says about a log because the log itself does not, and the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from gatewatch.model.address import Network
from gatewatch.model.errors import LogIncomplete
from gatewatch.watch.mapping import Mapped
from gatewatch.watch.people import People

__all__ = ["DATE_ORDERS", "Given"]

DATE_ORDERS = {"dmy": "20/11/2026 is a date", "mdy": "11/20/2026 is a date"}


@dataclass(frozen=True, slots=True)
class Given:
    """Handed to each source; `name` is the input's name in messages."""

    name: str
    clock: Callable[[], int]
    """Microseconds since 1970 UTC: what lies after it by more than a day is refused."""
    zone: tzinfo | None = None
    """Of times that name none."""
    year: int | None = None
    """Of the first line whose time names none; later lines pass over New Year by themselves."""
    live: bool = False
    """Lines are read as they are written: their year is that of the clock."""
    dates: str | None = None
    """A key of DATE_ORDERS, for dates such as 3/12/2026."""
    proxies: tuple[Network, ...] = ()
    """Reverse proxies whose X-Forwarded-For is believed."""
    people: People = field(default_factory=People)
    lab: bool = False
    """Whether loopback addresses count as public ones, as they do in the demo."""
    mapping: Mapped | None = None
    """Which column means what, for logs that gatewatch does not know."""

    def zone_or(self, source: str) -> tzinfo:
        """The zone given; raises LogIncomplete."""
        if self.zone is None:
            raise LogIncomplete(
                where=self.name,
                source=source,
                what="lines name no time zone",
                mend="--zone Europe/Berlin (or UTC)",
            )
        return self.zone

    def year_or(self, source: str) -> int:
        """The year given; raises LogIncomplete, which asks for the zone too if that lacks."""
        if self.year is None:
            raise LogIncomplete(
                where=self.name,
                source=source,
                what="lines name neither year nor time zone"
                if self.zone is None
                else "lines name no year",
                mend="--year 2026 --zone Europe/Berlin" if self.zone is None else "--year 2026",
            )
        return self.year

    def dates_or(self, source: str) -> str:
        """The order of dates given; raises LogIncomplete."""
        if self.dates is None:
            raise LogIncomplete(
                where=self.name,
                source=source,
                what="lines write dates such as 3/12/2026, which may be March or December",
                mend="--dates mdy or --dates dmy",
            )
        return self.dates
