"""KEV: CISA's catalogue of known exploited vulnerabilities, JSON."""

import re
from collections.abc import Set as AbstractSet
from typing import BinaryIO

from gatewatch.assess.elements import Elements
from gatewatch.assess.evidence import Kev
from gatewatch.assess.told import FeedFile

__all__ = ["NAME", "SENTENCE", "WHOLE", "read", "sniff"]

NAME = "kev"
SENTENCE = "CISA's catalogue of known exploited vulnerabilities, JSON."
WHOLE = True

_DATE = re.compile(r"20\d\d-[01]\d-[0-3]\d")


def sniff(head: bytes) -> bool:
    """Whether it names the catalogue's version."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"catalogVersion"' in head


def read(stream: BinaryIO, wanted: AbstractSet[str]) -> FeedFile:
    """When each of `wanted` was added, and whether ransomware uses it; raises ValueError."""
    elements = Elements(stream, "vulnerabilities")
    as_of = (elements.told("dateReleased") or "")[:10]
    as_of = as_of or (elements.told("catalogVersion") or "").replace(".", "-")
    if not _DATE.fullmatch(as_of):
        raise ValueError("it does not say when it was released")
    values = {}
    records = 0
    for records, one in enumerate(elements, 1):
        name, added = one.get("cveID"), one.get("dateAdded")
        if not isinstance(name, str) or not isinstance(added, str) or not _DATE.fullmatch(added):
            raise ValueError(f"entry {records:,} has no cveID or dateAdded")
        if name in wanted:
            ransomware = one.get("knownRansomwareCampaignUse") == "Known"
            values[name] = Kev(added, ransomware, as_of)
    if not records:
        raise ValueError("it has no entries")
    return FeedFile(as_of, records, values)
