"""The command line's front door: finds the command, runs it, turns every error into one line.

stdout carries data, stderr talk. A `GatewatchError` becomes `gatewatch: where: what: mend` and
its exit code; only a bug of ours shows a traceback.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from gatewatch import __version__
from gatewatch.cli.commands import Command, command_words, load_command
from gatewatch.model.errors import BadArguments, Exit, GatewatchError

__all__ = ["Parser", "build_parser", "run"]


class Parser(argparse.ArgumentParser):
    """argparse with our error line and exit code, and no guessing of abbreviated options."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("allow_abbrev", False)
        kwargs.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        raise BadArguments(
            where=self.prog, what=message, mend=f'"{self.prog} --help" shows what it takes'
        )


def run(argv: Sequence[str]) -> int:
    """Runs the command line `argv` (without the program's name); returns the exit code."""
    try:
        args = build_parser(argv).parse_args(argv)
        command: Command = args.command
        code = command.run(args)
        sys.stdout.flush()
        return code
    except GatewatchError as error:
        print(f"gatewatch: {error}", file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("gatewatch: interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough; nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FOUND


def build_parser(argv: Sequence[str] = ()) -> Parser:
    """The parser; when `argv` begins with a command's word, only that command is imported."""
    parser = Parser(
        prog="gatewatch",
        description="Finds exposed CWMP (TR-069) services, understands them, gets them fixed.",
        epilog='First steps: "gatewatch demo", then "gatewatch import FILE", "gatewatch report".',
    )
    parser.add_argument("--version", action="version", version=f"gatewatch {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    wanted = command_words()
    if argv and argv[0] in wanted:
        wanted = [argv[0]]
    for word in wanted:
        command = load_command(word)
        sub = commands.add_parser(
            word,
            help=command.HELP,
            description=command.HELP,
            aliases=list(getattr(command, "ALIASES", ())),
            epilog="examples:\n" + "\n".join(f"  {line}" for line in command.EXAMPLES),
        )
        command.configure(sub)
        sub.set_defaults(command=command)
    return parser
