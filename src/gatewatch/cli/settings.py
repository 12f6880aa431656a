"""Settings: one flat TOML file for a project, one for a user, and what goes before them.

A flag beats the environment (`GATEWATCH_LAKE`), the environment beats `./gatewatch.toml`, that
beats `$XDG_CONFIG_HOME/gatewatch/config.toml`, and all beat the default. `gatewatch config`
prints each value and where it came from. Nothing is accepted without effect: an unknown key or
a value of the wrong kind is an error with file and line. Paths in a file start from its folder.

A command that wants a setting as a flag adds it (`add_lake_option`, `add_option`) and asks
`setting(CONTACT, args)`; the value is looked up when asked for, never at import.
"""

import argparse
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from gatewatch.cli.parser import meant
from gatewatch.cli.settings_file import line_of, read_toml, user_file
from gatewatch.model.errors import BadSetting, BadSettingsFile, GatewatchError
from gatewatch.model.hostile import shown
from gatewatch.model.language import languages

if TYPE_CHECKING:
    from gatewatch.pipeline.publishers import Publisher

__all__ = [
    "ACCESSIBLE",
    "ACCOUNTS",
    "ACS",
    "ACS_KEY",
    "CATALOGUE",
    "COLOR",
    "CONTACT",
    "ERRORS",
    "LAKE",
    "LANG",
    "LISTEN",
    "NAMES",
    "NETWORKS",
    "QUIET",
    "SETTINGS",
    "TIMEOUT",
    "WATCH",
    "WATCH_DAYS",
    "WATCH_DOMAINS",
    "WATCH_NAMES",
    "WATCH_PEOPLE",
    "WATCH_PROXIES",
    "WATCH_ZONE",
    "Effective",
    "Setting",
    "add_lake_option",
    "add_option",
    "effective",
    "lake_of",
    "setting",
]

