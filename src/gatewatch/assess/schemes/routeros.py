"""MikroTik RouterOS: `6.43`, `6.42.1`, `6.43rc4`, `7.1beta6`."""

import re

from gatewatch.assess.spans import Span, exactly

__all__ = ["NAME", "ORDER", "SENTENCE", "span"]

NAME = "routeros"
SENTENCE = "RouterOS: a beta is before a release candidate, which is before its release."
ORDER = ("5.26", "6.40.8", "6.41.3", "6.42", "6.42.1", "6.43beta1", "6.43rc4", "6.43", "7.1beta6")

_FORM = re.compile(r"([0-9]{1,2})\.([0-9]{1,3})(?:\.([0-9]{1,3}))?(?:(beta|rc)([0-9]{1,3}))?")
_STAGES = {"beta": 0, "rc": 1, None: 2}


def span(text: str) -> Span | None:
    """`6.43` is exactly that release."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    major, minor, patch, stage, number = found.groups()
    return exactly(int(major), int(minor), int(patch or 0), _STAGES[stage], int(number or 0))
