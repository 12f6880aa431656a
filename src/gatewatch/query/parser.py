"""Text to tree: the grammar of the query language, and every complaint about a query.

    query     := either | nothing
    either    := all ( ("or" | "||") all )*
    all       := term ( ("and" | "&&")? term )*            a blank means and
    term      := ( "not" | "!" | "-" ) term | "(" either ")" | "*" | scope | word | condition
    scope     := ( "host" | "services:" | "service" | ... ) "(" either ")"
    condition := field operator value
    value     := scalar | scalar,scalar | "{" list "}" | "(" scalar "or" scalar ")" | "*"
               | "[" low "TO" high "]" | "{" low "TO" high "}" | "/" pattern "/"
    scalar    := bare | "quoted" | 'quoted' | `quoted`

"not" binds closest, then "and", then "or". Names are told apart in `names`, values become
conditions in `terms`, dialects change meaning and never grammar. Nothing is accepted without
effect: whatever cannot be read raises BadQuery with the column of the sign and how to mend it.
Length, depth, lists and patterns are bounded.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gatewatch.model.address import parse_network
from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import Field
from gatewatch.query.dialects import NATIVE, Dialect, host_wide
from gatewatch.query.lexer import Scanner
from gatewatch.query.names import CONTAINERS, HOST_SCOPES
from gatewatch.query.nodes import (
    EVERYTHING,
    Node,
    all_of,
    any_of,
    negated,
    on_host,
)
from gatewatch.query.operators import SYMBOLS
from gatewatch.query.raw import Raw, Regex, Word
from gatewatch.query.terms import Files, Terms
from gatewatch.query.value_reader import MAX_LIST, QUOTES, ValueReader

__all__ = ["MAX_DEPTH", "MAX_LIST", "Query", "parse"]

MAX_DEPTH = 64

_SPELLINGS = {"==": "=", ":<=": "<=", ":>=": ">=", ":<": "<", ":>": ">"}
_SYMBOLS = (*SYMBOLS, *_SPELLINGS)
_ADDRESS_BEGINS = re.compile(r"[0-9A-Fa-f]*(?:\[?[.:]\]?)")
_ADDRESS_SHAPE = re.compile(
    r"[0-9]+(?:\.[0-9]+){3}(?:[/-].*)?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*(?:[/-].*)?"
)
_NETWORK_NUMBER = re.compile(r"AS[0-9]+", re.IGNORECASE)
_CVE = re.compile(r"CVE-[0-9-]+", re.IGNORECASE)
_SERVICE = re.compile(r"[0-9]{1,5}/[a-z]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood, and what its writer should know about it."""

    node: Node
    notes: tuple[str, ...] = ()
    rewrites: tuple[str, ...] = ()
    """Names that stand for other fields, each with what it became."""
    unit: str = "services"
    """What is counted: `services`, or `hosts` in a dialect that counts them."""


def parse(
    text: str,
    dialect: Dialect = NATIVE,
    *,
    overlay: Path | None = None,
    files: Files | None = None,
    fields: Mapping[str, Field] | None = None,
) -> Query:
    """The query that `text` writes; nothing at all is everything.

    `overlay` is the user's own catalogue, whose words are known as well; `files` reads what
    `ip:@FILE` names, which is refused without it. `fields` stands in for the field catalogue where
    something else than services is asked about, with a field `any` for bare words.
    Raises BadQuery, which carries `text`.
    """
    try:
        return _Parser(text, Terms(dialect, overlay, files, fields)).query()
    except BadQuery as error:
        error.text = text
        raise


