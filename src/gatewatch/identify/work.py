"""How much work a pattern can be made to do: a bound for Python's backtracking engine.

The engine tries an item once for each way in which all items before it can match. So the steps
of a sequence are those of its first item, plus those of the second times the ways of the first,
and so on; alternatives add up; a repeat does its item's work for each round. That holds for
every value of at most a given length, and is never less than what is really done
(tests/identify/test_work.py counts the engine's steps).
"""

from dataclasses import dataclass

from gatewatch.identify.tokens import PLACES, bounds_of, tokens_of

__all__ = ["TOO_MUCH", "work_of"]

TOO_MUCH = 1 << 40
"""Counting stops here, so that a pattern cannot make the count itself endless."""

# A repeat of one atom runs over that many characters in the time of a step; a round of a group
# costs so many steps more.
_RUN = 4
_ROUND = 4


@dataclass(slots=True)
class _Item:
    """Ways in which something can match at one place, and the steps to try them all."""

    ways: int = 1
    steps: int = 0
    empty: bool = True
    """Whether it may match no character at all."""

    def then(self, other: "_Item") -> "_Item":
        return _Item(
            min(self.ways * other.ways, TOO_MUCH),
            min(self.steps + self.ways * other.steps, TOO_MUCH),
            self.empty and other.empty,
        )

    def repeated(self, repeat: str, length: int) -> "_Item":
        if self.empty and repeat != "?":
            message = "pattern repeats what may match nothing"
            raise ValueError(message)
        low, high = bounds_of(repeat, length)
        if self.ways > 1 and high >= length:
            message = "pattern repeats without end what can itself match in several ways"
            raise ValueError(message)
        empty = self.empty or low == 0
        if self.ways == 1:
            high = min(high, length)
            rounds = high // _RUN if self.steps == 1 else high * (self.steps + _ROUND)
            return _Item(max(high - low + 1, 1), rounds + 1, empty)
        # Powers beyond this are too much already.
        powers = [min(self.ways**count, TOO_MUCH) for count in range(min(high, 40) + 1)]
        steps = sum(powers[:-1]) * (self.steps + _ROUND) + 1
        return _Item(min(sum(powers[low:]), TOO_MUCH), min(steps, TOO_MUCH), empty)


class _Group:
    """An open group: its finished alternatives, and of the current one all but the last item."""

    def __init__(self, opened: str) -> None:
        self.looks = opened.endswith(("=", "!"))
        self.atomic = opened.endswith(">")
        self.alternatives: list[_Item] = []
        self.before, self.last = _Item(), _Item()

    def add(self, item: _Item) -> None:
        self.before, self.last = self.before.then(self.last), item

    def bar(self) -> None:
        self.alternatives.append(self.before.then(self.last))
        self.before, self.last = _Item(), _Item()

    def closed(self) -> _Item:
        self.bar()
        several = self.alternatives
        ways = 1 if self.looks or self.atomic else sum(one.ways for one in several)
        steps = sum(one.steps + 1 for one in several)
        empty = self.looks or any(one.empty for one in several)
        return _Item(min(ways, TOO_MUCH), min(steps, TOO_MUCH), empty)


def work_of(source: str, length: int) -> int:
    """Steps at most to try `source` at one place of a value of up to `length` characters.

    `TOO_MUCH` and more where they are not worth counting; ValueError says what can never be
    bounded or is not understood.
    """
    stack = [_Group("")]
    for token in tokens_of(source):
        group = stack[-1]
        match token.kind:
            case "refused":
                message = f'pattern uses "{token.text}", which is not allowed'
                raise ValueError(message)
            case "open":
                stack.append(_Group(token.text))
            case "close":
                stack[-2].add(stack.pop().closed())
            case "bar":
                group.bar()
            case "repeat":
                group.last = group.last.repeated(token.text, length)
            case "atom":
                group.add(_Item(1, 1, token.text in PLACES))
    return stack[0].closed().steps
