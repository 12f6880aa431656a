"""Names in a device's data model, below either root.

`InternetGatewayDevice.` is the model of TR-098, `Device.` that of TR-181 (and of TR-106, its
forerunner). A full name has no dot at its end; a partial path, which names an object and all
below, has one. In patterns `{i}` stands for an instance number.
"""

import re
from collections.abc import Iterable

__all__ = ["IGD", "ROOTS", "TR181", "is_partial", "matches", "parent", "root_of", "valid"]

IGD = "InternetGatewayDevice."
TR181 = "Device."
ROOTS = (IGD, TR181)
# TR-106 section 3.1: names as of XML, vendors' with X_ and what they like; aliases in brackets.
_NAME = re.compile(r"[A-Za-z_][\w\-]*(?:\.(?:[A-Za-z_][\w\-]*|[0-9]+|\[[^\]\[.]{1,64}\]))*\.?")
_INSTANCE = re.compile(r"[0-9]+|\[[^\]]+\]")


def root_of(names: Iterable[str]) -> str:
    """The root that the first name with one has; "" if none has."""
    for name in names:
        for root in ROOTS:
            if name.startswith(root):
                return root
    return ""


def is_partial(name: str) -> bool:
    """Whether it names an object and all below it; the empty one names everything."""
    return not name or name.endswith(".")


def valid(name: str) -> bool:
    """Whether `name` can be a name or a partial path: no blanks, no empty parts, 256 at most."""
    return len(name) <= 256 and (not name or _NAME.fullmatch(name) is not None)


def parent(name: str) -> str:
    """The object that `name` is in: `A.B.` for `A.B.C` and for `A.B.C.`; "" at the root."""
    return name.rstrip(".").rpartition(".")[0] + "." if "." in name.rstrip(".") else ""


def matches(pattern: str, name: str) -> bool:
    """Whether `name` is `pattern` with any instance numbers for its `{i}`."""
    wanted, given = pattern.split("."), name.split(".")
    return len(wanted) == len(given) and all(
        _INSTANCE.fullmatch(part) is not None if want == "{i}" else want == part
        for want, part in zip(wanted, given, strict=True)
    )
