"""Foreign values are taken as the type that is due, or not at all."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats import json_values
from gatewatch.formats.json_values import address, array, dig, moment, number, place_in, port
from gatewatch.model.observation import Place

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7547, 7547),
        ("7547", 7547),
        (" 7547 ", 7547),
        (7547.0, 7547),
        ("7547.0", 7547),
        ("7547.5", None),
        (7547.5, None),
        (True, None),
        (None, None),
        ("", None),
        ("-1", None),
        (float("nan"), None),
        (float("inf"), None),
        ("٧٥٤٧", None),
        ("9" * 30, None),
        ([7547], None),
    ],
)
def test_numbers_come_in_many_spellings(value: object, expected: int | None) -> None:
    assert number(value) == expected


@pytest.mark.parametrize("value", [0, -1, 65536, "http", {"Port": 7547}])
def test_what_is_no_port_is_missing(value: object) -> None:
    assert port(value) is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "no address of the host"),
        (["192.0.2.1"], "no address of the host"),
        ("010.1.1.1", 'address "010.1.1.1": leading zeros'),
        ("fe80::1%eth0", 'address "fe80::1%eth0": zone ids'),
        ("router\x1b[2J", r'address "router\\x1b\[2J": not an IP address'),
    ],
)
def test_a_bad_address_is_refused_with_the_reason(value: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        address(value)


@pytest.mark.parametrize("value", [[], {}, True, "yesterday", float("nan"), "9" * 99])
def test_a_bad_time_is_refused_with_the_reason(value: object) -> None:
    with pytest.raises(ValueError, match=r'^time "'):
        moment(value)


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_time_is_none(value: object) -> None:
    assert moment(value) is None


def test_a_path_ends_where_something_else_than_an_object_stands() -> None:
    assert dig({"a": {"b": 1}}, "a", "b") == 1
    assert dig({"a": [{"b": 1}]}, "a", "b") is None


@pytest.mark.parametrize(
    ("country", "system", "names", "expected"),
    [
        ("it", "AS64500", ("", "Example"), Place("IT", 64500, "Example")),
        ("ITA", 64500.0, (None,), Place(None, 64500, None)),
        (None, "AS0", ([],), None),
        ("1T", "AS", (), None),
    ],
)
def test_a_place_is_what_is_known_of_it(
    country: object, system: object, names: tuple[object, ...], expected: Place | None
) -> None:
    assert place_in(country, system, *names) == expected


@given(anything)
def test_only_address_and_time_refuse(value: object) -> None:
    for take in ("table", "array", "text", "number", "port"):
        getattr(json_values, take)(value)
    place_in(value, value, value)
    assert isinstance(array(value), list)
    for refuse in (address, moment):
        with suppress(ValueError):
            refuse(value)
