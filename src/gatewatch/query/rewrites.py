"""Names that are no field here but mean something: what each becomes, defined once.

An entry of `REWRITES` is a name of another search engine with its sentence for the reference
page; `make` gives the text in our own language that takes its place. `NOT_KEPT` are things that
others can be asked for and this lake does not hold: saying so beats an empty answer.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["NOT_KEPT", "REWRITES", "CannotCarry", "Made", "Rewrite", "rewrite_named"]


class CannotCarry(Exception):
    """The value has no counterpart; its text says why, then how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Made:
    """Conditions that take the place, each (field, symbol, value); none of them: everything.

    Any of them must hold, or all of them where the symbol is a negation.
    """

    conditions: tuple[tuple[str, str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One entry: `make(symbol, value)` for one value of the text; raises CannotCarry."""

    names: tuple[str, ...]
    sentence: str
    example: str
    make: Callable[[str, str], Made]


_ALWAYS = "every stored service is CWMP, so this is always true here"
_SERVICE = re.compile(r"([0-9]{1,5})/([a-z]+)")
_DAY_FIRST = re.compile(r"([0-3]?[0-9])/([01]?[0-9])/([0-9]{4})")
_TYPE = "network.device."


def _product(symbol: str, value: str) -> Made:
    return Made((("software", symbol, value), ("model", symbol, value)))


def _protocol(symbol: str, value: str) -> Made:
    _only_equal(symbol)
    if value.lower() in ("cwmp", "*"):
        return Made(note=_ALWAYS)
    raise CannotCarry(f'"{value}": only CWMP services are stored', "ask for a port, as in port:80")


def _protocols(symbol: str, value: str) -> Made:
    _only_equal(symbol)
    match = _SERVICE.fullmatch(value.lower())
    if match is None:
        return _protocol(symbol, value)
    told = f"stored services are CWMP; this asks for those on port {match[1]}"
    return Made((("port", ":", match[1]),), "" if match[2] == "cwmp" else told)


def _tag(symbol: str, value: str) -> Made:
    _only_equal(symbol)
    word = value.lower()
    if word == "cwmp":
        return Made(note=_ALWAYS)
    if word in ("honeypot", "acs", "middlebox"):
        return Made((("role", ":", word),))
    if word.startswith(_TYPE):
        return Made((("device.type", ":", word.removeprefix(_TYPE)),))
    raise CannotCarry(f'there is no tag "{value}"', "see role, device.type, oddities and marks")


def _since(symbol: str, value: str) -> Made:
    _only_equal(symbol)
    return Made((("scan_time", ">=", _day(value)),))


def _until(symbol: str, value: str) -> Made:
    _only_equal(symbol)
    return Made((("scan_time", "<=", _day(value)),))


def _vulnerable(symbol: str, value: str) -> Made:
    _only_equal(symbol)
    if value.lower() in ("true", "yes", "1"):
        return Made((("cve", ":", "*"),))
    raise CannotCarry(f'"{value}" is not carried over', "write not cve:*")


def _truncated(symbol: str, value: str) -> Made:
    _only_equal(symbol)
    if value.lower() in ("false", "no", "0"):
        return Made(note="hosts are never cut here, so this is always true")
    raise CannotCarry("hosts are never cut here", "remove it")


def _day(value: str) -> str:
    """Shodan's dd/mm/yyyy as yyyy-mm-dd; anything else as it is."""
    match = _DAY_FIRST.fullmatch(value)
    return f"{match[3]}-{match[2]:0>2}-{match[1]:0>2}" if match else value


def _only_equal(symbol: str) -> None:
    if symbol not in (":", "="):
        raise CannotCarry(f'"{symbol}" has no meaning here', "write : instead")


REWRITES: tuple[Rewrite, ...] = (
    Rewrite(
        ("product", "metadata.product"),
        "The software or the model: at Shodan it is software, at Censys either.",
        "product:RomPager",
        _product,
    ),
    Rewrite(
        ("service_name", "services.service_name", "services.extended_service_name", "protocol",
         "host.services.protocol", "module", "shodan.module"),
        "CWMP is everything here; anything else is refused.",
        "services.service_name:CWMP",
        _protocol,
    ),
    Rewrite(
        ("protocols",),
        "The port of a pair of port and protocol.",
        'protocols:"7547/cwmp"',
        _protocols,
    ),
    Rewrite(
        ("tag", "tags", "label", "labels", "host.labels", "services.labels"),
        "`cwmp` is everything, `honeypot` and `acs` are roles, `network.device.router` is a type.",
        "tags:cwmp",
        _tag,
    ),
    Rewrite(
        ("after",),
        "Seen on that day or later, dd/mm/yyyy or yyyy-mm-dd.",
        "after:01/01/2026",
        _since,
    ),
    Rewrite(
        ("before",),
        "Seen on that day or earlier.",
        "before:31/12/2026",
        _until,
    ),
    Rewrite(
        ("has_vuln",),
        "Some number of a vulnerability, or none.",
        "has_vuln:true",
        _vulnerable,
    ),
    Rewrite(
        ("truncated", "services.truncated"),
        "`false` is everything: hosts are never cut.",
        "services.truncated:false",
        _truncated,
    ),
)  # fmt: skip
_BY_NAME = {name: entry for entry in REWRITES for name in entry.names}

_NO_BODY = ("bodies are kept, but not searched", "see title, body.size and body.sha256")
_NO_PLACE = ("of places only the country is kept", "write country:IT")
_NO_NAME = ("no names of hosts are kept", "ask by ip, asn or as.name")
NOT_KEPT: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        ("body", "html", "http.html", "services.http.response.body", "http_info.body"), _NO_BODY
    ),
    **dict.fromkeys(("city", "region", "state", "province", "postal", "location.city",
                     "location.province", "location.city", "location.postal_code"), _NO_PLACE),
    "geo": ("no coordinates are kept", "write country:IT"),
    **dict.fromkeys(
        ("hostname", "domain", "dns.name", "dns.names", "dns.reverse_dns.names"), _NO_NAME
    ),
    **dict.fromkeys(
        ("os", "metadata.os", "operating_system.product"),
        ("no operating system is concluded from CWMP", "see software and device.type"),
    ),
    **dict.fromkeys(
        ("http.html_hash", "hash", "http.favicon.hash", "http.headers_hash"),
        ("this is a hash of another kind", "body.sha256 is the SHA-256 of the body"),
    ),
    **dict.fromkeys(
        ("prefix", "autonomous_system.bgp_prefix", "autonomous_system.routed_prefix"),
        ("no routed prefixes are kept", "write ip:203.0.113.0/24 for the addresses themselves"),
    ),
    **dict.fromkeys(
        ("cpe", "services.software.uniform_resource_identifier"),
        ("no CPE names are kept", "write software and software.version"),
    ),
    **dict.fromkeys(
        ("eol", "hardware.life_cycle.end_of_life"),
        ("no end of support is known", "see model and firmware"),
    ),
}  # fmt: skip
"""Lower-case name to what is said of it, and how to mend it."""


def rewrite_named(name: str) -> Rewrite | None:
    """The rewrite with this name, in lower case; None when there is none."""
    return _BY_NAME.get(name)
