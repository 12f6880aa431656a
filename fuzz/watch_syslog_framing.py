# Invariant: messages are single lines within the limit, memory stays within one message, and a
# stream whose end is a message's end gives the same messages however it is cut.
"""Messages of syslog out of TCP, in both framings."""

from gatewatch.watch.syslog_framing import LONGEST, Framing

SEEDS = [
    b"<13>1 2026-11-20T09:00:00Z gate sshd 1 - - a\n<13>Nov 20 09:00:00 gate sshd[1]: b\n",
    b"6 <13>ab7 <13>abc5 <13>a",
    b"<13>a\0<13>b\r\n{}\n",
]
TOKENS = [b"5 ", b"9999999 ", b"\n", b"\0", b"<13>"]


def one(data: bytes) -> None:
    """Fed whole, byte by byte and in pieces that the data chooses."""
    whole = fed(data, len(data) or 1)
    for step in (1, 1 + len(data) % 7):
        assert fed(data, step) == whole
    for message in whole:
        assert message
        assert b"\n" not in message
        assert len(message) <= LONGEST


def fed(data: bytes, step: int) -> list[bytes]:
    """The messages of a stream in pieces of `step` bytes."""
    framing, found = Framing(), list[bytes]()
    for at in range(0, len(data), step):
        found += framing.feed(data[at : at + step])
    return found + framing.feed(b"", last=True)
