"""What a stranger said, made safe to show.

Device text may hold terminal escapes, line breaks, bidirectional overrides or megabytes of
filler. Everything that reaches a terminal, a log or an error line goes through `shown`, every
spreadsheet cell through `cell`, every JSON line through `json_line`.
"""

import json
import re
import unicodedata
from collections.abc import Mapping

__all__ = ["cell", "json_line", "shown"]

# Cc control, Cf format (bidi overrides, zero width), Cs lone surrogates, Co private use,
# Cn unassigned, Zl/Zp line and paragraph separators: none of them is text to a reader.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV injection);
# East Asian ones take the full-width forms as well.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Where lists are separated otherwise than the file's author thought, a cell begins anew after
# each of these.
_INNER_FORMULA = re.compile(r"""([,;|\t]["' ]*)(?=[=+\-@＝＋－＠])""")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def shown(value: object, limit: int = 200) -> str:
    r"""`value` as one line of visible characters, at most `limit` of them.

    Bytes are read as Latin-1, so every byte stays visible; what cannot be seen is written as
    an escape (`\x1b`, `\u202e`); a cut is marked with an ellipsis and the full length.
    """
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    head = text[:limit]
    if not head.isascii() or not head.isprintable():
        head = "".join(map(_visible, head))
    if len(text) > limit:
        return f"{head}… ({len(text):,} characters)"
    return head


def _visible(char: str) -> str:
    if char.isprintable() and unicodedata.category(char) not in _UNSEEN:
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cell(text: str) -> str:
    """`text` as a spreadsheet cell that is never taken for a formula, whole or in part."""
    text = _INNER_FORMULA.sub(r"\1'", text)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def json_line(value: Mapping[str, object]) -> str:
    r"""`value` as one line of JSON that is safe on a terminal and loses nothing.

    Letters stay letters; whatever cannot be seen (controls, DEL, bidirectional overrides, line
    separators, lone surrogates) is written as `\uXXXX`, which any reader turns back.
    """
    line = _encode(value)
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else _escape(char) for char in line)


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x10000:
        return f"\\u{code:04x}"
    # RFC 8259 section 7: beyond the basic plane, a pair of surrogates.
    code -= 0x10000
    return f"\\u{0xD800 | code >> 10:04x}\\u{0xDC00 | code & 0x3FF:04x}"
