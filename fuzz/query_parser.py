# Invariant: any text is a query or a BadQuery whose column lies in it and whose words are one line;
# a query written again parses to the same tree and becomes SQL with a value for each question mark
# and nothing of what was typed in it; time is linear.
"""Tries query/parser.py and what it calls, printing.py, scope.py and compile.py."""

import re
from pathlib import Path
from zlib import crc32

from fuzz.laws import check_one_line
from fuzz.store_manifest import SNAPSHOT

from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import FIELDS
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.query.compile import where
from gatewatch.query.dialects import DIALECTS
from gatewatch.query.lexer import MAX_LENGTH
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.query.scope import scope

__all__ = ["SEEDS", "TOKENS", "one"]

_CASES = Path(__file__).parents[1] / "tests" / "query" / "cases"

SEEDS = [
    line.strip()
    for path in sorted(_CASES.glob("*.txt"))
    for line in path.read_bytes().splitlines()
    if line and not line.startswith((b"#", b"    query:"))
]
TOKENS = [
    *(name.encode() + b":" for name in FIELDS),
    *(b" and ", b" or ", b" not ", b"-", b"(", b")", b"[", b" TO ", b"]", b'"', b"'", b"`", b"\\"),
    *(b":", b"=", b"!=", b"<", b"<=", b">", b">=", b"~", b"*", b"?", b"\\x41", b"\\u202e", b"/"),
    *(b"7547.cwmp.get.", b"services.port", b"2026-11", b"now-7d", b"192.0.2.0/24", b"::1", b"1e3"),
    *(b"&&", b"||", b"{", b"}", b",", b"host(", b"=~", b"!~", b"header.", b"services:(", b"gSOAP "),
]


_INFOS = [SnapshotInfo.from_json(SNAPSHOT)]


def one(data: bytes) -> None:
    """Parses `data` as it would come from a command line."""
    text = data.decode("utf-8", "surrogateescape")
    dialect = list(DIALECTS.values())[crc32(data) % len(DIALECTS)]
    try:
        query = parse(text, dialect)
        asked = scope(query.node, _INFOS).node
    except BadQuery as error:
        _check_complaint(error, text)
        return
    sql = where(asked)
    assert sql.text.count("?") == len(sql.values)
    assert sql.text.isascii()
    # Names of headers are the only words of a query that reach SQL; their letters are harmless.
    assert re.fullmatch(r"[\w ()=<>!|&?,.:*+~'\"\[\]{}^\\-]*", sql.text), sql.text
    assert ";" not in sql.text
    assert "--" not in sql.text
    again = printed(query.node)
    assert again.isprintable()
    # What is written without quotes may grow when it is written with them.
    if len(again) <= MAX_LENGTH:
        assert parse(again).node == query.node, again


def _check_complaint(error: BadQuery, text: str) -> None:
    check_one_line(error)
    assert 1 <= error.column <= min(len(text), MAX_LENGTH) + 1
