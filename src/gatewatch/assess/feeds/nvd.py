"""NVD: severity vectors, as the JSON 2.0 feeds of a year and the API's pages have them.

A file holds some of all vulnerabilities, so what it lacks is not withdrawn.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, BinaryIO

from gatewatch.assess.elements import Elements
from gatewatch.assess.severity import VERSIONS, Severity, severity_of, version_of_vector
from gatewatch.assess.told import FeedFile

__all__ = ["NAME", "SENTENCE", "WHOLE", "read", "sniff"]

NAME = "nvd"
SENTENCE = "NVD's vulnerabilities with severity vectors, JSON 2.0."
WHOLE = False

_DATE = re.compile(r"20\d\d-[01]\d-[0-3]\d")
# Prefixed by the version; more may come.
_METRIC = "cvssMetricV"


def sniff(head: bytes) -> bool:
    """Whether it names NVD's format."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"NVD_CVE"' in head


def read(stream: BinaryIO, wanted: AbstractSet[str]) -> FeedFile:
    """The severity of each of `wanted` that has been scored; raises ValueError."""
    elements = Elements(stream, "vulnerabilities")
    as_of = (elements.told("timestamp") or "")[:10]
    if not _DATE.fullmatch(as_of):
        raise ValueError("it does not say when it was made")
    values = {}
    records = 0
    for records, one in enumerate(elements, 1):
        cve = one.get("cve")
        name = cve.get("id") if isinstance(cve, dict) else None
        if not isinstance(name, str):
            raise ValueError(f"entry {records:,} has no id")
        if name in wanted and (severity := _severity(cve, as_of)):
            values[name] = severity
    if not records:
        raise ValueError("it has no entries")
    return FeedFile(as_of, records, values)


def _severity(cve: Any, as_of: str) -> Severity | None:
    """By the newest version of CVSS that it was scored with; NVD's own vector before others'."""
    vectors = sorted(_vectors(cve.get("metrics")), key=_rank)
    return severity_of(vectors[0][1], f"NVD, {as_of}") if vectors else None


def _vectors(metrics: Any) -> Iterator[tuple[bool, str]]:
    """Whether it is of somebody else than NVD, and the vector."""
    for name, scored in metrics.items() if isinstance(metrics, dict) else ():
        for one in scored if name.startswith(_METRIC) and isinstance(scored, list) else ():
            data = one.get("cvssData") if isinstance(one, dict) else None
            vector = data.get("vectorString") if isinstance(data, dict) else None
            if isinstance(vector, str) and version_of_vector(vector) in VERSIONS:
                yield one.get("type") != "Primary", vector


def _rank(vector: tuple[bool, str]) -> tuple[int, bool]:
    others, text = vector
    return VERSIONS.index(version_of_vector(text)), others
