# Invariant: any bytes give a head whose oddities are known names in order, whose status is that of
# three digits, whose names and values hold no line end; the whole costs time linear in the length.
# A head without oddities, written again from what was read, reads the same.
"""Tries protocol/head.py."""

from fuzz.answers import ANSWERS, TOKENS, split

from gatewatch.protocol.head import ODDITIES, Head, line_kind, parse_head

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [split(answer)[0] for answer in ANSWERS]


def one(data: bytes) -> None:
    """Reads `data` as a head."""
    head = parse_head(data)
    line_kind(data)
    assert list(head.oddities) == sorted(set(head.oddities) & ODDITIES.keys())
    assert head.status is None or 0 <= head.status <= 999
    assert not any("\n" in name + value for name, value in head.headers)
    for name, value in head.headers[:3]:
        assert head.get(name) is not None
        assert value in head.all(name)
    if head.status is not None and not head.oddities:
        again = parse_head(_written(head))
        assert again == head, (again, head)


def _written(head: Head) -> bytes:
    lines = [f"{head.version} {head.status:03} {head.reason}"]
    lines += [f"{name}: {value}" for name, value in head.headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
