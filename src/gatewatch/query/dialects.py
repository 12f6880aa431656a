"""What the same text means to another search engine, where that differs from here.

Only these rules change: what a blank between terms means, what `:` finds in text, how a pattern
is anchored, whether a comma within quotes separates values, and what is counted. The tree that
comes out is one of ours, so that it prints, explains and counts as any other.
"""

from dataclasses import dataclass

from gatewatch.model.fields import Field, Home, Kind
from gatewatch.query.nodes import (
    And,
    Condition,
    Everything,
    Host,
    Node,
    Not,
    Wild,
    all_of,
    any_of,
    negated,
    on_host,
)
from gatewatch.query.raw import Pieces
from gatewatch.query.regex import escaped

__all__ = ["DIALECTS", "NATIVE", "Dialect", "host_wide"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """One entry: how another engine reads a query."""

    name: str
    sentence: str
    blank_is_or: bool = False
    words: str = ""
    """What `:` finds in text: `white` words between blanks, `tokens` words between signs."""
    anchored: bool = False
    """A pattern has to match the whole word, in any case."""
    splits_quotes: bool = False
    """A comma separates values within quotes as well."""
    counts_hosts: bool = False

    def text_pattern(self, pieces: Pieces) -> str:
        """The pattern for what `field:value` finds in text."""
        if self.words == "white":
            return f"(?i)(?:^|\\s){_spelled(pieces, '[^ ]*', '[^ ]')}(?:\\s|$)"
        edge = "[^0-9A-Za-z]"
        return f"(?i)(?:^|{edge}){_tokens(pieces, edge)}(?:{edge}|$)"

    def whole_pattern(self, pattern: str) -> str:
        """`pattern` as this engine anchors it."""
        return f"(?i)(?:^|\\s)(?:{pattern})(?:\\s|$)" if self.anchored else pattern


NATIVE = Dialect("gatewatch", "This page.")
DIALECTS: dict[str, Dialect] = {
    one.name: one
    for one in (
        NATIVE,
        Dialect(
            "censys-legacy",
            "Censys until 2020: a blank is or; text finds whole words between blanks; a pattern "
            "matches a whole word; in any case.",
            blank_is_or=True,
            words="white",
            anchored=True,
        ),
        Dialect(
            "censys",
            "Censys Search and Platform: each condition asks about some service of the host, hosts "
            "are counted; text finds whole words.",
            words="tokens",
            counts_hosts=True,
        ),
        Dialect(
            "shodan",
            "Shodan: a comma separates values within quotes as well.",
            splits_quotes=True,
        ),
    )
}
"""By the name that `--dialect` takes."""
# What all services of a host have in common needs no other service.
_OF_HOST = frozenset({"ip", "ipv6", "country", "asn", "as.name", "snapshot", "host.services"})


def host_wide(node: Node) -> Node:
    """`node` with each condition on a service asked of some service of the host."""
    if isinstance(node, Condition):
        return node if node.field.name in _OF_HOST else on_host(node)
    if isinstance(node, Not):
        return negated(host_wide(node.part))
    if isinstance(node, Host | Everything):
        return node
    joint = all_of if isinstance(node, And) else any_of
    return joint(map(host_wide, node.parts))


def is_text(entry: Field) -> bool:
    """Whether `:` looks for words in it."""
    return entry.kind is Kind.TEXT and entry.home is not Home.SNAPSHOT


def _spelled(pieces: Pieces, many: str, one: str) -> str:
    wild = {Wild.MANY: many, Wild.ONE: one}
    return "".join(wild[piece] if isinstance(piece, Wild) else escaped(piece) for piece in pieces)


def _tokens(pieces: Pieces, edge: str) -> str:
    """Words next to each other and in order, whatever signs stand between them."""
    text = ""
    for piece in pieces:
        if isinstance(piece, Wild):
            text += "[0-9A-Za-z]*" if piece is Wild.MANY else "[0-9A-Za-z]"
            continue
        words = "".join(char if char.isalnum() else " " for char in piece)
        text += f"{edge}+".join(map(escaped, words.split())) if words.split() else ""
    return text or escaped(" ".join(str(piece) for piece in pieces))
