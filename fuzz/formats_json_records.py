# Invariant: any bytes between two whole records cost neither of them: the first comes out first,
# the last comes out last; whatever else comes is an object or a rejected piece; nothing is raised;
# time is linear.
"""Tries formats/json_records.py."""

from io import BytesIO

from fuzz.formats_read import SEEDS as SAMPLES

from gatewatch.formats.json_records import JsonRecord, one_record_a_line, peek, records
from gatewatch.formats.lines import RAW_KEPT
from gatewatch.model.observation import Rejected

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [sample for sample in SAMPLES if b"{" in sample[:200]] + [
    b'{finished: 1}\n', b'[\n{"a": "\\"}"},\n]\n', b'INFO[0000] started\n{"a":1}{"a":2}\n',
]  # fmt: skip
TOKENS = [b"{", b"}", b'{"', b'"}', b"\n{", b"},\n", b"[\n", b"\n]", b'\\"', b'{"ip":"', b"{}\n"]

_FIRST, _LAST = b'{"fuzz": "first"}\n', b'\n{"fuzz": "last"}\n'


def one(data: bytes) -> None:
    """Reads `data` alone and between two records."""
    one_record_a_line(data)
    peek(data)
    for record in records(BytesIO(data)):
        if isinstance(record, Rejected):
            assert len(record.raw) <= RAW_KEPT
        else:
            assert isinstance(record.value, dict)
    found = [
        record.value
        for record in records(BytesIO(_FIRST + data + _LAST))
        if isinstance(record, JsonRecord)
    ]
    assert found[0] == {"fuzz": "first"}
    assert found[-1] == {"fuzz": "last"}
