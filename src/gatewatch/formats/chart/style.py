"""How charts look: the colours of the pages, light and dark.

Contrast with the ground is 4.5 to 1 for text and 3 to 1 for shapes in both (WCAG 2.2, 1.4.3 and
1.4.11); the six line colours are told apart with the common colour blindnesses, and each line has
a stroke and a mark of its own besides.
"""

from collections.abc import Mapping

__all__ = ["DARK", "LIGHT", "paged", "sheet", "standalone"]

LIGHT: Mapping[str, str] = {
    "page": "#ffffff", "ink": "#1b1f24", "soft": "#5b636d", "line": "#dfe1e0", "bar": "#3a78b3",
    "rest": "#8a949e", "more": "#c2622d", "s0": "#1f6fb2", "s1": "#b4460f", "s2": "#2f7d32",
    "s3": "#8e3a8c", "s4": "#6b5b00", "s5": "#5b636d",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "page": "#1c2024", "ink": "#e6e8ea", "soft": "#a2abb5", "line": "#3a4148", "bar": "#5b9bd3",
    "rest": "#77828d", "more": "#e08a52", "s0": "#6fb3ec", "s1": "#f09a62", "s2": "#86c98a",
    "s3": "#d698d4", "s4": "#d9c45a", "s5": "#a2abb5",
}  # fmt: skip

_FAMILY = '"Source Sans Pro","Source Sans 3",system-ui,"Segoe UI","DejaVu Sans",sans-serif'
_RULES = """\
.chart text{{font:13px {family};fill:{ink}}}
.chart .end{{text-anchor:end}}
.chart .middle{{text-anchor:middle}}
.chart .soft{{fill:{soft}}}
.chart .title{{font-size:16px;font-weight:600}}
.chart .ground{{fill:{page}}}
.chart .bar,.chart .cell{{fill:{bar}}}
.chart .rest{{fill:{rest}}}
.chart .more{{fill:{more}}}
.chart .grid{{stroke:{line};stroke-width:1}}
.chart .mark{{stroke:{ink};stroke-width:1.5;fill:none}}
.chart .land{{fill:{bar};stroke:{rest};stroke-width:.4}}
.chart .empty{{fill:{page};stroke:{rest};stroke-width:.5}}
.chart .unknown{{stroke:{rest};stroke-width:.5}}
.chart .hatch{{stroke:{rest};stroke-width:.8}}
.chart a:hover :not(text),.chart a:focus :not(text){{stroke:{ink};stroke-width:1.5}}
.chart .break{{stroke:{soft};stroke-width:1;stroke-dasharray:2 3}}
.chart .path{{stroke-width:2;stroke-linejoin:round}}
"""
_SERIES = """\
.chart .s{number}{{stroke:{colour};fill:{colour}}}
.chart text.s{number}{{stroke:none}}
"""
# After the series, whose stroke and fill these must not have.
_LAST = ".chart .path{fill:none}\n.chart .band{stroke:none;fill-opacity:.15}\n"


def sheet(colours: Mapping[str, str]) -> str:
    """CSS for charts in `colours`, LIGHT or DARK."""
    series = "".join(
        _SERIES.format(number=number, colour=colours[f"s{number}"]) for number in range(6)
    )
    return _RULES.format(family=_FAMILY, **colours) + series + _LAST


def standalone() -> str:
    """CSS for a file of its own: as light or dark as the reader has chosen."""
    return f"{sheet(LIGHT)}@media (prefers-color-scheme:dark){{\n{sheet(DARK)}}}\n"


def paged() -> str:
    """CSS for the pages of the server, which choose light or dark by `color-scheme`."""
    both = {name: f"light-dark({light},{DARK[name]})" for name, light in LIGHT.items()}
    return sheet(both)
