"""A pair: one sign-in and one sighting of an exposed service that may be the same home's."""

from dataclasses import dataclass

from gatewatch.model.address import Address

__all__ = ["Pair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Evidence for one person and one response; times in microseconds since 1970 UTC."""

    who: int
    address: Address
    """Where the exposure was seen."""
    port: int
    response: int
    signin_at: int
    seen_at: int
    confidence: float
    why: str
    snapshot: int
    """When the first service of the snapshot was seen, which stands for the snapshot."""
