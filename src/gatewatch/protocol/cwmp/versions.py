"""The versions of CWMP and the namespaces that they are spoken in.

Sources: the schemas cwmp-1-0 to cwmp-1-4 of the Broadband Forum. Versions 1.3 and 1.4 kept the
namespace of 1.2; `cwmp-1-3` and `cwmp-1-4` stand in no schema, yet devices use them, and are
answered in what they use.
"""

import re

__all__ = [
    "FIRST_NAMESPACE",
    "VERSIONS",
    "common_version",
    "is_cwmp",
    "version_of",
]

FIRST_NAMESPACE = "urn:dslforum-org:cwmp-1-0"
"""What a device is answered in that declares no namespace at all."""

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4")
"""What this ACS speaks."""

_CWMP = re.compile(r"urn:dslforum-org:cwmp-([0-9]{1,3})-([0-9]{1,3})")


def is_cwmp(namespace: str) -> bool:
    """Whether `namespace` is of CWMP, be it of a version that nobody has heard of."""
    return _CWMP.fullmatch(namespace.strip()) is not None


def version_of(namespace: str) -> str:
    """The version that `namespace` names; "" for a foreign one."""
    found = _CWMP.fullmatch(namespace.strip())
    return f"{int(found[1])}.{int(found[2])}" if found else ""


def common_version(theirs: tuple[str, ...]) -> str:
    """The newest version of `theirs` that we speak, too; "" when there is none."""
    return max(set(theirs) & set(VERSIONS), default="")