T = TypeVar("T")
_DAY_S = 86_400
_PROJECT_FILE = Path("gatewatch.toml")


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One setting. `read(raw, folder)` raises ValueError with the reason as its text."""

    name: str
    kind: str
    """What a value is, for people: `a folder`, `yes or no`."""
    default: T
    read: Callable[[object, Path], T]
    sentence: str
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """Its spelling on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Its spelling in the environment."""
        return f"GATEWATCH_{self.name.upper()}"


class Effective(NamedTuple, Generic[T]):
    """A value and its origin: a flag, a variable, `file:line` or `default`."""

    value: T
    origin: str


def _folder(raw: object, folder: Path) -> Path:
    if not isinstance(raw, str | Path) or not str(raw).strip() or "\0" in str(raw):
        raise ValueError("give a folder")
    return folder / Path(raw).expanduser()


def _file_path(raw: object, folder: Path) -> Path:
    if not isinstance(raw, str | Path) or not str(raw).strip() or "\0" in str(raw):
        raise ValueError("give a file")
    return folder / Path(raw).expanduser()


def _acs_place(raw: object, folder: Path) -> str:
    """An address of a database stays what it is; it may hold a password."""
    if isinstance(raw, str) and raw.startswith(("postgresql://", "postgres://")):
        return raw
    return str(_folder(raw, folder))


def _switch(raw: object, folder: Path) -> bool:
    del folder
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.strip().lower() in words:
        return words[raw.strip().lower()]
    raise ValueError("give true or false")


def _seconds(raw: object, folder: Path) -> float:
    del folder
    try:
        value = float(raw) if isinstance(raw, str | int | float) else -1.0
    except ValueError:
        value = -1.0
    if isinstance(raw, bool) or not 0 <= value < _DAY_S:
        raise ValueError("give seconds, 0 for no limit")
    return value


def _choice(raw: object, choices: tuple[str, ...]) -> str:
    if isinstance(raw, str) and raw.strip() in choices:
        return raw.strip()
    raise ValueError(f"give one of {', '.join(choices)}")


def _one_of(name: str, choices: tuple[str, ...], sentence: str) -> Setting[str]:
    """A setting with a closed list of values, the first of which is the default."""
    kind = f"one of {', '.join(choices)}"
    return Setting(name, kind, choices[0], lambda raw, _: _choice(raw, choices), sentence, choices)


def _contact(raw: object, folder: Path) -> str:
    """A contact travels inside a User-Agent header, so it must be one visible ASCII word."""
    del folder
    form = r"https?://[!-~]+|mailto:[!-?A-~]+@[!-?A-~]+"
    if isinstance(raw, str) and len(raw) <= 200 and re.fullmatch(form, raw.strip()):
        return raw.strip()
    raise ValueError("give a web page (https://...) or mailto:you@your.domain")


def _days(raw: object, folder: Path) -> int:
    del folder
    text = str(raw).strip()
    if isinstance(raw, bool) or not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= 3650:
        raise ValueError("give a number of days from 1 to 3650")
    return int(text)


def _address(raw: object, folder: Path) -> str:
    del folder
    import ipaddress

    try:
        return str(ipaddress.ip_address(str(raw).strip()))
    except ValueError:
        raise ValueError("give an address, such as 127.0.0.1 or ::1") from None


def _names(raw: object, folder: Path) -> tuple[str, ...]:
    del folder
    words = raw.split(",") if isinstance(raw, str) else raw
    if isinstance(words, list | tuple) and all(isinstance(word, str) for word in words):
        names = tuple(word.strip().lower() for word in words)
        if all(re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?", name) for name in names):
            return names
    raise ValueError("give names of hosts, such as gatewatch.example.org")


def _zone(raw: object, folder: Path) -> str:
    del folder
    from gatewatch.watch.mapping import zone_named

    try:
        return raw if isinstance(raw, str) and zone_named(raw, "zone") else ""
    except GatewatchError:
        raise ValueError("give a zone such as Europe/Berlin, or UTC") from None


def _list(raw: object, folder: Path) -> tuple[str, ...]:
    del folder
    words = raw.split(",") if isinstance(raw, str) else raw
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return tuple(filter(None, (word.strip() for word in words)))
    raise ValueError("give a list of words")


def _publishers(raw: object, folder: Path) -> "tuple[Publisher, ...]":
    from gatewatch.pipeline.publishers import publishers

    if isinstance(raw, str) and raw.strip() and "\0" not in raw:
        raw = read_toml(folder / Path(raw).expanduser(), required=True)[0]
    if not isinstance(raw, Mapping):
        raise ValueError("write a table [networks.NAME] for each, or give a file of tables [NAME]")
    return publishers(raw)


LAKE = Setting("lake", "a folder", Path("gatewatch-lake"), _folder, "Where snapshots are kept.")
CONTACT: Setting[str | None] = Setting(
    "contact",
    "a web page or mailto address",
    None,
    _contact,
    "Who scans, told to every scanned host in the User-Agent header.",
)
CATALOGUE: Setting[Path | None] = Setting(
    "catalogue",
    "a folder",
    None,
    _folder,
    "Your own fingerprints and advisories, read before those that gatewatch brings.",
)
NETWORKS: Setting[tuple["Publisher", ...]] = Setting(
    "networks",
    "tables in TOML, or a file of them",
    (),
    _publishers,
    'Who publishes the tables of countries and networks that "gatewatch geo update" fetches.',
)
ACCOUNTS: Setting[Path | None] = Setting(
    "accounts",
    "a file",
    None,
    _file_path,
    "Addresses and keys of systems that watch acts on, mails through or alerts; for you alone.",
)
WATCH = Setting(
    "watch",
    "a folder",
    Path("gatewatch-watch"),
    _folder,
    "Where sign-ins and cases are kept, readable by you alone.",
)
WATCH_DAYS = Setting(
    "watch_days",
    "a number of days",
    90,
    _days,
    'How long sign-ins are kept; "gatewatch watch retention" removes what is older.',
)
WATCH_NAMES = _one_of(
    "watch_names",
    ("sealed", "none", "shown"),
    "People's names: sealed (opening one is audited), none (pseudonyms alone), or shown.",
)
WATCH_ZONE: Setting[str | None] = Setting(
    "watch_zone",
    "a time zone such as Europe/Berlin",
    None,
    _zone,
    "Zone of logs whose times name none.",
)
WATCH_DOMAINS: Setting[tuple[str, ...]] = Setting(
    "watch_domains",
    "names, with commas between",
    (),
    _list,
    "The company's own domains, taken off user names: example.com, EXAMPLE.",
)
WATCH_PROXIES: Setting[tuple[str, ...]] = Setting(
    "watch_proxies",
    "networks, with commas between",
    (),
    _list,
    "The company's own reverse proxies, whose X-Forwarded-For is believed.",
)
WATCH_PEOPLE: Setting[Path | None] = Setting(
    "watch_people",
    "a file",
    None,
    _folder,
    "Persons by WireGuard key or by spelling, as lines of TOML.",
)
LISTEN = Setting(
    "listen",
    "an address",
    "127.0.0.1",
    _address,
    'Where "gatewatch serve" listens; beyond loopback people have to log in.',
)
NAMES: Setting[tuple[str, ...]] = Setting(
    "names",
    "names of hosts, with commas between",
    (),
    _names,
    'Names under which browsers may come to "gatewatch serve", besides localhost.',
)
ACS = Setting(
    "acs",
    "a folder, or the address of a database",
    "gatewatch-acs",
    _acs_place,
    "Where the ACS keeps what it remembers: a folder, or postgresql://user@host/database.",
)
ACS_KEY: Setting[Path | None] = Setting(
    "acs_key",
    "a file",
    None,
    _file_path,
    "The key that seals the ACS's secrets (default: acs.key in its folder); its files lie beside.",
)
COLOR = _one_of(
    "color", ("auto", "always", "never"), "Colour on a terminal; auto honours NO_COLOR."
)
LANG = _one_of(
    "lang", ("auto", *languages()), "Language of reports; auto goes by LC_ALL, LC_MESSAGES, LANG."
)
ACCESSIBLE = Setting(
    "accessible",
    "true or false",
    False,
    _switch,
    "For screen readers: nothing is redrawn, bars are words and per cent.",
)
QUIET = Setting("quiet", "true or false", False, _switch, "No progress and no notes on stderr.")
ERRORS = _one_of(
    "errors",
    ("text", "json"),
    "How an error is written on stderr: a line for people or one JSON object.",
)
TIMEOUT = Setting(
    "timeout",
    "seconds",
    3600.0,
    _seconds,
    "How long one question to the lake may take; 0 is no limit.",
)

SETTINGS: dict[str, Setting[Any]] = {
    entry.name: entry
    for entry in (
        LAKE,
        CONTACT,
        CATALOGUE,
        NETWORKS,
        TIMEOUT,
        WATCH,
        WATCH_DAYS,
        WATCH_NAMES,
        WATCH_ZONE,
        WATCH_DOMAINS,
        WATCH_PROXIES,
        WATCH_PEOPLE,
        LISTEN,
        NAMES,
        ACCOUNTS,
        ACS,
        ACS_KEY,
        COLOR,
        LANG,
        ACCESSIBLE,
        QUIET,
        ERRORS,
    )
}


def add_option(parser: argparse._ActionsContainer, entry: Setting[Any]) -> None:
    """Adds the setting as a flag; not given, `args` lacks it and `setting` looks elsewhere."""
    help_text = f"{entry.sentence.rstrip('.')} ({entry.variable})"
    flags = ["-q", entry.flag] if entry is QUIET else [entry.flag]
    metavar = {"a folder": "DIR", "a file": "FILE"}.get(entry.kind, entry.name.upper())
    if isinstance(entry.default, bool):
        parser.add_argument(*flags, action="store_true", default=argparse.SUPPRESS, help=help_text)
    else:
        parser.add_argument(
            *flags,
            choices=entry.choices or None,
            metavar=None if entry.choices else metavar,
            type=partial(_flag, entry),
            default=argparse.SUPPRESS,
            help=help_text,
        )


def _flag(entry: Setting[T], word: str) -> T:
    try:
        return entry.read(word, Path())
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'"{shown(word, 60)}": {error}') from None


def add_lake_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--lake DIR`."""
    add_option(parser, LAKE)


