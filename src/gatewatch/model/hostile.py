"""What a stranger said, made safe to show.

Device text may hold terminal escapes, line breaks, bidirectional overrides or megabytes of
filler. Everything that reaches a terminal, a log or an error line goes through `shown`; every
spreadsheet cell goes through `cell`.
"""

import unicodedata

__all__ = ["cell", "shown"]

# Cc control, Cf format (bidi overrides, zero width), Cs lone surrogates, Co private use,
# Cn unassigned, Zl/Zp line and paragraph separators: none of them is text to a reader.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# A spreadsheet takes a cell that begins with one of these for a formula (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


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
    """`text` as a spreadsheet cell that is never taken for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
