"""The state of a page: its path and parameters, and links to the same page with one thing changed.

Everything that decides what a page shows stands in its URL, so that a link, a bookmark and the
back button mean what they say.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode

from gatewatch.model.errors import BadArguments

__all__ = ["MOST_PARAMETERS", "State", "state_of"]

MOST_PARAMETERS = 64
_DIGITS = re.compile(r"[0-9]{1,12}")
# A place in a list means nothing once anything else about the list changes.
_PLACES = ("after",)

Given = str | int | Sequence[str] | None


@dataclass(frozen=True, slots=True)
class State:
    """A path and the parameters behind it, in the order given; empty ones are left out."""

    path: str
    given: tuple[tuple[str, str], ...] = ()

    def one(self, name: str, default: str = "") -> str:
        """The first value of a parameter."""
        return next((value for key, value in self.given if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of a parameter."""
        return [value for key, value in self.given if key == name]

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number between `low` and `high`; raises BadArguments."""
        word = self.one(name)
        if not word:
            return default
        if not _DIGITS.fullmatch(word) or not low <= int(word) <= high:
            raise BadArguments(
                where=name, what=f'"{word}" is no such number', mend=f"give {low} to {high}"
            )
        return int(word)

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of `choices`; raises BadArguments."""
        word, known = self.one(name, default), list(choices)
        if word not in known:
            mend = f"give {', '.join(known)}"
            raise BadArguments(where=name, what=f'"{word}" is none of these', mend=mend)
        return word

    def flag(self, name: str) -> bool:
        """Whether a box was ticked; raises BadArguments."""
        return self.choice(name, ("", "0", "1", "on", "true", "false"), "") in ("1", "on", "true")

    def having(self, path: str | None = None, /, **changes: Given) -> str:
        """The URL of the same with `changes`: a value, several, or None for none.

        On another `path` only the changes and what every page shares (`q`, `at`) are kept. The
        place in a list (`after`) is dropped unless it is among the changes.
        """
        kept = self.given
        if path is not None and path != self.path:
            kept = tuple(pair for pair in kept if pair[0] in ("q", "at"))
        pairs = [(key, value) for key, value in kept if key not in changes and key not in _PLACES]
        for key, value in changes.items():
            pairs += [(key, word) for word in _words(value)]
        return url(self.path if path is None else path, pairs)

    @property
    def here(self) -> str:
        """The URL of this very page."""
        return url(self.path, self.given)

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """What a form carries along besides the fields that it shows, named in `without`."""
        return [pair for pair in self.given if pair[0] not in (*without, *_PLACES)]


def state_of(path: str, query: str) -> State:
    """The state that a request's path and query string write; raises BadArguments."""
    try:
        pairs = parse_qsl(query, max_num_fields=MOST_PARAMETERS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise BadArguments(
            where="address",
            what="its parameters cannot be read",
            mend=f"write name=value&..., at most {MOST_PARAMETERS} of them, in UTF-8",
        ) from None
    return State(path, tuple((key, value) for key, value in pairs if value))


def url(path: str, pairs: Iterable[tuple[str, str]] = ()) -> str:
    """A path and parameters as a URL within this site."""
    query = urlencode(list(pairs), errors="backslashreplace")
    # Two slashes in front would name another host.
    local = quote("/" + path.lstrip("/"), safe="/:@,;=+!$&'()*~", errors="backslashreplace")
    return f"{local}?{query}" if query else local


def _words(value: Given) -> list[str]:
    if value is None or value == "":
        return []
    return [str(value)] if isinstance(value, str | int) else [str(one) for one in value]