def lake_of(args: argparse.Namespace) -> Path:
    """The lake's folder, which need not exist."""
    return setting(LAKE, args)


def setting(entry: Setting[T], args: argparse.Namespace | None = None) -> T:
    """The setting's value; raises BadSetting or BadSettingsFile."""
    return effective(entry, args).value


def effective(entry: Setting[T], args: argparse.Namespace | None = None) -> Effective[T]:
    """The setting's value and where it came from; raises BadSetting or BadSettingsFile."""
    flag = getattr(args, entry.name, None)
    if flag is not None:
        return Effective(flag, entry.flag)
    # An empty variable is how scripts switch one off.
    if word := os.environ.get(entry.variable):
        return _read(entry, word, Path(), entry.variable)
    for path in filter(None, (_PROJECT_FILE, user_file())):
        values, text = _file(path)
        if entry.name in values:
            where = f"{path}:{line_of(entry.name, text)}"
            return _read(entry, values[entry.name], path.parent, where)
    return Effective(entry.default, "default")


def _read(entry: Setting[T], raw: object, folder: Path, where: str) -> Effective[T]:
    try:
        return Effective(entry.read(raw, folder), where)
    except ValueError as error:
        if isinstance(raw, Mapping):
            what = f"{entry.name} cannot be understood, {error}"
            raise BadSettingsFile(where=where, what=what, mend="mend that table") from None
        raise BadSetting(where=where, name=entry.name, value=raw, mend=error) from None


def _file(path: Path) -> tuple[Mapping[str, object], str]:
    """The settings in a file and its text, both empty when there is none."""
    values, text = read_toml(path)
    for name in values:
        if name not in SETTINGS:
            raise BadSettingsFile(
                where=f"{path}:{line_of(name, text)}",
                what=f'no setting is called "{name}"',
                mend=f'{meant(name, list(SETTINGS))}"gatewatch config" lists all',
            )
    return values, text
