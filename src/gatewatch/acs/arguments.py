"""What a task is given, checked before a device hears of it."""

from collections.abc import Mapping
from typing import Any, NoReturn

from gatewatch.acs.paths import is_partial, valid
from gatewatch.model.errors import BadArguments

__all__ = ["known_only", "names", "number", "path", "refuse", "text"]


def refuse(action: str, what: str, mend: str) -> NoReturn:
    """Raises BadArguments."""
    raise BadArguments(where=f"task {action}", what=what, mend=mend)


def known_only(action: str, arguments: Mapping[str, Any], known: set[str]) -> None:
    """Nothing is accepted without effect. `command_key` is given to every task."""
    foreign = arguments.keys() - known - {"command_key"}
    if foreign:
        mend = f"use {', '.join(sorted(known))}" if known else "it takes none"
        refuse(action, f'"{min(foreign)}" means nothing here', mend)


def text(
    action: str, arguments: Mapping[str, Any], name: str, most: int, *, needed: bool = False
) -> str:
    """The argument as text of at most `most` characters."""
    value = arguments.get(name, "")
    if not isinstance(value, str) or len(value) > most or (needed and not value):
        refuse(action, f'"{name}" is no text of at most {most} characters', f'give "{name}"')
    return value


def number(
    action: str, arguments: Mapping[str, Any], name: str, default: int, least: int = 0
) -> int:
    """The argument as a whole number that CWMP can carry."""
    value = arguments.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 0xFFFF_FFFF:
        refuse(action, f'"{name}" is no number from {least} to 4294967295', f'give "{name}"')
    return value


def names(action: str, arguments: Mapping[str, Any], name: str = "names") -> tuple[str, ...]:
    """The argument as names or partial paths, at least one."""
    value = arguments.get(name)
    if not isinstance(value, list | tuple) or not value:
        refuse(action, f'"{name}" is no list', f'give "{name}" with at least one entry')
    for one in value:
        if not isinstance(one, str) or not valid(one):
            refuse(action, f'"{one}" is no name of a parameter', "write it as Device.A.1.B")
    return tuple(value)


def path(action: str, arguments: Mapping[str, Any], name: str) -> str:
    """The argument as a partial path, which ends with a dot."""
    value = arguments.get(name)
    if not isinstance(value, str) or not valid(value) or not is_partial(value):
        refuse(action, f'"{name}" is no object\'s name', "end it with a dot, as in Device.A.1.")
    return value
