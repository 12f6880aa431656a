"""What the user says about a file because the file itself does not."""

from dataclasses import dataclass

from gatewatch.model.errors import PortMissing, TimeMissing

__all__ = ["Given"]


@dataclass(frozen=True, slots=True)
class Given:
    """Handed to each reader; `name` is the input's name in messages."""

    name: str
    port: int | None = None
    seen_at: int | None = None
    """Microseconds since 1970 UTC."""

    def port_or(self, found: int | None, fmt: str) -> int:
        """The port the record names, else the one given; raises PortMissing when neither is."""
        port = found if found is not None else self.port
        if port is None:
            raise PortMissing(where=self.name, format=fmt)
        return port

    def time_or(self, found: int | None, fmt: str) -> int:
        """The time the record names, else the one given; raises TimeMissing when neither is."""
        seen_at = found if found is not None else self.seen_at
        if seen_at is None:
            raise TimeMissing(where=self.name, format=fmt)
        return seen_at
