"""Colours that can be told apart, and one sheet wherever charts are seen.

`python -m tests.formats.chart.test_style` writes the sheet of the pages anew.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

import gatewatch.web
from gatewatch.formats.chart.style import DARK, LIGHT, paged

SHEET = Path(gatewatch.web.__file__).parent / "static" / "chart.css"
THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@THEMES
def test_words_and_shapes_stand_out_from_the_page(colours: Mapping[str, str]) -> None:
    for name in ("ink", "soft", "s0", "s1", "s2", "s3", "s4", "s5"):
        assert contrast(colours[name], colours["page"]) >= 4.5, name
    for name in ("bar", "rest", "more"):
        assert contrast(colours[name], colours["page"]) >= 3, name


def test_the_sheet_of_the_pages_is_that_of_the_files() -> None:
    assert SHEET.read_text("utf-8") == paged(), __doc__


if __name__ == "__main__":
    SHEET.write_text(paged(), "utf-8")
