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

_GAP = re.compile(r"[\s,]*+")
_WORD = re.compile(r"""[^\s=,"]++""")
_EQUALS = re.compile(r"\s*+=[ \t]*+")
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)"?+', re.DOTALL)
# An unquoted value ends at a comma, or at a blank before the next parameter or scheme; other
# blanks belong to it (`realm=My Router`).
_BARE = re.compile(
    rf"""[^\s,]*+(?:[ \t]++(?!(?:{"|".join(sorted(_SCHEMES))})(?![^\s,]))"""
    r"""(?![^\s=,"]++\s*+=)[^\s=,"]++)*+""",
    re.IGNORECASE,
)
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
        return next((value for key, value, _ in self.params if key.lower() == name), None)


def parse_challenges(values: Sequence[str]) -> tuple[Challenge, ...]:
    """The challenges in the values of the WWW-Authenticate headers, in order."""
    return tuple(challenge for value in values for challenge in _read(value))


def _read(value: str) -> list[Challenge]:
    found: list[tuple[str, list[Param]]] = []
    at = _skip(_GAP, value, 0)
    first = at
    while at < len(value):
        word = _WORD.match(value, at)
        if word is None:  # a stray "=" or quote
            at += 1
        elif (equals := _EQUALS.match(value, word.end())) is not None:
            text, at, quoted = _value(value, equals.end())
            if found:
                found[-1][1].append((word[0], text, quoted))
        else:
            is_scheme = _is_scheme(value, word, first=at == first)
            at = word.end()
            if is_scheme:
                params, at = _one_word(value, word)
                found.append((word[0].lower(), params))
        at = _skip(_GAP, value, at)
    return [Challenge(scheme, tuple(params)) for scheme, params in found]


def _skip(pattern: re.Pattern[str], value: str, at: int) -> int:
    found = pattern.match(value, at)
    return found.end() if found else at


def _value(value: str, at: int) -> tuple[str, int, bool]:
    """The parameter value at `at`, where it ends, whether it was quoted."""
    quoted = _QUOTED.match(value, at)
    if quoted is not None:
        text = quoted[1]
        return (_ESCAPED.sub(r"\1", text) if "\\" in text else text), quoted.end(), True
    end = _skip(_BARE, value, at)
    return value[at:end], end, False


def _is_scheme(value: str, word: re.Match[str], *, first: bool) -> bool:
    """Whether `word`, which no "=" follows, begins a challenge."""
    if word[0].lower() in _SCHEMES:
        return True
    return (
        first
        and _SCHEME_SHAPE.fullmatch(word[0]) is not None
        and _PARAM_FOLLOWS.match(value, word.end()) is not None
    )


def _one_word(value: str, scheme: re.Match[str]) -> tuple[list[Param], int]:
    """The Base64 word after Negotiate or NTLM, as a parameter, and where reading goes on."""
    token = _TOKEN68.match(value, scheme.end()) if scheme[0].lower() in _ONE_WORD else None
    return ([("", token[1], False)], token.end()) if token else ([], scheme.end())
