"""Challenges: what a WWW-Authenticate header asks for, read as devices really send it.

Consumes the values of all WWW-Authenticate headers of an answer; returns the challenges in
order. It never raises, and its time is linear in the length of the values: each character is
looked at by a bounded number of patterns, none of which goes back.

The grammar is RFC 9110 section 11.6.1 with the parameters of RFC 7616 and RFC 7617. Devices
break it as follows, and each of these is read: unquoted realms, blanks instead of commas
(netcwmp), no blank after a comma (Huawei), parameters on folded lines (Orange), two blanks after
the scheme (Sipura), empty realms, a quote that never closes, several challenges in one header or
in several. Text that is no challenge (2Wire sends debug output) gives none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Challenge", "Param", "parse_challenges"]

Param = tuple[str, str, bool]
"""(name as sent, value, whether the value was quoted)."""

# IANA HTTP Authentication Scheme Registry, and NTLM, which never registered. A word of this list
# begins a challenge wherever it stands; any other word only in front, with a parameter after it.
_SCHEMES = frozenset(
    {
        *("basic", "bearer", "concealed", "digest", "dpop", "gnap", "hoba", "mutual", "negotiate"),
        *("ntlm", "oauth", "privatetoken", "scram-sha-1", "scram-sha-256", "vapid"),
    }
)
# The schemes whose credentials are one Base64 word instead of parameters (RFC 4559, MS-NLMP).
_ONE_WORD = frozenset({"negotiate", "ntlm"})

# An unquoted value ends at a comma, or at a blank before the next parameter or scheme; other
# blanks belong to it (`realm=My Router`). A quoted one may lack its closing quote.
_PARAM = re.compile(
    r"""[\s,]*+([^\s=,"]++)\s*+=[ \t]*+(?:"((?:[^"\\]++|\\.)*+)"?+|"""
    rf"""([^\s,]*+(?:[ \t]++(?!(?:{"|".join(sorted(_SCHEMES))})(?![^\s,]))"""
    r"""(?![^\s=,"]++\s*+=)[^\s=,"]++)*+))""",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"""[\s,]*+([^\s=,"]++)""")
_STRAY = re.compile(r"""[\s,="]*+""")
_TOKEN68 = re.compile(r"[ \t]++([A-Za-z0-9._~+/-]++=*+)(?=[ \t]*+(?:,|$))")
_SCHEME_SHAPE = re.compile(r"[A-Za-z][A-Za-z0-9._-]*+")
_PARAM_FOLLOWS = re.compile(r"""[ \t]++[^\s=,"]++\s*+=""")
_ESCAPED = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge; `scheme` is in lower case."""

    scheme: str
    params: tuple[Param, ...]
    """In the order sent; the one Base64 word of Negotiate and NTLM has the name ""."""

    def get(self, name: str) -> str | None:
        """The value of the first parameter `name` (any case), or None."""
        name = name.lower()
        for key, value, _ in self.params:
            if key.lower() == name:
                return value
        return None


def parse_challenges(values: Sequence[str]) -> tuple[Challenge, ...]:
    """The challenges in the values of the WWW-Authenticate headers, in order."""
    return tuple(challenge for value in values for challenge in _read(value))


def _read(value: str) -> list[Challenge]:
    found: list[tuple[str, list[Param]]] = []
    at = 0
    while at < len(value):
        if param := _PARAM.match(value, at):
            name, quoted, bare = param.groups()
            if found:
                found[-1][1].append((name, *_unescaped(quoted, bare)))
            at = param.end()
        elif word := _WORD.match(value, at):
            scheme, first, at = word[1], at == 0, word.end()
            if _is_scheme(value, scheme, at, first=first):
                params, at = _one_word(value, scheme, at)
                found.append((scheme.lower(), params))
        elif stray := _STRAY.match(value, at):
            at = max(stray.end(), at + 1)
    return [Challenge(scheme, tuple(params)) for scheme, params in found]


def _unescaped(quoted: str | None, bare: str) -> tuple[str, bool]:
    if quoted is None:
        return bare, False
    return (_ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted), True


def _is_scheme(value: str, word: str, end: int, *, first: bool) -> bool:
    """Whether `word`, which ends at `end` and no "=" follows, begins a challenge."""
    if word.lower() in _SCHEMES:
        return True
    return (
        first
        and _SCHEME_SHAPE.fullmatch(word) is not None
        and _PARAM_FOLLOWS.match(value, end) is not None
    )


def _one_word(value: str, scheme: str, end: int) -> tuple[list[Param], int]:
    """The Base64 word after Negotiate or NTLM, as a parameter, and where reading goes on."""
    token = _TOKEN68.match(value, end) if scheme.lower() in _ONE_WORD else None
    return ([("", token[1], False)], token.end()) if token else ([], end)
