"""The shapes of the world: whole, small, and as large as on Earth."""

import math
import re
from itertools import accumulate

from gatewatch.enrich.countries import countries
from gatewatch.formats.chart.countries import HEIGHT, WIDTH, shapes


def corners(path: str) -> list[list[tuple[float, float]]]:
    """The rings of a path as places."""
    rings = []
    for ring in re.findall(r"M([^z]+)z", path):
        numbers = [float(one) for one in re.findall(r"-?[\d.]+(?:e-?\d+)?", ring)]
        xs, ys = accumulate(numbers[::2]), accumulate(numbers[1::2])
        rings.append(list(zip(xs, ys, strict=True)))
    return rings


def area(code: str) -> float:
    found = 0.0
    for ring in corners(shapes()[code].path):
        turns = zip(ring, [*ring[1:], ring[0]], strict=True)
        found += abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in turns)) / 2
    return found


def test_every_country_that_has_a_name_has_a_place() -> None:
    # Regions, a country of the past, a continent where nobody is asked, and rocks without people.
    assert set(countries()) - set(shapes()) <= {"EU", "AP", "AN", "AQ", "UM", "BV", "GS"}


def test_countries_without_an_outline_are_discs_of_their_true_size() -> None:
    assert not shapes()["HU"].path
    # Portugal, which has one, is as large.
    assert 0.7 < math.pi * shapes()["HU"].radius ** 2 / area("PT") < 1.4


def test_a_country_is_as_large_on_the_map_as_on_earth() -> None:
    assert 6 < area("AU") / area("EG") < 9, "7.7 and 1.0 million square kilometres"
    assert 0.6 < area("GL") / area("DZ") < 1.1, "2.2 and 2.4: Mercator would say 12"


def test_all_lie_on_the_map_but_what_nobody_asks() -> None:
    for code, shape in shapes().items():
        for ring in corners(shape.path):
            for x, y in ring:
                assert 0 <= x <= WIDTH, code
                assert -1 <= y <= HEIGHT + 10, code


def test_the_outlines_fit_a_page() -> None:
    assert sum(len(shape.path) for shape in shapes().values()) < 50_000
