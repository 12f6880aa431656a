"""Which log an input is: every source is asked, none is preferred.

`source_for` raises LogUnknown when no source knows the beginning, and InputUnreadable when it is
something known that cannot be read, with what to do instead.
"""

import re

from gatewatch.model.errors import BadArguments, InputUnreadable, LogUnknown
from gatewatch.watch.sources import Source, sources

__all__ = ["claimants", "named_source", "source_for"]

_SHOWN = 24
_ADVICE = (
    (
        rb"ElfFile\0",
        "it is a binary event log of Windows",
        "turn it into XML: wevtutil qe FILE /lf:true /f:xml > OUT.xml",
    ),
    (
        rb'"?(?:Keywords|Level|Schl\xc3\xbcsselw\xc3\xb6rter|Ebene|Mots cl\xc3\xa9s)"?,',
        "it is Event Viewer's CSV, whose times and words depend on the machine",
        "save the events as XML there",
    ),
    (
        rb"__CURSOR=",
        "it is the journal's export form",
        "write it as JSON: journalctl -o json -t sshd > OUT.json",
    ),
    (
        rb"PAR1",
        "it is a Parquet file",
        "write it as JSON lines: duckdb -c \"COPY (FROM 'FILE') TO 'OUT.json'\"",
    ),
    (
        rb"\s*+(?:<!DOCTYPE html|<html)",
        "it is a web page",
        "the download probably gave a login page: open it and fetch the file again",
    ),
)


def source_for(head: bytes, name: str) -> Source:
    """The source of the input `name` that begins with `head` (64 KiB of plain bytes)."""
    found = claimants(head)
    if found:
        return found[0]
    for begins, what, mend in _ADVICE:
        if re.match(begins, head, re.IGNORECASE):
            raise InputUnreadable(where=name, what=what, mend=mend)
    # The first word only: what follows may be a name or an address.
    first = re.split(rb"[\s,;:=]", head.lstrip()[:_SHOWN], maxsplit=1)[0]
    raise LogUnknown(where=name, head=first)


def claimants(head: bytes) -> list[Source]:
    """Every source that takes `head` for the beginning of its log, sorted by name."""
    return [source for _, source in sorted(sources().items()) if source.sniff(head)]


def named_source(name: str) -> Source:
    """The source of this name; raises BadArguments."""
    if name not in sources():
        raise BadArguments(
            where="--source",
            what=f'"{name}" is no log that is known',
            mend='"gatewatch watch sources" lists all',
        )
    return sources()[name]