class _Parser:
    def __init__(self, text: str, terms: Terms) -> None:
        self._scan = Scanner(text)
        self._terms = terms
        self._values = ValueReader(self._scan, terms.dialect)
        self._depth = 0
        self._prefixes: tuple[str, ...] = ()
        self._bare_before = ""

    def query(self) -> Query:
        scan, terms = self._scan, self._terms
        scan.skip_blanks()
        node = self._either() if scan.peek() else EVERYTHING
        if scan.peek():
            scan.fail(scan.position, "nothing opened this bracket", "remove it")
        counts_hosts = terms.dialect.counts_hosts
        return Query(
            host_wide(node) if counts_hosts else node,
            tuple(terms.notes),
            tuple(dict.fromkeys(terms.rewrites)),
            "hosts" if counts_hosts else "services",
        )

    def _either(self) -> Node:
        parts = [self._all()]
        while True:
            if self._scan.keyword_ahead()[0] == "or":
                parts.append(self._after_keyword(self._all))
            elif self._terms.dialect.blank_is_or and self._scan.peek() not in ("", ")"):
                parts.append(self._all())
            else:
                return any_of(parts)

    def _all(self) -> Node:
        self._bare_before = ""
        parts = [self._term()]
        while True:
            self._scan.skip_blanks()
            word = self._scan.keyword_ahead()[0]
            if word == "or" or self._scan.peek() in ("", ")"):
                return all_of(parts)
            if word == "and":
                self._bare_before = ""
                parts.append(self._after_keyword(self._term))
            elif self._terms.dialect.blank_is_or:
                return all_of(parts)
            else:
                parts.append(self._term())

    def _after_keyword(self, read: Callable[[], Node]) -> Node:
        scan = self._scan
        start, (_, word) = scan.position, scan.keyword_ahead()
        scan.take(word)
        scan.skip_blanks()
        if scan.peek() in ("", ")"):
            scan.fail(start, f'"{word}" needs a term after it', "add one or remove it")
        return read()

    def _term(self) -> Node:
        scan = self._scan
        self._depth += 1
        if self._depth > MAX_DEPTH:
            scan.fail(scan.position, f"brackets go {MAX_DEPTH} deep at most", "simplify it")
        scan.skip_blanks()
        word, spelled = scan.keyword_ahead()
        before, self._bare_before = self._bare_before, ""
        if word == "not":
            node = negated(self._after_keyword(self._term))
        elif word:
            scan.fail(scan.position, f'"{spelled}" needs a term before it', "remove it")
        elif scan.peek() in ("-", "!"):
            node = self._excluded()
        elif scan.peek() == "(":
            node = self._bracket()
        else:
            self._bare_before = before
            node = self._leaf()
        self._depth -= 1
        return node

    def _excluded(self) -> Node:
        scan = self._scan
        start, sign = scan.position, scan.peek()
        scan.take(sign)
        if scan.at_end_of_term():
            scan.skip_blanks()
            term = scan.chunk_ahead() or "port:7547"
            what = f'"{sign}" must touch the term it excludes: {sign}{term}'
            scan.fail(start, what, "write it without the blank")
        return negated(self._term())

    def _bracket(self) -> Node:
        scan = self._scan
        start = scan.position
        scan.take("(")
        scan.skip_blanks()
        if scan.peek() == ")":
            scan.fail(start, "these brackets are empty", "remove them")
        if not scan.peek():
            scan.fail(start, "this bracket is never closed", "remove it")
        node = self._either()
        if not scan.take(")"):
            scan.fail(start, "this bracket is never closed", "add ) at the end")
        return node

    def _leaf(self) -> Node:
        scan = self._scan
        start = scan.position
        if scan.peek() == ")":
            scan.fail(start, "nothing opened this bracket", "remove it")
        if scan.peek() in QUOTES:
            return self._bare(Word((scan.quoted(),), start, quoted=True))
        if scan.peek() == "/" and (pattern := scan.regex()):
            return self._terms.term("banner", start, ":", Regex(pattern, start + 1), ())
        chunk = scan.chunk_ahead()
        if chunk == "*":
            scan.take(chunk)
            return EVERYTHING
        if node := self._shaped(chunk):
            self._require_end()
            return node
        name = scan.name()
        after_name = scan.position
        scan.skip_blanks()
        symbol = scan.symbol(_SYMBOLS) if name else ""
        if name and (scope := self._scope(name, symbol, start)):
            return scope
        if symbol:
            self._bare_before = ""
            return self._condition(name, _SPELLINGS.get(symbol, symbol), start)
        scan.position = after_name
        if name and scan.peek() == "(":
            self._values.fail_unquoted()
        scan.position = start
        return self._bare(Word(self._values.pieces(), start))

    def _scope(self, name: str, symbol: str, start: int) -> Node | None:
        """`name:( ... )`, whose names are relative; None when this is none."""
        scan, word = self._scan, name.lower()
        if word not in CONTAINERS or symbol not in ("", ":"):
            return None
        before = scan.position
        scan.skip_blanks()
        if scan.peek() != "(":
            scan.position = before
            return None
        if word.endswith(".headers"):
            return self._header_pair(start)
        outer, self._prefixes = self._prefixes, CONTAINERS[word]
        node = self._bracket()
        self._prefixes = outer
        self._require_end()
        return on_host(node) if word in HOST_SCOPES else node

    def _header_pair(self, start: int) -> Node:
        """`headers:(key="Server" and value:x)` is `header.server:x`."""
        scan = self._scan
        scan.take("(")
        said: dict[str, tuple[str, Raw]] = {}
        while scan.skip_blanks() or not scan.take(")"):
            if scan.keyword_ahead()[0] == "and":
                scan.take(scan.keyword_ahead()[1])
                continue
            name = scan.name().lower()
            scan.skip_blanks()
            symbol = scan.symbol(_SYMBOLS)
            if name not in ("key", "value") or name in said or not symbol:
                mend = 'write headers:(key="Server" and value:RomPager)'
                scan.fail(scan.position, "a header is asked for by one key and one value", mend)
            scan.skip_blanks()
            said[name] = (_SPELLINGS.get(symbol, symbol), self._values.value(symbol))
        key = said["key"][1] if "key" in said else None
        if not isinstance(key, Word) or not key.text or "value" not in said:
            mend = 'write headers:(key="Server" and value:RomPager)'
            scan.fail(start, "a header is asked for by one key and one value", mend)
        self._require_end()
        symbol, raw = said["value"]
        return self._terms.term(f"header.{key.text}", start, symbol, raw, ())

    def _shaped(self, chunk: str) -> Node | None:
        """What needs no field because of its shape; None when this is none."""
        scan, start = self._scan, self._scan.position
        for shape, name in ((_NETWORK_NUMBER, "asn"), (_CVE, "cve"), (_SERVICE, "protocols")):
            if shape.fullmatch(chunk):
                scan.take(chunk)
                return self._terms.term(name, start, ":", Word((chunk,), start), ())
        if not _ADDRESS_BEGINS.match(chunk):
            return None
        try:
            network = parse_network(chunk)
        except ValueError as error:
            if _ADDRESS_SHAPE.fullmatch(chunk):
                mend = 'write 192.0.2.1 or 192.0.2.0/24; text needs quotes, as in "1.0"'
                scan.fail(start, f'"{chunk}": {error}', mend)
            return None
        scan.take(chunk)
        return self._terms.ip(network, chunk, start)

    def _bare(self, word: Word) -> Node:
        scan = self._scan
        text = word.spelled
        if not word.quoted and (not text or re.search("[:=<>]", text)):
            if not text:
                self._values.fail_unquoted()
            what = f'"{text}" stands without a field'
            scan.fail(word.at, what, 'write field:value, as in server:"gSOAP/2.7"')
        self._require_end()
        if self._bare_before and not word.quoted:
            either = f'"{self._bare_before} or {text}" for either'
            self._terms.note(f"space means and; write {either}")
        self._bare_before = text if not word.quoted else ""
        return self._terms.bare(word)

    def _condition(self, name: str, symbol: str, start: int) -> Node:
        scan = self._scan
        value_at = scan.position
        blank = scan.skip_blanks()
        if scan.at_end_of_term() or (blank and scan.keyword_ahead()[0]):
            what = f"value missing after {name}{symbol}"
            scan.fail(value_at, what, "write one, as in port:7547, or * for any value")
        signs = scan.signs_ahead()
        if signs or scan.peek() == ":":
            self._fail_signs(name, symbol, signs)
        raw = self._values.value(symbol)
        self._require_end()
        return self._terms.term(name, start, symbol, raw, self._prefixes)

    def _fail_signs(self, name: str, symbol: str, signs: str) -> None:
        scan = self._scan
        if symbol == ":" and signs in _SYMBOLS:
            scan.take(signs)
            rest = scan.chunk_ahead()
            scan.position -= len(signs)
            scan.fail(scan.position, f'"{signs}" replaces ":"', f"write {name}{signs}{rest}")
        if signs:
            there = f"there are {' '.join(SYMBOLS)}; quote a value that begins so"
            scan.fail(scan.position, f'"{signs}" is no operator here', there)

    def _require_end(self) -> None:
        scan = self._scan
        if not scan.at_end_of_term():
            scan.refuse_ranking_after_quotes()
            self._values.fail_unquoted()
