"""Talk on stderr: notes, and progress for whatever takes longer than two seconds.

On a terminal progress is one line, redrawn five times a second at most, with rate and time left;
elsewhere, and with `--accessible`, a new line every ten seconds. `--quiet` silences both, but no
error. stdout is never touched. What comes from a file or a device is escaped before it is shown.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Self, TextIO

from gatewatch.cli.settings import ACCESSIBLE, QUIET, setting
from gatewatch.model.errors import BadQuery, GatewatchError
from gatewatch.model.hostile import shown

__all__ = ["Progress", "say", "tell"]

_PATIENCE_S = 2.0
_REDRAW_S = 0.2
_LINE_S = 10.0
# So many characters of a query are shown on each side of what is wrong in it.
_CONTEXT = 60
_CLEAR = "\r\x1b[K"


def say(text: str, args: argparse.Namespace) -> None:
    """One note for people on stderr, unless they asked for quiet."""
    if not setting(QUIET, args):
        print(shown(text, 2000), file=sys.stderr)


def tell(error: GatewatchError, *, as_json: bool) -> int:
    """Writes the error to stderr, for people or for programs; returns its exit code."""
    code = int(error.exit_code)
    if as_json:
        fields: dict[str, object] = {"error": error.id, "message": str(error), "exit": code}
        if isinstance(error, BadQuery):
            fields["query"] = error.to_json()
        print(json.dumps(fields), file=sys.stderr)
    else:
        # Some errors are about the command line itself and begin with the program's name.
        program = "" if str(error).startswith("gatewatch") else "gatewatch: "
        print(f"{program}{error}", file=sys.stderr)
    if isinstance(error, BadQuery) and error.text and not as_json and sys.stderr.isatty():
        _point_at(error)
    return code


def _point_at(error: BadQuery) -> None:
    """The part of the query around the sign, and a marker below it."""
    start = max(error.column - 1 - _CONTEXT, 0)
    before = shown(error.text[start : error.column - 1], _CONTEXT)
    after = shown(error.text[error.column - 1 :][:_CONTEXT], _CONTEXT)
    print(f"  {before}{after}\n  {' ' * len(before)}^", file=sys.stderr)


class Progress:
    """`with Progress("import scan.json", "answers", args) as progress: progress.show(done)`.

    `show` is cheap; call it every few hundred units. With a `total`, or with `part` (the fraction
    that is done) where only bytes tell, the time left is estimated from the whole run so far.
    """

    def __init__(
        self,
        doing: str,
        unit: str,
        args: argparse.Namespace,
        *,
        total: int | None = None,
        out: TextIO | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._doing, self._unit, self._total = doing, unit, total
        self._out = out or sys.stderr
        self._clock = clock
        self._quiet = setting(QUIET, args)
        self._redraw = self._out.isatty() and not setting(ACCESSIBLE, args)
        self._started = clock()
        self._next = self._started + (_PATIENCE_S if self._redraw else _LINE_S)
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clear()

    def show(self, done: int, part: float | None = None, more: str = "") -> None:
        """So many units are done; writes when it is time to, with `more` at the end."""
        now = self._clock()
        if self._quiet or now < self._next:
            return
        self._next = now + (_REDRAW_S if self._redraw else _LINE_S)
        if part is None and self._total:
            part = done / self._total
        text = self._text(done, part, now - self._started)
        if more:
            text = f"{text}  {shown(more)}"
        if self._redraw:
            width = shutil.get_terminal_size().columns - 1
            self._out.write(f"{_CLEAR}{text[:width]}")
        else:
            self._out.write(f"{text}\n")
        self._out.flush()
        self._drawn = self._redraw

    def say(self, text: str) -> None:
        """A note above the progress line."""
        if not self._quiet:
            self._clear()
            self._out.write(f"{shown(text, 2000)}\n")

    def _text(self, done: int, part: float | None, spent: float) -> str:
        rate = done / spent if spent > 0 else 0.0
        words = [shown(self._doing, 60), f"{done:,} {self._unit}", f"{rate:,.0f}/s"]
        if part is not None and 0 < part <= 1:
            words += [f"{part * 100:.0f} %", f"{_clock_time(spent / part - spent)} left"]
        return "  ".join(words)

    def _clear(self) -> None:
        if self._drawn:
            self._out.write(_CLEAR)
            self._out.flush()
            self._drawn = False


def _clock_time(seconds: float) -> str:
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"
