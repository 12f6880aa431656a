r"""One person, many spellings: `Alice`, `EXAMPLE\alice`, `alice@example.com`, `CN=alice`.

Names are case-folded. A domain, before a backslash or after an at sign, is taken off only when it
is one of the company's own, since `alice` of another company is another person. A table of the
company's (WireGuard keys, old names, shared spellings) goes before everything else.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["People"]

_LONGEST = 256
_REMEMBERED = 1 << 16


@dataclass(frozen=True, slots=True)
class People:
    """How spellings become persons."""

    domains: frozenset[str] = frozenset()
    r"""The company's own domains in lower case: `example.com`, and `example` of `EXAMPLE\alice`."""
    table: Mapping[str, str] = field(default_factory=dict)
    """Person by spelling; a spelling is looked for as it is written, then case-folded."""
    _known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    """What was found out lately: the same people come again and again."""

    def person(self, spelling: str) -> str:
        """The person that `spelling` means, at most 256 characters; "" for no name at all."""
        known = self._known.get(spelling)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[spelling] = self._person(spelling)
        return known

    def _person(self, spelling: str) -> str:
        name = spelling.strip()
        known = self.table.get(name)
        if known is None:
            name = unicodedata.normalize("NFC", name).casefold()
            known = self.table.get(name)
        if known is not None:
            return known
        name = name.removeprefix("cn=").strip()
        if self.domains:
            name = self._without_domain(name)
        # A lone surrogate stands for a byte that is no UTF-8; no store takes it.
        return name[:_LONGEST].encode("utf-8", "backslashreplace").decode()

    def _without_domain(self, name: str) -> str:
        domain, backslash, rest = name.partition("\\")
        if backslash and rest and domain in self.domains:
            name = rest
        local, at, domain = name.rpartition("@")
        return local if at and local and domain in self.domains else name
