"""The lake's network tables, in the form in which the store asks for them."""

from dataclasses import dataclass
from pathlib import Path

from gatewatch.enrich.ranges import Ranges, load_ranges, sources
from gatewatch.store.snapshots import Ints, Locate

__all__ = ["Located", "locator"]


@dataclass(frozen=True, slots=True)
class Located:
    """A way to locate addresses and what it rests on."""

    locate: Locate | None
    """None: no table is imported."""
    sources: tuple[str, ...]
    """One line per table: name, format, date."""


def locator(lake: Path) -> Located:
    """Locates by the tables that were imported into `lake`."""
    ranges = load_ranges(lake)
    if ranges is None:
        return Located(None, ())
    return Located(_by(ranges), tuple(str(source) for source in sources(lake)))


def _by(ranges: Ranges) -> Locate:
    def locate(high: Ints, low: Ints, family: int) -> tuple[Ints, Ints]:
        return ranges.lookup4(low) if family == 4 else ranges.lookup6(high, low)

    return locate
