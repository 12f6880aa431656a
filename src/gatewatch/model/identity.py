"""What is believed of a response, and why.

Evidence adds up as a stack of hints: each fingerprint that matches leaves assertions, each with
its confidence and the bytes that matched; the value with the most combined confidence wins.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Assertion", "Identity"]


@dataclass(frozen=True, slots=True)
class Assertion:
    """One rule says one thing because it matched one piece of the answer."""

    field: str
    """`software`, `software.version`, `vendor`, `model`, `device.type`, `firmware` or `role`."""
    value: str
    confidence: float
    """0 to 1, of the identification, not of the text."""
    rule: str
    """`<matched field>/<fingerprint id>`, as in `http_server/gsoap-27`."""
    evidence: str
    """The text that matched."""


@dataclass(frozen=True)
class Identity:
    """All assertions about one response."""

    assertions: tuple[Assertion, ...] = ()

    def best(self) -> Mapping[str, tuple[str, float]]:
        """Per field the winning value and its confidence, 1 - product(1 - c) over its rules.

        Of two values with equal confidence the one asserted first wins.
        """
        return self._best

    @cached_property
    def _best(self) -> Mapping[str, tuple[str, float]]:
        doubt: dict[str, dict[str, float]] = defaultdict(dict)
        for said in self.assertions:
            values = doubt[said.field]
            values[said.value] = values.get(said.value, 1.0) * (1.0 - said.confidence)
        return {
            name: (value, 1.0 - left)
            for name, values in doubt.items()
            for value, left in [min(values.items(), key=lambda item: item[1])]
        }
