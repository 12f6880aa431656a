"""The bound on a pattern's work, against a count of what a backtracking engine really does."""

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewatch.identify.work import TOO_MUCH, work_of

LONGEST = 12
# What the engine itself is made from; it has no public name.
PARSER: Any = import_module("re._parser")


class Engine:
    """Matches as Python's engine does, item by item and with backtracking, counting the items."""

    def __init__(self, source: str, value: str) -> None:
        self.value = value
        self.steps = 0
        self.tree = PARSER.parse(source)

    def match(self) -> bool:
        """Whether the pattern matches at the start of the value."""
        return any(True for _ in self.items(list(self.tree), 0))

    def items(self, items: list[Any], at: int) -> Iterator[int]:
        if not items:
            yield at
            return
        for end in self.item(items[0], at):
            yield from self.items(items[1:], end)

    def item(self, item: Any, at: int) -> Iterator[int]:
        self.steps += 1
        match str(item[0]):
            case "SUBPATTERN":
                yield from self.items(list(item[1][3]), at)
            case "BRANCH":
                for one in item[1][1]:
                    yield from self.items(list(one), at)
            case "MAX_REPEAT" | "MIN_REPEAT":  # in another order, but the same ways
                low, high, inner = item[1]
                yield from self.rounds(int(low), int(high), list(inner), at)
            case _:
                yield from self.one(item, at)

    def one(self, item: Any, at: int) -> Iterator[int]:
        name, arg = str(item[0]), item[1]
        if name == "AT":
            if at == (0 if "BEGINNING" in str(arg) else len(self.value)):
                yield at
            return
        letter = self.value[at : at + 1]
        if letter and self.fits(name, arg, letter):
            yield at + 1

    def fits(self, name: str, arg: Any, letter: str) -> bool:
        if name == "LITERAL":
            return bool(ord(letter) == arg)
        if name == "NOT_LITERAL":
            return bool(ord(letter) != arg)
        if name == "ANY":
            return True
        assert name == "IN", name
        inverted = str(arg[0][0]) == "NEGATE"
        letters = {one[1] for one in arg if str(one[0]) == "LITERAL"}
        return (ord(letter) in letters) is not inverted

    def rounds(self, low: int, high: int, inner: list[Any], at: int) -> Iterator[int]:
        if high > 0:
            for end in self.items(inner, at):
                yield from self.rounds(max(low - 1, 0), high - 1, inner, end)
        if low == 0:
            yield at


ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "ab"])
REPEATS = st.sampled_from(["", "?", "*", "+", "{2}", "{0,3}", "{1,5}", "*?", "+?", "{1,4}?"])


def grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(inner, min_size=1, max_size=2).map("|".join)
    return st.lists(
        st.tuples(several, REPEATS).map(lambda both: f"(?:{both[0]}){both[1]}"), max_size=2
    ).map("".join)


PATTERNS = st.recursive(
    st.lists(st.tuples(ATOMS, REPEATS).map("".join), min_size=1, max_size=3).map("".join),
    lambda inner: st.tuples(inner, grouped(inner)).map("".join),
    max_leaves=6,
).flatmap(lambda source: st.sampled_from([source, f"{source}$", f"{source}c"]))


@settings(max_examples=400)
@given(PATTERNS, st.one_of(st.text("ab", max_size=LONGEST), st.sampled_from(["a" * LONGEST])))
def test_no_value_makes_a_pattern_do_more_than_its_bound(source: str, value: str) -> None:
    try:
        bound = work_of(source, LONGEST)
    except ValueError:
        return
    if bound > 20_000:
        return
    engine = Engine(source, value)
    matched = engine.match()
    assert matched == (re.match(source, value) is not None)
    # The engine runs over characters that repeat at once, four in the time of a step.
    assert engine.steps <= 4 * bound + 4


@pytest.mark.parametrize(
    ("source", "least"),
    [
        ("(?:a|aa){20}", 1 << 20),
        ("(?:a|aa){99}", TOO_MUCH),
        ("(?:a{1,9}){9}", 9**8),
        ("a{1,9}b{1,9}c", 81),
    ],
)
def test_ways_multiply(source: str, least: int) -> None:
    assert work_of(source, 1024) >= least


def test_a_look_and_an_atomic_group_are_passed_once() -> None:
    assert work_of("(?=a{1,99})b", 1024) < work_of("(?:a{1,99})b", 1024)
    assert work_of("(?>a{1,99})b", 1024) < work_of("(?:a{1,99})b", 1024)
