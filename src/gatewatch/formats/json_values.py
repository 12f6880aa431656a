"""Values inside foreign JSON, taken as the type that is due or not at all.

A scan file may hold a list where a string was due, `"7547"`, `7547.0` or null where a port was.
`table`, `array`, `text`, `number` and `port` never raise: what has another type is missing.
`address` and `moment` raise ValueError with a reason that a user understands, since a record
without them is rejected.
"""

from functools import lru_cache

from gatewatch.model.address import Address, parse_address
from gatewatch.model.hostile import shown
from gatewatch.model.moment import parse_moment
from gatewatch.model.observation import Place

__all__ = [
    "Table",
    "address",
    "array",
    "dig",
    "moment",
    "number",
    "place_in",
    "port",
    "table",
    "text",
]

Table = dict[str, object]

_LONGEST_TIME = 64
_NOWHERE = Place()
_NOTHING: Table = {}
_NO_ITEMS: list[object] = []
# Scanners write whole seconds, so the same few texts come thousands of times in a row.
_moment_of = lru_cache(maxsize=4096)(parse_moment)


def table(value: object) -> Table:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def array(value: object) -> list[object]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else _NO_ITEMS


def text(value: object) -> str:
    """`value` if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def dig(value: object, *names: str) -> object:
    """The value at the path `names` through nested objects, or None."""
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def number(value: object) -> int | None:
    """A whole number, also when written as `"7547"`, `"7547.0"` or `7547.0`; else None."""
    if isinstance(value, str):
        whole, _, fraction = value.strip().partition(".")
        plain = whole.isascii() and whole.isdigit() and len(whole) < 20 and not fraction.strip("0")
        return int(whole) if plain else None
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def port(value: object) -> int | None:
    """A TCP port, or None."""
    found = number(value)
    return found if found is not None and 0 < found < 65536 else None


def address(value: object) -> Address:
    """The address that `value` writes; raises ValueError with the reason."""
    if not isinstance(value, str) or not value:
        raise ValueError("no address of the host")
    try:
        return parse_address(value)
    except ValueError as problem:
        raise ValueError(f'address "{shown(value, 60)}": {problem}') from None


def moment(value: object) -> int | None:
    """The time that `value` writes, None when there is none; raises ValueError for a bad one."""
    if value is None or value == "":
        return None
    try:
        if not isinstance(value, (str, int, float)) or len(str(value)) > _LONGEST_TIME:
            raise ValueError("not a time")
        return _moment_of(value)
    except ValueError as problem:
        raise ValueError(f'time "{shown(value, 60)}": {problem}') from None


def place_in(country: object, system: object, *names: object) -> Place | None:
    """Where a source says an address is, None when it does not; the first text is the name."""
    place = Place(
        _country(country),
        _system_number(system),
        next((name for name in names if isinstance(name, str) and name), None),
    )
    return place if place != _NOWHERE else None


def _country(value: object) -> str | None:
    """A country as ISO 3166-1 alpha-2 in upper case, or None."""
    code = text(value).strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def _system_number(value: object) -> int | None:
    """The number of an autonomous system, from 64500, `"64500"` or `"AS64500"`; else None."""
    if isinstance(value, str):
        value = value.strip().upper().removeprefix("AS")
    found = number(value)
    return found if found is not None and 0 < found < 1 << 32 else None
