"""Which format an input is of: every reader is asked, none is preferred.

`reader_for` raises FormatUnknown when no reader knows the beginning, and InputUnreadable when it
is something known that cannot be read, with what to do instead.
"""

import re
from typing import NamedTuple

from gatewatch.formats.read import Reader, readers
from gatewatch.model.errors import FormatUnknown, InputUnreadable

__all__ = ["claimants", "reader_for"]

_SHOWN = 40


class _Advice(NamedTuple):
    begins: re.Pattern[bytes]
    what: str
    mend: str


def _begins(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL | re.IGNORECASE)


_ADVICE = (
    _Advice(
        _begins(rb"\xd4\xc3\xb2\xa1|\xa1\xb2\xc3\xd4|\x4d\x3c\xb2\xa1|\xa1\xb2\x3c\x4d|\n\r\r\n"),
        "it is a packet capture",
        "list who answered and import the list:"
        ' tshark -r FILE -Y "tcp.srcport==7547 && tcp.flags==0x12" -T fields -e ip.src',
    ),
    _Advice(
        _begins(rb"masscan/1\."),
        "it is masscan's binary format (-oB)",
        "turn it into JSON: masscan --readscan FILE -oJ OUT.json",
    ),
    _Advice(
        _begins(rb"\s*+(?:#|Starting) Nmap "),
        "it is Nmap's output for people (-oN)",
        "give the file that -oX wrote; -oX, or -oA for all formats, keeps the answers",
    ),
    _Advice(_begins(rb"WARC/"), "it is a web archive (WARC)", "import the scanner's own output"),
    _Advice(
        _begins(rb"PAR1"),
        "it is a Parquet file",
        "write it as JSON lines: duckdb -c \"COPY (FROM 'FILE') TO 'OUT.json'\"",
    ),
    _Advice(_begins(rb"Obj\x01"), "it is an Avro file", "export the table as JSON lines"),
    _Advice(
        _begins(rb"SQLite format 3\0"),
        "it is a SQLite database",
        "export the table with the results as JSON lines or CSV",
    ),
    _Advice(
        _begins(rb"<\?xml[^>]*+>\s*+<Types\b"),
        "it is an Office document",
        "save the sheet as CSV and import that",
    ),
    _Advice(
        _begins(rb"\s*+(?:<!DOCTYPE html|<html)"),
        "it is a web page",
        "the download probably gave a login or an error page: open it and fetch the file again",
    ),
    _Advice(
        _begins(rb"7z\xbc\xaf\x27\x1c|Rar!|\x04\x22\x4d\x18|\x1f\x9d|.{257}ustar"),
        "it is packed in a way that is not read",
        "unpack it first, or pack it with gzip, zstd, bzip2, xz or zip",
    ),
)


def reader_for(head: bytes, name: str) -> Reader:
    """The reader of the input `name` that begins with `head` (64 KiB of plain bytes).

    Should two ever claim one input, which their tests rule out, the first by name reads it.
    """
    found = claimants(head)
    if found:
        return found[0]
    for begins, what, mend in _ADVICE:
        if begins.match(head):
            raise InputUnreadable(where=name, what=what, mend=mend)
    raise FormatUnknown(where=name, head=head[:_SHOWN])


def claimants(head: bytes) -> list[Reader]:
    """Every reader that takes `head` for the beginning of its format, sorted by name."""
    return [reader for _, reader in sorted(readers().items()) if reader.sniff(head)]
