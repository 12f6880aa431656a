"""argparse, as this house uses it, and a walk through what was declared.

Nothing is guessed: options are never abbreviated, a mistake is one line that names what was
meant. Completion and the reference page are made from the same declarations as the parser.
"""

import argparse
import os
import re
import shlex
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import NoReturn

from gatewatch.model.errors import BadArguments

__all__ = ["Parser", "arguments_of", "as_typed", "meant", "sentence_of", "sub_commands"]


class Parser(argparse.ArgumentParser):
    """argparse with our error line and exit code."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("allow_abbrev", False)
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # handed on as they came

    def error(self, message: str) -> NoReturn:
        raise BadArguments(
            where=self.prog, what=message, mend=f'"{self.prog} --help" shows what it takes'
        )


def as_typed(args: argparse.Namespace, *words: str) -> str:
    """The command line that does `words` in the lake of this run, for a reader to type.

    The program is called as this run was: `./gatewatch` in a clone, `gatewatch` when installed.
    """
    program = os.environ.get("GATEWATCH_PROGRAM", "")
    if not re.fullmatch(r"[\w./~+-]{1,200}", program):
        program = "gatewatch"
    lake = getattr(args, "lake", None)
    place = ["--lake", str(lake)] if lake else []
    return " ".join([program, shlex.join([*words, *place])])


def meant(word: str, words: Sequence[str]) -> str:
    """`did you mean "x"? ` when one of `words` is close to `word`, else nothing."""
    near = get_close_matches(word.lower(), words, n=1)
    return f'did you mean "{near[0]}"? ' if near else ""


def sub_commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Every word that may follow, aliases too, with its parser."""
    for action in parser._actions:  # noqa: SLF001  (argparse offers no other way to list them)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            return dict(action.choices)
    return {}


def sentence_of(parser: argparse.ArgumentParser, word: str) -> str:
    """What the sub-command `word` of `parser` does: its `help`, for an alias its description."""
    for action in parser._actions:  # noqa: SLF001
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for choice in action._choices_actions:  # noqa: SLF001
                if choice.dest == word and choice.help:
                    return choice.help
            return action.choices[word].description or ""
    return ""


def arguments_of(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Its options and positional arguments in the order declared; sub-commands are left out."""
    for action in parser._actions:  # noqa: SLF001
        if not isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            yield action
