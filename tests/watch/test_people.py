"""Spellings of one person become one name, and those of two stay two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.watch.people import People

OURS = People(
    frozenset({"example.com", "example"}), {"KEY=": "carol", "old.name@example.com": "dave"}
)


@pytest.mark.parametrize(
    ("spelling", "person"),
    [
        ("Alice", "alice"),
        (" alice ", "alice"),
        ("EXAMPLE\\alice", "alice"),
        ("alice@example.com", "alice"),
        ("Alice@EXAMPLE.com", "alice"),
        ("CN=alice", "alice"),
        ("alice@example.org", "alice@example.org"),
        ("OTHER\\alice", "other\\alice"),
        ("@example.com", "@example.com"),
        ("KEY=", "carol"),
        ("Old.Name@example.com", "dave"),
        ("Zo\u0065\u0308", "zo\u00eb"),
        ("", ""),
        ("CN=", ""),
    ],
)
def test_a_spelling_means_a_person(spelling: str, person: str) -> None:
    assert OURS.person(spelling) == person


def test_without_own_domains_nobody_is_merged() -> None:
    assert People().person("alice@example.com") != People().person("alice")


@given(spelling=st.text())
def test_any_spelling_has_one_short_name_that_every_store_takes(spelling: str) -> None:
    person = OURS.person(spelling)
    assert len(person.encode()) <= 4 * 256 * 6
    assert OURS.person(spelling.upper().lower()) == OURS.person(spelling.upper().lower())
