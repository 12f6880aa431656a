"""EPSS: FIRST's daily scores, as `epss_scores-2026-11-23.csv.gz` has them.

The first line names model and date (`#model_version:v2025.03.14,score_date:2026-11-23T12:55:00Z`),
the second the columns, then there is a line for each CVE: `CVE-2014-9222,0.94,0.999`.
"""

import re
from collections.abc import Set as AbstractSet
from typing import BinaryIO

from gatewatch.assess.evidence import Epss
from gatewatch.assess.told import FeedFile

__all__ = ["NAME", "SENTENCE", "WHOLE", "read", "sniff"]

NAME = "epss"
SENTENCE = "EPSS scores of FIRST, CSV."
WHOLE = True

_ABOUT = re.compile(
    rb"#model_version:([\w.-]{1,40}),score_date:(20\d\d-[01]\d-[0-3]\d)[T0-9:.Z+-]{0,30}\r?\n"
)
_COLUMNS = re.compile(rb"cve,epss,percentile\r?\n")
_SHARE = rb"(\d(?:\.\d{1,12})?(?:e-\d{1,2})?)"
_ROW = re.compile(rb"(CVE-\d{4}-\d{4,12})," + _SHARE + rb"," + _SHARE + rb"\r?\n")
_LONGEST_LINE = 200


def sniff(head: bytes) -> bool:
    """Whether it begins with the line about the model, or with the columns."""
    return head.startswith((b"#model_version:", b"cve,epss"))


def read(stream: BinaryIO, wanted: AbstractSet[str]) -> FeedFile:
    """The scores of the vulnerabilities in `wanted`; raises ValueError."""
    about = _ABOUT.fullmatch(stream.readline(_LONGEST_LINE))
    if about is None:
        raise ValueError("line 1 names no model and date")
    if not _COLUMNS.fullmatch(stream.readline(_LONGEST_LINE)):
        raise ValueError("line 2 does not name the columns cve,epss,percentile")
    model, date = about[1].decode(), about[2].decode()
    values = {}
    number = 2
    while line := stream.readline(_LONGEST_LINE):
        number += 1
        row = _ROW.fullmatch(line)
        if row is None:
            raise ValueError(f"line {number:,} is no score, or is cut")
        name = row[1].decode()
        if name in wanted:
            values[name] = Epss(
                _share(row[2], number), _share(row[3], number), date, model, "FIRST"
            )
    if number == 2:
        raise ValueError("it has no scores")
    return FeedFile(date, number - 2, values)


def _share(text: bytes, number: int) -> float:
    value = float(text)
    if value > 1:
        raise ValueError(f"line {number:,} has a score above 1")
    return value
