r"""Nmap's service fingerprint, which holds the whole answers that Nmap did not recognise.

For a service that no match line knows, Nmap writes what each probe got into one string:
`SF-Port7547-TCP:V=7.93%I=7%...%r(GetRequest,6B,"HTTP/1\.1\x20401...")%r(...);`. On port 7547 these
are the devices without a known Server header, most of the interesting ones. Nmap keeps at most
900 bytes of an answer and stops adding probes at about 2,200 bytes of text in all.

`answers` reads every probe's answer as bytes, linear in the length of the string, and never
raises. Source: Nmap's service_scan.cc (addServiceString, addToServiceFingerprint).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["ProbeAnswer", "answers", "best_answer"]

# A string that is not closed was cut by whoever passed it on; its beginning counts.
_ANSWER = re.compile(
    r'%r\(([A-Za-z0-9_-]{1,64}),([0-9A-Fa-f]{1,8}),"'
    r'((?:[^"\\]++|\\x[0-9A-Fa-f]{2}|\\[^x])*+)'
)
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LETTERS = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0"}
# In the text output the string is wrapped; every blank of the answer itself is escaped.
_WRAPPED = re.compile(r"\s+(?:SF:)?")

# What each probe sends (nmap-service-probes): a GET, then what resembles it most.
_PREFERRED = ("GetRequest", "HTTPOptions", "GenericLines", "FourOhFourRequest", "RTSPRequest")


class ProbeAnswer(NamedTuple):
    """What one probe got."""

    probe: str
    data: bytes
    length: int
    """How many bytes came; more than `data` has when Nmap cut it."""

    @property
    def is_cut(self) -> bool:
        """Whether `data` is only the beginning."""
        return len(self.data) < self.length


def answers(servicefp: str) -> Iterator[ProbeAnswer]:
    """Every probe's answer in the fingerprint string (XML escapes already resolved), in order."""
    for match in _ANSWER.finditer(_WRAPPED.sub("", servicefp)):
        probe, length, text = match.groups()
        data = _ESCAPE.sub(_unescaped, text.encode("latin-1", "replace"))
        yield ProbeAnswer(probe, data, int(length, 16))


def best_answer(servicefp: str) -> ProbeAnswer | None:
    """The answer nearest to that of a GET: HTTP first, then by probe; None when there is none."""
    return min(answers(servicefp), key=_distance, default=None)


def _distance(answer: ProbeAnswer) -> tuple[bool, int]:
    rank = _PREFERRED.index(answer.probe) if answer.probe in _PREFERRED else len(_PREFERRED)
    return not answer.data.startswith(b"HTTP/"), rank


def _unescaped(match: re.Match[bytes]) -> bytes:
    code, char = match.groups()
    return bytes([int(code, 16)]) if code else _LETTERS.get(char, char)
