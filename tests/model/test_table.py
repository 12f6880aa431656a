import pytest

from gatewatch.model.table import BUCKET, Look, Table, Value, spoken


@pytest.mark.parametrize(
    ("column", "values", "look"),
    [
        ("ip", ["192.0.2.1"], Look.WHOLE),
        ("scan_time", ["2026-11-24"], Look.WHOLE),
        ("port", [7547], Look.NUMBER),
        ("asn", [], Look.NUMBER),
        ("server", ["gSOAP/2.7"], Look.TEXT),
        ("services", [412_310, None], Look.COUNT),
        ("rank", [None, None], Look.TEXT),
        ("mixed", [1, "x"], Look.TEXT),
    ],
)
def test_a_column_looks_like_its_field_or_its_values(
    column: str, values: list[Value], look: Look
) -> None:
    assert Table((column,), ()).look_of(column, values) is look


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("share", "share"),
        ("age", "Age (days)"),
        ("delay", "delay (days)"),
        ("\x1b" * 300, "\\x1b" * 200 + "… (300 characters)"),
    ],
)
def test_people_read_a_heading_with_its_unit(name: str, heading: str) -> None:
    table = Table((name,), (), headings={"age": "Age"}, units={"age": "days", "delay": "days"})
    assert table.heading_of(name) == heading


def test_what_a_row_stands_for_is_for_programs() -> None:
    assert Table((BUCKET,), ()).look_of(BUCKET, ["value"]) is Look.DATA


def test_what_was_said_about_a_column_wins() -> None:
    assert Table(("port",), (), looks={"port": Look.DATA}).look_of("port") is Look.DATA


@pytest.mark.parametrize(
    ("value", "look", "text"),
    [
        (412_310, Look.COUNT, "412,310"),
        (1234.56, Look.COUNT, "1,234.6"),
        (7547, Look.NUMBER, "7547"),
        (0.5134, Look.SHARE, "51.3 %"),
        (0, Look.SHARE, "0.0 %"),
        (None, Look.COUNT, ""),
        (None, Look.TEXT, ""),
        ("", Look.TEXT, '""'),
        ("a\x1bb", Look.TEXT, "a\\x1bb"),
        ("x" * 500, Look.WHOLE, "x" * 500),
    ],
)
def test_values_are_spoken_as_people_read_them(value: Value, look: Look, text: str) -> None:
    assert spoken(value, look) == text
