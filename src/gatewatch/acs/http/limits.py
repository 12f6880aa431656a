"""How much a stranger may cost: bytes, seconds, connections."""

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one listener. Those of time were measured to suit slow devices on slow lines.

    A CPE's Inform is some kilobytes and 1,000 parameters are 0.2 MB; 20,000 descriptors are what
    a process usually gets, and behind one address of a carrier live many devices.
    """

    head_bytes: int = 16 * 1024
    headers: int = 64
    body_bytes: int = 2 * 1024 * 1024
    """Decoded as well as on the wire."""
    head_s: float = 10.0
    """From the connection, or the first byte of a later request, to the end of its head."""
    body_s: float = 30.0
    """From the end of the head to the end of the body."""
    idle_s: float = 60.0
    """Between two requests of a session."""
    answer_s: float = 60.0
    """Until the application has answered, and until the peer has taken it."""
    whole_s: float = 300.0
    """A connection in all."""
    connections: int = 15_000
    connections_per_source: int = 512
    """Of one IPv4 address, or one /64 of IPv6."""
