# Invariant: whatever a request's path and query string hold, it is read or refused in one line;
# each link made of it is plain ASCII, stays on this site and is read as the same state again.
"""Tries web/state.py."""

from fuzz.laws import check_one_line

from gatewatch.model.errors import BadArguments
from gatewatch.web.state import state_of

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [
    b"/search\nq=country%3AIT&after=x&at=2026-11-24",
    b"//evil.example.org/\nlang=fr",
    b"/\\x\nq=%ff&q=%00&a;b",
    b"/host/2001:db8::7\n" + b"a=1&" * 70,
]
TOKENS = [b"&", b"=", b"%", b"%00", b"%0d%0a", b"+", b"//", b"\\", b"q=", b"after="]


def one(data: bytes) -> None:
    """Reads `data` as a path and a query string."""
    path, _, query = data.decode("latin-1").partition("\n")
    try:
        state = state_of(path, query)
    except BadArguments as error:
        check_one_line(error, 1000)
        return
    for link in (state.here, state.having(q="x", after=None), state.having("/report", by="server")):
        assert link.isascii(), link
        assert link.isprintable(), link
        assert link.startswith("/"), link
        assert not link.startswith(("//", "/\\")), link
    assert state_of(path, state.here.partition("?")[2]).given == state.given
