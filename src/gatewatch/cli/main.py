"""The command line's front door: finds the command, runs it, turns every error into one line.

stdout carries data, stderr talk. A `GatewatchError` becomes `gatewatch: where: what: mend`, or
one JSON object with `--errors json`, and its exit code; only a bug of ours shows a traceback.
"""

import argparse
import sys
import traceback
from collections.abc import Sequence

from gatewatch import __version__
from gatewatch.cli.commands import Command, command_words, load_command
from gatewatch.cli.output import discard_stdout
from gatewatch.cli.parser import Parser, arguments_of, meant, sub_commands
from gatewatch.cli.progress import tell
from gatewatch.cli.settings import ACCESSIBLE, COLOR, ERRORS, QUIET, add_option, setting
from gatewatch.model.errors import BadArguments, Exit, GatewatchError, SystemRefusal
from gatewatch.model.hostile import shown

__all__ = ["build_parser", "run"]


def run(argv: Sequence[str]) -> int:
    """Runs the command line `argv` (without the program's name); returns the exit code."""
    try:
        return _run(argv)
    except GatewatchError as error:
        return tell(error, as_json=_as_json(argv))
    except KeyboardInterrupt:
        print("gatewatch: interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        discard_stdout()
        return Exit.FOUND
    except OSError as error:
        refusal = SystemRefusal(where=error.filename or "gatewatch", what=error.strerror)
        return tell(refusal, as_json=_as_json(argv))
    except Exception:  # noqa: BLE001  (the last door: Python's own exit code 1 means "nothing found")
        for line in traceback.format_exc().splitlines():
            print(shown(line, 2000), file=sys.stderr)
        print(
            "gatewatch: this is a bug of gatewatch, please report the lines above", file=sys.stderr
        )
        return Exit.BUG


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
        _add_talk_options(sub)
        # Completion needs the whole parser; a command may not import what imports commands.
        sub.set_defaults(command=command, whole=build_parser)
    return parser


def _add_talk_options(parser: argparse.ArgumentParser) -> None:
    """The options that every command takes, down to the last sub-command."""
    subs = {id(sub): sub for sub in sub_commands(parser).values()}
    for sub in subs.values():
        _add_talk_options(sub)
    if not subs:
        group = parser.add_argument_group("how it talks")
        for entry in (QUIET, ACCESSIBLE, COLOR, ERRORS):
            add_option(group, entry)


def _run(argv: Sequence[str]) -> int:
    parser = build_parser(argv)
    if not argv:
        parser.print_help(sys.stderr)
        return Exit.BAD_INPUT
    words = sub_commands(parser)
    if not argv[0].startswith("-") and argv[0] not in words:
        raise BadArguments(
            where="gatewatch",
            what=f'there is no command "{shown(argv[0], 40)}"',
            mend=f'{meant(argv[0], list(words))}"gatewatch --help" lists all',
        )
    args, unknown = parser.parse_known_args(argv)
    if unknown:
        raise _unknown_argument(parser, argv, unknown[0])
    command: Command = args.command
    code = command.run(args)
    sys.stdout.flush()
    return code


def _unknown_argument(
    parser: argparse.ArgumentParser, argv: Sequence[str], word: str
) -> BadArguments:
    for step in argv:
        parser = sub_commands(parser).get(step, parser)
    known = [flag for action in arguments_of(parser) for flag in action.option_strings]
    near = meant(word.split("=")[0], known) if word.startswith("-") else ""
    return BadArguments(
        where=parser.prog,
        what=f'does not take "{shown(word, 60)}"',
        mend=f'{near}"{parser.prog} --help" shows what it takes',
    )


def _as_json(argv: Sequence[str]) -> bool:
    """Looks for `--errors` by itself, since the error may be that `argv` does not parse."""
    parser = Parser(add_help=False)
    add_option(parser, ERRORS)
    try:
        return setting(ERRORS, parser.parse_known_args(argv)[0]) == "json"
    except GatewatchError:
        return False
