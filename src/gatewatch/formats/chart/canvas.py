"""A drawing and the frame around it."""

from collections.abc import Sequence
from typing import NamedTuple

from gatewatch.formats.chart.marks import Shape, escaped, place

__all__ = ["Drawing", "framed", "stacked"]

_MARGIN = 16.0


class Drawing(NamedTuple):
    """Shapes from (0, 0) to (width, height), in pixels."""

    width: float
    height: float
    shapes: Sequence[Shape]


def framed(
    drawing: Drawing, name: str, told: str = "", *, linked: bool = False, kind: str = ""
) -> str:
    """The drawing as an SVG element; `name` and `told` are what is read aloud of it.

    `linked`: it has links, and so is no picture; `kind` is one more class.
    """
    width, height = place(drawing.width), place(max(drawing.height, 1.0))
    role = f'role="group" aria-label="{escaped(name)}"' if linked else 'role="img"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart{" " if kind else ""}{kind}" {role} '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        + ("" if linked else f"<title>{escaped(name)}</title>")
        + (f"<desc>{escaped(told)}</desc>" if told else "")
        + "".join(drawing.shapes)
        + "</svg>"
    )


def stacked(drawings: Sequence[Drawing]) -> Drawing:
    """One below the other on one ground, with a margin around each."""
    width = max((one.width for one in drawings), default=0.0) + 2 * _MARGIN
    shapes: list[Shape] = []
    top = _MARGIN
    for one in drawings:
        shapes.append(f'<g transform="translate({place(_MARGIN)} {place(top)})">')
        shapes += one.shapes
        shapes.append("</g>")
        top += one.height + _MARGIN
    ground = f'<rect class="ground" width="{place(width)}" height="{place(top)}"/>'
    return Drawing(width, top, [ground, *shapes])
