"""What all charts are made of: escaped text, room for it, and round numbers on an axis."""

import math
import re
import unicodedata
from collections.abc import Callable

from gatewatch.model.language import Language
from gatewatch.model.table import Value

__all__ = [
    "FONT_SIZE",
    "Link",
    "Shape",
    "compact",
    "cut",
    "escaped",
    "linked",
    "number_in",
    "place",
    "text",
    "ticks",
    "width_of",
]

FONT_SIZE = 13
# As wide as the widest of the fonts that may be used.
_NARROW, _MIDDLE, _WIDE = 0.38, 0.63, 1.0
_ROUNDING = 0.01
# More than anybody counts, and far from what a float cannot hold.
_MOST = 1e15
_THIN = frozenset("iljft.,:;'|!()[] ")
_STEPS = (1, 2, 5, 10)
_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}
_SPECIAL = re.compile(r"[&<>\"']")
_SCALES = ((1e9, "G"), (1e6, "M"), (1e3, "k"))

Shape = str
"""An SVG element."""

Link = Callable[[str], str]
"""From the query behind a part of a drawing to the address that it leads to; empty: nowhere."""


def escaped(words: str) -> str:
    """`words`, safe to show already, as XML text or in an attribute."""
    return _SPECIAL.sub(lambda sign: _XML[sign[0]], words)


def place(value: float) -> str:
    """A coordinate: one decimal is finer than any screen."""
    return f"{value:.1f}".removesuffix(".0")


def number_in(value: Value) -> float | None:
    """The number in a cell as far as it can be drawn; None for what is none."""
    return float(max(-_MOST, min(value, _MOST))) if isinstance(value, int | float) else None


def text(x: float, y: float, words: str, kind: str = "", title: str = "") -> Shape:
    """One line of text whose base line is at `y`; `title` is told when it was cut."""
    inner = f"<title>{escaped(title)}</title>" if title else ""
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{place(x)}" y="{place(y)}"{style}>{inner}{escaped(words)}</text>'


def linked(shapes: list[Shape], query: Value, link: Link | None, told: str) -> list[Shape]:
    """`shapes` as one link to what `query` finds, told as `told`; unlinked without either.

    A keyboard passes it by: the table under a drawing has the same links, each with its words.
    """
    title = f"<title>{escaped(told)}</title>"
    address = link(query) if link is not None and isinstance(query, str) else ""
    if not address:
        return ["<g>", title, *shapes, "</g>"] if told else shapes
    return [f'<a href="{escaped(address)}" tabindex="-1">', title, *shapes, "</a>"]


def width_of(words: str, size: float = FONT_SIZE) -> float:
    """About how wide `words` will be, in pixels."""
    return size * sum(map(_width, words))


def cut(words: str, room: float, size: float = FONT_SIZE) -> str:
    """As much of `words` as `room` pixels hold, with an ellipsis when something is missing."""
    if width_of(words, size) <= room + _ROUNDING:
        return words
    left = room / size - _MIDDLE
    kept = 0
    for sign in words:
        left -= _width(sign)
        if left < 0:
            break
        kept += 1
    return f"{words[:kept]}…"


def ticks(most: float, wanted: int = 5) -> list[float]:
    """Round values from 0 to at least `most`, about `wanted` of them."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / wanted
    magnitude = 10 ** math.floor(math.log10(rough))
    step = next(one * magnitude for one in _STEPS if one * magnitude >= rough)
    # Counts are whole.
    step = max(step, 1.0) if most >= 1 else step
    return [step * number for number in range(math.ceil(most / step - 1e-9) + 1)]


def compact(value: float, language: Language) -> str:
    """A value on an axis: `1.5 M`, `200 k`, `7`."""
    for scale, letter in _SCALES:
        if value >= scale:
            digits = 0 if value % scale == 0 else 1
            number = value / scale
            return f"{language.number(int(number) if not digits else number, digits)} {letter}"
    return language.number(int(value)) if value == int(value) else language.number(value, 1)


def _width(sign: str) -> float:
    if sign in _THIN:
        return _NARROW
    return _WIDE if unicodedata.east_asian_width(sign) in "WF" or sign in "MW@%" else _MIDDLE
