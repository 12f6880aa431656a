"""The shapes of countries on a map of the world, in pixels: read once, from an installed package.

The outlines are those of the package `countryinfo` (MIT; coarse GeoJSON, one JSON file a
country), read as files: its own interface takes seconds. They are laid out in the Equal Earth
projection (Savric, Patterson, Jenny, 2018), so that a country is as large on the map as it is on
Earth, and thinned to what a screen shows. Where the package has a place and no outline, the
country is a disc of its true size, or the least that can be seen. Antarctica, where nobody is
asked, is left out. Nothing here is the project's opinion on any border.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

__all__ = ["HEIGHT", "WIDTH", "Shape", "shapes"]

WIDTH, HEIGHT = 760.0, 350.0

# The polynomial of the projection, and half the width and height of the Earth in its units.
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = math.sqrt(3) / 2
_HALF = 2.7066
_SCALE = WIDTH / (2 * _HALF)
# The northernmost land is at 83.6 degrees; what is below Cape Horn is cut away.
_TOP_OF_LAND = 83.7
_EARTH_KM = 6371.0
# An outline may be wrong by half a pixel, as a screen is; an island smaller than one is not seen.
_WRONG, _SEEN = 0.5, 1.0
_LEFT_OUT = frozenset({"AQ"})
_DISC_LEAST = 2.5
# Places that the package names and does not place: latitude and longitude, degrees.
_PLACES: Mapping[str, tuple[float, float]] = {
    "AX": (60.2, 20.0), "BL": (17.9, -62.8), "BQ": (12.2, -68.3), "CW": (12.2, -69.0),
    "MF": (18.1, -63.1), "PS": (31.9, 35.2), "SX": (18.0, -63.1), "TC": (21.8, -71.8),
    "VG": (18.4, -64.6), "VI": (18.3, -64.9), "XK": (42.6, 20.9),
}  # fmt: skip

_Point = tuple[float, float]


class Shape(NamedTuple):
    """One country."""

    names: Mapping[str, str]
    """By language code, `en` always."""
    path: str
    """The `d` of an SVG path; empty for a disc."""
    middle: _Point
    radius: float
    """Of the disc that stands for it, or marks it where its outline is too small to be hit."""


@cache
def shapes() -> Mapping[str, Shape]:
    """Every country that can be shown, by its code (ISO 3166-1 alpha-2)."""
    found: dict[str, Shape] = {}
    for entry in _entries():
        code = str((entry.get("ISO") or {}).get("alpha2") or "")
        shape = _shape(code, entry) if code and code not in _LEFT_OUT else None
        # A name comes twice where the package tells of what it was called before.
        if shape and (code not in found or shape.path):
            found[code] = shape
    for code, place in _PLACES.items():
        found.setdefault(code, Shape({"en": code}, "", _projected(*place), _DISC_LEAST))
    return dict(sorted(found.items()))


def _entries() -> Iterator[dict[str, Any]]:
    folder = files("countryinfo").joinpath("data")
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".json"):
            yield json.loads(file.read_text("utf-8"))


def _shape(code: str, entry: Mapping[str, Any]) -> Shape | None:
    names = {"en": entry["name"], **(entry.get("translations") or {})}
    rings = [ring for ring in map(_pixels, _rings(entry)) if _extent(ring) >= _SEEN]
    if rings:
        largest = max(rings, key=_extent)
        path = "".join(map(_path, rings))
        return Shape(names, path, _middle(largest), 0 if _extent(largest) > 8 else _DISC_LEAST)
    latlng = entry.get("latlng") or _PLACES.get(code)
    if not latlng:
        return None
    area = math.sqrt((entry.get("area") or 0) / math.pi) / _EARTH_KM * _SCALE
    return Shape(names, "", _projected(*latlng), max(area, _DISC_LEAST))


def _rings(entry: Mapping[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    """Outer lines alone: a country within another is drawn after it by its size."""
    for feature in (entry.get("geoJSON") or {}).get("features") or ():
        geometry = feature.get("geometry") or {}
        parts = geometry.get("coordinates") or ()
        for part in parts if geometry.get("type") == "MultiPolygon" else [parts]:
            yield part[0] if part else ()


def _projected(latitude: float, longitude: float) -> _Point:
    """Where a place is on the map, in pixels from its upper left corner."""
    x, y = _equal_earth(latitude, longitude)
    _, top = _equal_earth(_TOP_OF_LAND, 0)
    return (x + _HALF) * _SCALE, (top - y) * _SCALE


def _equal_earth(latitude: float, longitude: float) -> _Point:
    angle = math.asin(_M * math.sin(math.radians(latitude)))
    square = angle * angle
    sixth = square**3
    slope = _A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)
    x = math.radians(longitude) * math.cos(angle) / (_M * slope)
    return x, angle * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))


def _pixels(ring: Sequence[Sequence[float]]) -> list[_Point]:
    return _thinned([_projected(latitude, longitude) for longitude, latitude in ring])


def _thinned(points: list[_Point]) -> list[_Point]:
    """As few of the points as show the same line (Ramer, Douglas, Peucker)."""
    if len(points) < 3:
        return points
    first, last = points[0], points[-1]
    away = [_away(one, first, last) for one in points]
    at = max(range(len(away)), key=away.__getitem__)
    if away[at] <= _WRONG:
        return [first, last]
    return _thinned(points[: at + 1])[:-1] + _thinned(points[at:])


def _away(point: _Point, first: _Point, last: _Point) -> float:
    """How far `point` is from the line through two others, or from the point that they are."""
    (x, y), (x1, y1), (x2, y2) = point, first, last
    length = math.hypot(x2 - x1, y2 - y1)
    if not length:
        return math.hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length


def _extent(ring: Sequence[_Point]) -> float:
    xs, ys = [x for x, _ in ring] or [0.0], [y for _, y in ring] or [0.0]
    return max(max(xs) - min(xs), max(ys) - min(ys))


def _middle(ring: Sequence[_Point]) -> _Point:
    xs, ys = zip(*ring, strict=True)
    return (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2


def _path(ring: Sequence[_Point]) -> str:
    """Steps of tenths of a pixel, each from the one before: half as long as places would be."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in ring]
    (x, y), *rest = tenths
    text = f"M{x / 10:g} {y / 10:g}l"
    steps = []
    for x2, y2 in rest[:-1]:
        if (x2, y2) != (x, y):
            steps.append(f"{(x2 - x) / 10:g} {(y2 - y) / 10:g}")
            x, y = x2, y2
    return f"{text}{' '.join(steps)}z".replace(" -", "-")
