"""Charts as one SVG file: sharp at any size, light or dark as the reader has chosen."""

from typing import TextIO

from gatewatch.formats.chart.picture import picture
from gatewatch.formats.chart.style import standalone
from gatewatch.model.table import Document

__all__ = ["FOR_PEOPLE", "NAME", "SENTENCE", "SUFFIXES", "write"]

NAME = "svg"
SENTENCE = "The charts of a report as one drawing, sharp at any size."
SUFFIXES = (".svg",)
FOR_PEOPLE = True


def write(document: Document, out: TextIO) -> None:
    """Writes the drawing to `out`; raises FormatUnfit when there is no chart."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(picture(document, NAME, standalone()) + "\n")
