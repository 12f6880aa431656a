"""What demos share: commands run as if the user had typed them, and an orderly end."""

import argparse
import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from gatewatch.cli.progress import say

__all__ = ["interruptible", "typed"]


def typed(args: argparse.Namespace, word: str, *rest: str) -> int:
    """Runs one command as if the user had typed it; returns its exit code."""
    say("", args)
    say(f"$ gatewatch {shlex.join((word, *rest))}", args)
    parsed = args.whole((word, *rest)).parse_args((word, *rest))
    code: int = parsed.command.run(parsed)
    sys.stdout.flush()
    return code


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM ends the demo like Ctrl-C, so that nothing is left behind."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
