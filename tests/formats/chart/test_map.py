"""World maps: grounds, words, links, and what has no place."""

import re

from gatewatch.formats.chart.canvas import Drawing, framed
from gatewatch.formats.chart.drawing import draw
from gatewatch.model.language import language
from gatewatch.model.table import BUCKET, QUERY, Map, RowKind, Table, Value

COLUMNS = ("country", "services", BUCKET, QUERY)


def drawn(*rows: tuple[Value, ...], linked: bool = False, code: str = "en") -> Drawing:
    table = Table(COLUMNS, rows, chart=Map("country", "services"), queries={"services": QUERY})
    found = draw(table, rows, language(code), (lambda q: f"/search?q={q}&x=1") if linked else None)
    assert found is not None
    return found


def row(code: str, services: int | None, kind: RowKind = RowKind.VALUE) -> tuple[Value, ...]:
    return code, services, kind, f"country={code}"


def told(drawing: Drawing) -> list[str]:
    return re.findall(r"<title>([^<]+)</title>", "".join(drawing.shapes))


def ground(drawing: Drawing, name: str) -> str:
    """How the country is painted."""
    at = drawing.shapes.index(f"<title>{name}</title>")
    found = re.search(r'class="(\w+)"(?: fill-opacity="([\d.]+)")?', drawing.shapes[at + 1])
    assert found
    return f"{found[1]} {found[2] or ''}".strip()


def test_ten_times_as_many_stand_on_a_stronger_ground() -> None:
    drawing = drawn(row("IT", 5), row("FR", 50), row("DE", 500), row("ES", 507))
    grounds = [
        ground(drawing, f"{name}: {n}")
        for name, n in (("Italy (IT)", 5), ("France (FR)", 50), ("Germany (DE)", 500))
    ]
    assert grounds == ["land 0.32", "land 0.64", "land 1"]
    assert ground(drawing, "Spain (ES): 507") == "land 1"


def test_the_legend_says_in_words_what_the_grounds_say() -> None:
    words = re.findall(r">([^<>]+)</text>", "".join(drawn(row("IT", 5), row("FR", 1234)).shapes))
    assert words == ["1 to 9", "10 to 99", "100 to 999", "1,000 and more", "none"]


def test_near_figures_are_told_apart() -> None:
    words = re.findall(r">([^<>]+)</text>", "".join(drawn(row("IT", 12), row("FR", 60)).shapes))
    assert words == ["up to 19", "20 to 49", "50 and more", "none"]


def test_nothing_found_and_nothing_known_look_otherwise_than_by_colour() -> None:
    whole = drawn(row("IT", 5))
    assert ground(whole, "France (FR): none") == "empty"
    cut = drawn(row("IT", 5), row("other (9 values)", 7, RowKind.OTHER))
    assert ground(cut, "France (FR): not among those shown") == "unknown"
    assert 'fill="url(#hatch)"' in "".join(cut.shapes)


def test_what_is_no_country_is_named_below() -> None:
    drawing = drawn(row("IT", 5), row("EU", 7), row("no country", 12, RowKind.MISSING))
    assert "Not on the map: EU 7, no country 12.</text>" in "".join(drawing.shapes)


def test_each_country_leads_to_its_services() -> None:
    shapes = "".join(drawn(row("IT", 5), linked=True).shapes)
    assert '<a href="/search?q=country=IT&amp;x=1" tabindex="-1"><title>Italy (IT): 5</title>' in (
        shapes
    )
    assert shapes.count("<a ") == 1


def test_a_small_country_is_seen_when_there_is_something_to_tell() -> None:
    assert "Malta (MT): none" not in told(drawn(row("IT", 5)))
    shapes = drawn(row("MT", 5)).shapes
    at = shapes.index("<title>Malta (MT): 5</title>")
    assert any("<circle" in one for one in shapes[at : at + 3])


def test_names_are_in_the_readers_language() -> None:
    assert "Italie (IT): 5" in told(drawn(row("IT", 5), code="fr"))


def test_hostile_codes_are_escaped() -> None:
    shapes = "".join(drawn(row("<script>", 5), row("IT", 1), linked=True).shapes)
    assert "<script>" not in shapes


def test_no_number_at_all_is_a_map_without_classes() -> None:
    assert ground(drawn(row("IT", 0)), "Italy (IT): 0") == "empty"
    assert ground(drawn(row("IT", None)), "Italy (IT): not known") == "unknown"


def test_a_map_is_small_enough_for_a_page() -> None:
    rows = [row(code, 7) for code in ("IT", "FR", "DE")]
    assert len(framed(drawn(*rows, linked=True), "map").encode()) < 80_000
