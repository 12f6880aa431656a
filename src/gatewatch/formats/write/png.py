"""Charts as one PNG picture, for slides and mails.

The letters come with us: a machine that runs a scanner has no fonts.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from gatewatch.formats.chart.picture import picture
from gatewatch.formats.chart.style import LIGHT, sheet
from gatewatch.model.table import Document

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write_bytes"]

NAME = "png"
SENTENCE = "The charts of a report as one picture."
SUFFIXES = (".png",)
FOR_PEOPLE = True

# Sharp on screens of twice the usual density.
_ZOOM = 2
_FONTS = "font_source_sans_pro"
_FACES = ("Regular", "Semibold")


def write_bytes(document: Document, out: BinaryIO) -> None:
    """Writes the picture to `out`; raises FormatUnfit when there is no chart."""
    import resvg_py

    out.write(
        bytes(
            resvg_py.svg_to_bytes(
                svg_string=picture(document, NAME, sheet(LIGHT)),
                zoom=_ZOOM,
                skip_system_fonts=False,
                font_files=_font_files(),
                font_family="Source Sans Pro",
                sans_serif_family="Source Sans Pro",
            )
        )
    )


@cache
def _font_files() -> list[str]:
    # Found and not imported: importing the package needs another one that few have.
    spec = find_spec(_FONTS)
    assert spec is not None, f"the package {_FONTS} is not installed"
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0]) / "files"
    return [str(folder / f"SourceSansPro-{face}.ttf") for face in _FACES]
