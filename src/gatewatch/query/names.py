"""What a field's name means, whichever search engine's it is.

A name is ours, an alias in the field catalogue, a header (`headers.www_authenticate`), a name of
the Censys of 2019 with its port in front (`7547.cwmp.get.status_code`), a `Rewrite` that stands
for conditions on other fields, or the name of something that is not kept here, which is said.
"""

import re
from typing import NamedTuple, NoReturn

from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import FIELDS, Field, field_named, similar_names
from gatewatch.query.rewrites import NOT_KEPT, Rewrite, rewrite_named

__all__ = ["CONTAINERS", "HOST_SCOPES", "Named", "named"]

HOST_SCOPES = frozenset({"host", "services", "host.services", "same_service"})
"""Containers whose brackets ask about some service of the host."""
CONTAINERS: dict[str, tuple[str, ...]] = {
    "service": ("services.", "host.services."),
    **dict.fromkeys(sorted(HOST_SCOPES), ("services.", "host.services.", "host.")),
    **{
        name: (f"{name}.",)
        for name in (
            *("location", "host.location", "autonomous_system", "host.autonomous_system"),
            *("host.services.hardware", "host.services.software", "services.software"),
            *("host.services.cwmp", "host.services.endpoints.http", "host.services.vulns"),
            *("services.http.response", "services.cwmp.http_info"),
        )
    },
    **dict.fromkeys(
        (
            "host.services.endpoints.http.headers",
            "services.http.response.headers",
            "services.cwmp.http_info.headers",
        ),
        (),
    ),
}
"""Names that brackets may follow, with what stands before the names within."""

_PREFIXES = ("host.services.", "services.", "host.", "web.")
_HEADER = re.compile(
    r"(?:(?:services\.|host\.services\.(?:endpoints\.)?)?(?:http|cwmp)\."
    r"(?:(?:response|http_info)\.)?)?headers?\.([a-z0-9][a-z0-9_-]*)(\.raw)?"
)
_PORT_FIRST = re.compile(r"p?([0-9]{1,5})\.(cwmp|https?)\.([a-z]+)\.(.+)")


class Named(NamedTuple):
    """What a name stands for."""

    target: Field | Rewrite
    port: str = ""
    """The port that the name asks for as well."""
    protocol: str = ""
    exact: bool = False
    """`.raw`: letter by letter."""


def named(name: str, at: int, prefixes: tuple[str, ...] = ()) -> Named:
    """What `name` stands for inside brackets of `prefixes`; BadQuery, at 0-based `at`, if nothing.

    Rewrites and fields of the whole catalogue are known, whatever the case.
    """
    word = name.lower()
    for candidate in (*(f"{prefix}{word}" for prefix in prefixes), word):
        if found := _known(candidate):
            return found
    if match := _PORT_FIRST.fullmatch(word):
        return _port_first(name, match, at)
    for candidate in (word, *_shorter(word)):
        if candidate in NOT_KEPT:
            raise BadQuery(column=at + 1, what=f'"{name}": {NOT_KEPT[candidate][0]}',
                           mend=NOT_KEPT[candidate][1])  # fmt: skip
    near = " or ".join(similar_names(word))
    told = f"did you mean {near}? " if near else ""
    raise BadQuery(
        column=at + 1, what=f'unknown field "{name}"', mend=f"{told}(gatewatch fields lists all)"
    )


def _known(word: str) -> Named | None:
    if target := (field_named(word) or rewrite_named(word)):
        return Named(target)
    if match := _HEADER.fullmatch(word):
        entry = field_named(f"header.{match[1]}")
        return Named(entry, exact=match[2] is not None) if entry else None
    if word.endswith(".raw") and (inner := _known(word.removesuffix(".raw"))):
        return inner._replace(exact=True)
    for shorter in _shorter(word):
        if target := (field_named(shorter) or rewrite_named(shorter)):
            return Named(target)
    return None


def _shorter(word: str) -> list[str]:
    return [word.removeprefix(prefix) for prefix in _PREFIXES if word.startswith(prefix)]


def _port_first(name: str, match: re.Match[str], at: int) -> Named:
    port, protocol, verb, rest = match.groups()
    inner = None
    if verb == "get":
        inner = _known(rest) or _known(f"http.{rest}")
    if inner is None:
        _fail_port_first(name, rest if verb == "get" else verb, at)
    return inner._replace(port=port, protocol=protocol)


def _fail_port_first(name: str, about: str, at: int) -> NoReturn:
    what = f'"{name}" has no counterpart here'
    if about.startswith("tls"):
        facts = ", ".join(entry for entry in FIELDS if entry.startswith("tls."))
        raise BadQuery(column=at + 1, what=what, mend=f"TLS facts are {facts}")
    known = NOT_KEPT.get(about.removesuffix(".raw"))
    mend = f"{known[0]}; {known[1]}" if known else "(gatewatch fields lists all)"
    raise BadQuery(column=at + 1, what=what, mend=mend)
