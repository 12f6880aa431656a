"""Where the ACS keeps what it remembers, as commands open it; and who is at the keyboard."""

import argparse
import getpass
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.progress import say
from gatewatch.cli.settings import ACS, ACS_KEY, add_option, setting
from gatewatch.model.errors import Exit, StateUnusable

if TYPE_CHECKING:
    from gatewatch.acs.firmware import Store
    from gatewatch.acs.orders import Orders
    from gatewatch.acs.sealing import Keys
    from gatewatch.acs.state.interface import State

__all__ = [
    "Place",
    "actor",
    "add_order_options",
    "add_place_options",
    "folder_of",
    "now",
    "opened",
    "ordered",
]


@dataclass(frozen=True, slots=True)
class Place:
    """An opened state with what belongs to it."""

    state: "State"
    keys: "Keys"
    store: "Store"
    orders: "Orders"


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """Adds `--acs PLACE` and `--acs-key FILE`."""
    add_option(parser, ACS)
    add_option(parser, ACS_KEY)


def folder_of(args: argparse.Namespace) -> Path:
    """The folder for files of the ACS: that of its key."""
    key = setting(ACS_KEY, args)
    if key is not None:
        return key.parent
    where = setting(ACS, args)
    return Path("gatewatch-acs") if "://" in where else Path(where)


@contextmanager
def opened(args: argparse.Namespace, *, make: bool = False) -> Iterator[Place]:
    """The state of this run. Unless `make`, there must be one; raises StateUnusable."""
    from gatewatch.acs.firmware import Store
    from gatewatch.acs.orders import Orders
    from gatewatch.acs.sealing import keys_from
    from gatewatch.acs.state import open_state

    where, folder = setting(ACS, args), folder_of(args)
    key = setting(ACS_KEY, args) or folder / "acs.key"
    if not make and not key.exists():
        raise StateUnusable(
            where=where,
            what="there is none yet",
            mend='"gatewatch acs serve" makes one, --acs names another',
        )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StateUnusable(
            where=folder, what=error.strerror, mend="choose another --acs"
        ) from None
    keys = keys_from(key)
    state = open_state(where, keys)
    store = Store(folder)
    try:
        yield Place(state, keys, store, Orders(state, store, now))
    finally:
        state.close()


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def actor() -> str:
    """Who gives orders here: the account of this machine."""
    return getpass.getuser()


def add_order_options(parser: argparse.ArgumentParser) -> None:
    """Adds `DEVICE` and `--yes`."""
    parser.add_argument("device", metavar="DEVICE", help="its id, as acs devices shows it")
    parser.add_argument("--yes", action="store_true", help="do it; without, it is only checked")
    add_place_options(parser)


def ordered(args: argparse.Namespace, action: str, arguments: dict[str, object]) -> int:
    """Checks the order and, with `--yes`, gives it; tells what comes next."""
    from gatewatch.acs.orders import ACTIONS, shown_arguments

    with opened(args) as place:
        place.orders.check(args.device, action, arguments)
        told = f"{args.device}: {ACTIONS[action].sentence}"
        if shown := shown_arguments(action, arguments):
            told += f" ({shown})"
        if not args.yes:
            print(f"{told}: checked, nothing was ordered; add --yes to do it")
            return Exit.FOUND
        order = place.orders.give(args.device, action, arguments, actor())
        if order.proposed:
            print(f"{told}: proposed as task {order.task}")
            say(f'a second person has to run "gatewatch acs confirm {order.task}"', args)
        else:
            print(f"{told}: task {order.task}, when the device next calls")
    return Exit.FOUND
