# Invariant: any text is refused as a pattern, or is matched with any value, however
# hostile, in little time; looking for its texts first dismisses nothing that it matches.
"""Tries identify/patterns.py: the first line is the pattern, the rest a piece of the value."""

from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.patterns import compile_pattern, length_of

__all__ = ["SEEDS", "TOKENS", "one"]

_OURS = [
    entry.pattern.regex.pattern + "\n" + example.value
    for entries in catalogue().fingerprints.values()
    for entry in entries
    for example in entry.examples[:1]
]
_HOSTILE = [
    "(a+)+$\naaaa", "(?:a|aa)+$\naaa", "(?:a?){20}a{20}\naaa", "a{1,30}a{1,30}a{1,30}$\naaa",
    "^(?:[ab]{0,9}[bc]{0,9}){2}$\nab", r"(?P<v>[0-9.]{1,20})(?:x|y)*$" + "\n1.1",
    "(?i)a.{0,40}b\nab",
    r"(?=(?:a|b){1,9})a*b\nab", "(?:a{0,9}){3}b\naa", r"(?<![a-z])[a-z]{1,60}\d\nab", "x*y*z\nxyx",
    "(" * 12 + "a{1,9}" + "){20}" * 12 + "\naaa", "((((a?){99}){99}){99}){99}\naa",
]  # fmt: skip
SEEDS = [text.encode() for text in (*_OURS, *_HOSTILE)]
TOKENS = [
    *(b"(?:", b"(?P<v>", b"(", b")", b"|", b"*", b"+", b"?", b"*?", b"++", b"{1,9}", b"{0,999}"),
    *(b"{,5}", b"{5,}", b"[^a]", b"[a-z]", b"\\d", b"\\b", b"\\1", b"(?=", b"(?!", b"(?<="),
    b"(?i)",
    *(b".", b"^", b"$", b"\\Z", b"\\A", b"(?s:", b"(?>", b"(?#", b"(?(1)", b"\\N{DIGIT ONE}"),
    b"[]a]",
    *(b"{1000000}", b"{99999999999}", b"[[a]", b"\\x4", b"\\u0041", b"(?P=v)", b"(?a)", b"(?-i:"),
]

_FEATURE = "http.server"
_LENGTH = length_of(_FEATURE)
# Patterns are written by people; only what they are matched with is hostile.
_LONGEST = 1000


def one(data: bytes) -> None:
    """Matches values made of the rest of `data` with its first line, if that is a pattern."""
    source, _, piece = data.decode("utf-8", "replace").partition("\n")
    source = source[:_LONGEST]
    try:
        pattern = compile_pattern(source, _FEATURE)
    except ValueError:
        return
    piece = piece[:_LENGTH]
    for value in (piece, piece[:1] * _LENGTH, (piece * _LENGTH)[: _LENGTH - 1] + "!"):
        found = pattern.regex.search(value)
        assert (pattern.find(value) is None) == (found is None)
        assert found is None or value.startswith(pattern.prefix)
