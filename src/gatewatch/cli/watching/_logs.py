"""What the user says about logs, as flags and settings, for all words that read them."""

import argparse
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from gatewatch.cli.settings import (
    WATCH_DOMAINS,
    WATCH_PEOPLE,
    WATCH_PROXIES,
    WATCH_ZONE,
    setting,
)
from gatewatch.model.errors import BadArguments

if TYPE_CHECKING:
    from gatewatch.model.address import Network
    from gatewatch.watch.given import Given
    from gatewatch.watch.mapping import Mapped

__all__ = ["add_log_options", "given_for", "networks_of"]

_TABLE_LIMIT = 16 * 1024 * 1024


def add_log_options(parser: argparse.ArgumentParser) -> None:
    """Adds what a log may not say itself."""
    group = parser.add_argument_group("what the log does not say itself")
    group.add_argument(
        "--source", metavar="NAME", help="the kind of log, where it is not found out"
    )
    group.add_argument("--map", type=Path, metavar="FILE", help="TOML that says what columns mean")
    group.add_argument(
        "--columns", metavar="NAME=COLUMN,...", help="the same in short: time=1,user=2,address=3"
    )
    group.add_argument("--zone", metavar="ZONE", help="of times without one: Europe/Berlin")
    group.add_argument("--year", type=int, metavar="YEAR", help="of the first line without one")
    group.add_argument("--dates", choices=("dmy", "mdy"), help="what 3/12/2026 means")
    group.add_argument(
        "--proxies", metavar="NET,...", help="own reverse proxies, whose X-Forwarded-For counts"
    )
    group.add_argument("--domains", metavar="NAME,...", help="own domains, taken off user names")
    group.add_argument(
        "--people", type=Path, metavar="FILE", help='TOML lines "KEY OR SPELLING" = "person"'
    )
    group.add_argument(
        "--lab", action="store_true", help="loopback addresses count, as in the demo"
    )


def given_for(args: argparse.Namespace, *, live: bool = False) -> "Callable[[str], Given]":
    """What is given, for any input's name; raises BadArguments and BadMapping."""
    from dataclasses import replace

    from gatewatch.watch.given import Given
    from gatewatch.watch.mapping import zone_named
    from gatewatch.watch.people import People

    zone = args.zone or setting(WATCH_ZONE, args)
    domains = _words(args.domains) or setting(WATCH_DOMAINS, args)
    people = args.people or setting(WATCH_PEOPLE, args)
    proxies = setting(WATCH_PROXIES, args)
    if args.year is not None and not 2000 <= args.year < 2100:
        raise BadArguments(where="--year", what=f'"{args.year}" is none', mend="write 2026")
    given = Given(
        "",
        lambda: int(time() * 1_000_000),
        zone=zone_named(zone, "--zone") if zone else None,
        year=args.year,
        live=live,
        dates=args.dates,
        proxies=networks_of(args.proxies or ",".join(proxies), "--proxies"),
        people=People(frozenset(word.casefold() for word in domains), _table(people)),
        lab=args.lab,
        mapping=_mapping(args),
    )
    return lambda name: replace(given, name=name)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (word.strip() for word in (text or "").split(","))))


def networks_of(text: str, flag: str) -> "tuple[Network, ...]":
    """The networks in a list with commas; raises BadArguments, which names `flag`."""
    from gatewatch.model.address import parse_network

    found = []
    for word in _words(text):
        try:
            found.append(parse_network(word))
        except ValueError as problem:
            raise BadArguments(
                where=flag, what=f'"{word}" {problem}', mend="write 192.0.2.0/28,2001:db8::5"
            ) from None
    return tuple(found)


def _table(path: Path | None) -> Mapping[str, str]:
    """The persons by spelling in a TOML file."""
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            table = tomllib.loads(file.read(_TABLE_LIMIT).decode())
        if all(isinstance(person, str) and person for person in table.values()):
            return table
        what = "a line is not of the form"
    except OSError as error:
        what = error.strerror or "cannot be read"
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        what = "is not TOML"
    raise BadArguments(
        where=f"--people {path}", what=what, mend='write lines "KEY OR SPELLING" = "person"'
    )


def _mapping(args: argparse.Namespace) -> "Mapped | None":
    from gatewatch.watch.mapping import mapping_from, read_mapping

    if args.map is not None:
        return read_mapping(args.map)
    if not args.columns:
        return None
    columns: dict[str, object] = {}
    for word in _words(args.columns):
        name, _, place = word.partition("=")
        columns[name] = int(place) if place.isascii() and place.isdigit() else place
    return mapping_from({"columns": columns}, "--columns")
