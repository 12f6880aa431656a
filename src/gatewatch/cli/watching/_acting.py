"""What the words that act have in common: accounts, people's files, moments and their ends."""

import argparse
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.output import STDOUT
from gatewatch.cli.parser import meant
from gatewatch.cli.settings import ACCOUNTS, add_option, setting
from gatewatch.model.errors import InputUnreadable
from gatewatch.model.hostile import shown
from gatewatch.model.moment import SECOND, parse_moment

if TYPE_CHECKING:
    from gatewatch.watch.accounts import Accounts
    from gatewatch.watch.journal import Journal
    from gatewatch.watch.target import Target

__all__ = [
    "accounts_of",
    "add_accounts_option",
    "add_go_options",
    "add_mail_options",
    "duration",
    "journal_of",
    "lines_of",
    "now",
    "target_name",
]

_UNITS = {"h": 3600, "d": 86_400, "w": 7 * 86_400}
_LONGEST_DAYS = 366


def add_accounts_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--accounts FILE`."""
    add_option(parser, ACCOUNTS)


def add_go_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--dry-run`, which is what happens anyway, and `--yes`."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--dry-run", action="store_true", help="show what would change and do nothing (default)"
    )
    group.add_argument("--yes", action="store_true", help="show it and do it")


def add_mail_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--dry-run`, which is what happens anyway, `--eml DIR` and `--yes`."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--dry-run", action="store_true", help="show to whom which subject would go (default)"
    )
    group.add_argument(
        "--eml", type=Path, metavar="DIR", help="write each mail as a file instead of sending it"
    )
    group.add_argument("--yes", action="store_true", help="send")


def accounts_of(args: argparse.Namespace) -> "Accounts":
    """The accounts; raises AccountUnusable."""
    from gatewatch.watch.accounts import Accounts

    return Accounts.load(setting(ACCOUNTS, args), os.environ)


def journal_of(folder: Path) -> "Journal":
    """Where it is written down what was done to whom."""
    from gatewatch.watch.journal import Journal

    return Journal(folder / "actions")


def lines_of(name: str) -> list[str]:
    """The lines of a file or of standard input; raises InputUnreadable."""
    try:
        if name == STDOUT:
            return sys.stdin.read().splitlines()
        return Path(name).read_text("utf-8").splitlines()
    except OSError as error:
        raise InputUnreadable(where=name, what=error.strerror, mend="give a file") from None
    except ValueError:
        raise InputUnreadable(where=name, what="it is no UTF-8", mend="give lines") from None


def now() -> int:
    """Microseconds since 1970 UTC."""
    return time.time_ns() // 1000


def duration(word: str) -> int:
    """A type for argparse: `12h`, `7d`, `2w` or a day, as the moment when it ends."""
    match = re.fullmatch(r"(\d{1,4})([hdw])", word.strip())
    start = now()
    try:
        end = start + int(match[1]) * _UNITS[match[2]] * SECOND if match else parse_moment(word)
    except ValueError:
        end = 0
    if not start < end <= start + _LONGEST_DAYS * 86_400 * SECOND:
        message = f'"{shown(word, 40)}" is no time of at most a year: write 12h, 7d, 2w or a day'
        raise argparse.ArgumentTypeError(message)
    return end


def target_name(word: str) -> "Target":
    """A type for argparse: the target of this name."""
    from gatewatch.watch.targets import targets

    known = targets()
    if word.lower() in known:
        return known[word.lower()]
    instead = f"{meant(word, list(known))}there are {', '.join(known)}"
    raise argparse.ArgumentTypeError(f'no target "{shown(word, 40)}"; {instead}')
