import re
from collections import Counter

import pytest

from gatewatch.model.fields import FIELDS, Field, field_named, similar_names

EACH = pytest.mark.parametrize("entry", FIELDS.values(), ids=FIELDS)


@EACH
def test_each_field_is_described(entry: Field) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", entry.name)
    assert re.fullmatch(r"[A-Z].*\.", entry.sentence)
    assert re.match(f"{re.escape(entry.name)}[:<>]", entry.example)


@EACH
def test_each_field_is_found_by_its_aliases_in_any_case(entry: Field) -> None:
    for spelling in (entry.name, *entry.aliases):
        assert field_named(spelling) is entry
        assert field_named(spelling.upper()) is entry


def test_no_spelling_means_two_fields() -> None:
    spellings = Counter(name for entry in FIELDS.values() for name in (entry.name, *entry.aliases))
    assert [name for name, count in spellings.items() if count > 1] == []


def test_columns_are_unique_plain_names() -> None:
    columns = [entry.column for entry in FIELDS.values()]
    assert len(set(columns)) == len(columns)
    assert all(column.isidentifier() for column in columns)


@pytest.mark.parametrize(
    ("typed", "name"), [("servr", "server"), ("contry", "country"), ("SOFTWARE.VERSON",
        "software.version"), ("host.services.prt", "port")]
)  # fmt: skip
def test_a_typo_finds_what_was_meant(typed: str, name: str) -> None:
    assert field_named(typed) is None
    assert similar_names(typed)[0] == name


def test_what_is_like_nothing_finds_nothing() -> None:
    assert similar_names("qqqq") == []
