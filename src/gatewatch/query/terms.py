"""One term of a query, name and raw value, as a tree: here values meet the kind of their field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gatewatch.model.address import Address, Network
from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import FIELDS, Field, Kind
from gatewatch.query.dialects import NATIVE, Dialect, is_text
from gatewatch.query.names import Named, named
from gatewatch.query.networks import NetworkSet
from gatewatch.query.nodes import (
    EVERYTHING,
    PRESENT,
    AddressList,
    Condition,
    Node,
    Pattern,
    Period,
    Range,
    Scalar,
    Value,
    Wild,
    all_of,
    any_of,
    form_of,
)
from gatewatch.query.operators import OPERATORS, operator_for
from gatewatch.query.raw import Listed, Pieces, Raw, Regex, Span, Word
from gatewatch.query.regex import checked
from gatewatch.query.rewrites import CannotCarry, Rewrite
from gatewatch.query.values import host_bits_note, is_one_point, read_scalar, written
from gatewatch.query.words import meant

__all__ = ["Files", "Terms"]

Files = Callable[[str], Sequence[Network]]
"""Name of a file of addresses to what it holds; raises GatewatchError."""

_REGEX = frozenset({"=~", "!~"})
_EXACT = frozenset({"=", "!="})


@dataclass
class Terms:
    """Makes trees of terms, and collects what their writer should know."""

    dialect: Dialect = NATIVE
    overlay: Path | None = None
    files: Files | None = None
    fields: Mapping[str, Field] | None = None
    """Names are looked up here, and only here; a bare word is looked for in its field `any`."""
    notes: list[str] = field(default_factory=list)
    rewrites: list[str] = field(default_factory=list)

    def term(self, name: str, at: int, symbol: str, raw: Raw, prefixes: tuple[str, ...]) -> Node:
        """The tree of `name symbol raw`, whose name stands at 0-based `at`."""
        known = named(name, at, prefixes) if self.fields is None else self._own(name, at)
        if known.exact and symbol == ":" and not isinstance(raw, Regex):
            symbol = "="
        if isinstance(known.target, Rewrite):
            node = self._rewritten(known.target, name, symbol, raw)
        else:
            node = self._field(known.target, symbol, raw, at, exact=known.exact)
        return self._on_port(known, node, at)

    def bare(self, word: Word) -> Node:
        """A word or phrase without a field."""
        if word.pieces == (Wild.MANY,):
            return EVERYTHING
        entry = FIELDS["banner"] if self.fields is None else self.fields["any"]
        self._refuse_empty(entry, ":", word.text, word.at)
        return self._text(entry, word, word.at)

    def ip(self, network: Network, text: str, at: int) -> Node:
        """A bare address or network."""
        self._note_host_bits(text, network)
        return Condition(FIELDS["ip"], ":", network, at + 1)

    def _own(self, name: str, at: int) -> Named:
        assert self.fields is not None
        if entry := self.fields.get(name.lower()):
            return Named(entry)
        there = ", ".join(dict.fromkeys(one.name for one in self.fields.values()))
        raise BadQuery(column=at + 1, what=f'unknown field "{name}"', mend=f"there are {there}")

    def note(self, text: str) -> None:
        """Something to tell, once."""
        if text and text not in self.notes:
            self.notes.append(text)

    def _on_port(self, known: Named, node: Node, at: int) -> Node:
        if not known.port:
            return node
        entry = FIELDS["port"]
        number = read_scalar(entry, known.port, at + 1)
        if known.protocol != "cwmp":
            self.note(f"stored services are CWMP; this asks for those on port {known.port}")
        return all_of([Condition(entry, ":", number, at + 1), node])

    def _rewritten(self, rewrite: Rewrite, name: str, symbol: str, raw: Raw) -> Node:
        if isinstance(raw, Span):
            raise BadQuery(
                column=raw.at + 1, what=f"{name} takes no range", mend=f"write {rewrite.example}"
            )
        words = raw.words if isinstance(raw, Listed) else (raw,)
        parts = []
        for word in words:
            text = word.text if isinstance(word, Regex) else word.spelled
            try:
                made = rewrite.make(symbol, text)
            except CannotCarry as error:
                raise BadQuery(column=word.at + 1, what=error.what, mend=error.mend) from None
            self.note(made.note)
            joint = all_of if symbol in ("!=", "!~") else any_of
            each = [
                self._field(FIELDS[field_name], sign, _replaced(word, text, value), word.at)
                for field_name, sign, value in made.conditions
            ]
            parts.append(joint(each) if each else EVERYTHING)
        self.rewrites.append(f"{name}: {rewrite.sentence}")
        return all_of(parts) if symbol in ("!=", "!~") else any_of(parts)

    def _field(self, entry: Field, symbol: str, raw: Raw, at: int, *, exact: bool = False) -> Node:
        if isinstance(raw, Listed):
            joint = all_of if symbol in ("!=", "!~") else any_of
            return joint(self._field(entry, symbol, word, at, exact=exact) for word in raw.words)
        if isinstance(raw, Span):
            return self._span(entry, symbol, raw, at)
        if isinstance(raw, Regex):
            return self._regex(entry, symbol, raw, at, exact=exact)
        if symbol == ":" and is_text(entry) and raw.pieces != (Wild.MANY,):
            self._refuse_empty(entry, symbol, raw.text, raw.at)
            return self._text(entry, raw, at)
        return self._word(entry, symbol, raw, at)

    def _text(self, entry: Field, word: Word, at: int) -> Node:
        if not self.dialect.words:
            value = word.text if word.text is not None else Pattern(word.pieces)
            return Condition(entry, ":", value, at + 1)
        pattern = checked(self.dialect.text_pattern(word.pieces), word.at + 1)
        return Condition(entry, "=~", pattern, at + 1)

    def _regex(self, entry: Field, symbol: str, raw: Regex, at: int, *, exact: bool) -> Node:
        shift = raw.at + 1
        pattern = raw.text
        if symbol not in _REGEX:
            # What stands between slashes is of the old engines, which compared in lower case.
            symbol = "!~" if symbol == "!=" else "=~"
            if exact:
                pattern = f"^(?:{pattern})$" if self.dialect.anchored else pattern
            else:
                pattern = self.dialect.whole_pattern(pattern)
                pattern = pattern if self.dialect.anchored else f"(?i){pattern}"
        checked(raw.text, shift)
        self._check_operator(entry, symbol, pattern, raw.at)
        return Condition(entry, symbol, checked(pattern, shift), at + 1)

    def _word(self, entry: Field, symbol: str, word: Word, at: int) -> Node:
        if word.pieces == (Wild.MANY,):
            value: Value = PRESENT
        elif word.text is None:
            value = Pattern(word.pieces)
        else:
            value = self._scalar(entry, symbol, word.text, word.at)
        if entry.kind is Kind.IP and value is PRESENT and symbol == ":":
            return EVERYTHING
        self._check_operator(entry, symbol, value, word.at)
        self._check_point(entry, symbol, value, word.at)
        return Condition(entry, symbol, value, at + 1)

    def _scalar(self, entry: Field, symbol: str, text: str, at: int) -> Scalar:
        if entry.kind is Kind.IP and text.startswith("@"):
            return self._address_list(text[1:], at)
        if entry.kind is Kind.KEYWORD:
            return self._keyword(entry, text, at)
        self._refuse_empty(entry, symbol, text, at)
        value = read_scalar(entry, text, at + 1)
        if isinstance(value, Network):
            self._note_host_bits(text, value)
        return value

    def _keyword(self, entry: Field, text: str, at: int) -> str:
        read_scalar(entry, text, at + 1)
        found = meant(entry, text, self.overlay)
        told = f"did you mean {found.near}?" if found.near else ""
        if found.value is None:
            lists = f'"gatewatch fields {entry.name}" lists all'
            raise BadQuery(column=at + 1, what=f'no {entry.name} "{text}"', mend=told or lists)
        if found.near:
            self.note(f'no {entry.name} "{text}" is known' + (
                "" if entry.name == "country" else f"; {told}"))  # fmt: skip
        return found.value

    def _address_list(self, name: str, at: int) -> AddressList:
        if self.files is None:
            raise BadQuery(
                column=at + 1, what="files of addresses are read on the command line only",
                mend="write the addresses themselves: ip:{192.0.2.1, 198.51.100.0/24}",
            )  # fmt: skip
        networks = NetworkSet(self.files(name))
        if not networks:
            raise BadQuery(
                column=at + 1, what=f'"{name}" holds no address', mend="write one a line"
            )
        return AddressList(name, networks)

    def _span(self, entry: Field, symbol: str, raw: Span, at: int) -> Node:
        low, high = (self._end(entry, word) for word in (raw.low, raw.high))
        if low is None and high is None:
            raise BadQuery(
                column=raw.at + 1, what="this range has no end",
                mend=f"write {entry.name}:* for any value",
            )  # fmt: skip
        if not raw.inclusive:
            ends = ((">", low), ("<", high))
            made = [self._compared(entry, sign, end, raw.at, at) for sign, end in ends
                    if end is not None]  # fmt: skip
            return all_of(made)
        if entry.kind is Kind.IP and symbol == ":":
            return Condition(entry, symbol, _address_range(low, high, raw.at), at + 1)
        value = Range(low, high)
        self._check_operator(entry, symbol, value, raw.at)
        if _descends(low, high):
            raise BadQuery(
                column=raw.at + 1, what="this range is empty", mend="write the lower end first"
            )
        return Condition(entry, symbol, value, at + 1)

    def _compared(self, entry: Field, symbol: str, end: Scalar, raw_at: int, at: int) -> Node:
        self._check_operator(entry, symbol, end, raw_at)
        self._check_point(entry, symbol, end, raw_at)
        return Condition(entry, symbol, end, at + 1)

    def _end(self, entry: Field, word: Word) -> Scalar | None:
        if word.pieces == (Wild.MANY,):
            return None
        if word.text is None:
            raise BadQuery(
                column=word.at + 1, what="a range is [a TO b]",
                mend="write whole values, or * for an open end",
            )  # fmt: skip
        return self._scalar(entry, ":", word.text, word.at)

    def _check_operator(self, entry: Field, symbol: str, value: Value, at: int) -> None:
        if operator_for(symbol, form_of(value), entry.kind) is None:
            name = entry.name
            taken = (
                f"{name}{one.symbol}{one.form}" for one in OPERATORS if entry.kind in one.kinds
            )
            what = f"{name} ({entry.kind}) does not take {name}{symbol}{form_of(value)}"
            raise BadQuery(column=at + 1, what=what, mend=f"it takes {', '.join(taken)}")

    def _check_point(self, entry: Field, symbol: str, value: Value, at: int) -> None:
        points = symbol in _EXACT or (entry.kind is Kind.IP and symbol != ":")
        if points and not is_one_point(value):
            shown = f'"{written(value)}" is more than one {entry.kind}'
            mend = f"{'not ' if symbol == '!=' else ''}{entry.name}:{written(value)}"
            raise BadQuery(column=at + 1, what=shown, mend=f"write {mend}")

    def _refuse_empty(self, entry: Field, symbol: str, text: str | None, at: int) -> None:
        if text == "" and symbol == ":" and entry.kind is Kind.TEXT:
            name = entry.name
            mend = f'write {name}="" for an empty one, {name}:* for any'
            raise BadQuery(column=at + 1, what="every text contains nothing", mend=mend)

    def _note_host_bits(self, text: str, network: Network) -> None:
        self.note(host_bits_note(text, network) or "")


def _replaced(word: Word | Regex, before: str, value: str) -> Word | Regex:
    """`word` with another text; itself when the text is the same."""
    if value == before:
        return word
    pieces: Pieces = (Wild.MANY,) if value == "*" else (value,)
    return Word(pieces, word.at)


def _address_range(low: Scalar | None, high: Scalar | None, at: int) -> Network:
    first, last = (
        end.first if isinstance(end, Network) and end.first == end.last else None
        for end in (low, high)
    )
    if first is None or last is None or not _is_ascending(first, last):
        what = "a range of addresses is [first TO last], both of one family, in this order"
        raise BadQuery(column=at + 1, what=what, mend="write ip:[192.0.2.1 TO 192.0.2.9]")
    return Network(first, last)


def _is_ascending(first: Address, last: Address) -> bool:
    return (first.high is None) == (last.high is None) and first.number <= last.number


def _descends(low: Scalar | None, high: Scalar | None) -> bool:
    """Whether both ends are there and of a kind that has an order, and in the wrong one."""
    if isinstance(low, Period) and isinstance(high, Period):
        return low.first > high.first
    return isinstance(low, int) and isinstance(high, int) and low > high
