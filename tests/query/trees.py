"""Random queries: with any values at all, or with values that a made-up lake holds."""

from typing import Any

from hypothesis import strategies as st
from tests.query.made_up import COUNTRIES, CVES, DAYS, NETWORKS, NUMBERS, TEXTS, VERSIONS

from gatewatch.model.address import Address, Network, parse_network
from gatewatch.model.fields import FIELDS, Field, Home, Kind
from gatewatch.model.moment import SECOND, iso
from gatewatch.query.nodes import (
    EVERYTHING,
    PRESENT,
    Condition,
    Form,
    Node,
    Pattern,
    Range,
    Value,
    Wild,
    all_of,
    any_of,
    negated,
    on_host,
)
from gatewatch.query.operators import OPERATORS, Operator
from gatewatch.query.values import is_one_point, read_scalar
from gatewatch.query.words import meant, values_of

# Python and RE2 read these alike.
PATTERNS = st.sampled_from(
    ("gSOAP", "^gSOAP/2\\.[0-9]", "(?i)rompager", "[0-9]+\\.[0-9]+", "a|b", "x{3}", "^a.b", "(?i)ü",
     '"', "`", "\\\\", "and", "\\x1b", "[^a-z]$")
)  # fmt: skip
ASKED = tuple(entry for entry in FIELDS.values() if entry.home is not Home.SNAPSHOT)


def nodes(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Trees over `leaves`, as the parser would build them."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(negated),
            inner.map(on_host),
            st.lists(inner, min_size=2, max_size=4).map(all_of),
            st.lists(inner, min_size=2, max_size=4).map(any_of),
        ),
        max_leaves=8,
    )


@st.composite
def any_conditions(draw: st.DrawFn) -> Condition:
    """A condition with any values of the right kind."""
    operator, entry = draw(_taken())
    value = draw(_values(operator, entry, _any_scalars(entry, exact=operator.symbol != ":")))
    return Condition(entry, operator.symbol, value)


@st.composite
def likely_conditions(draw: st.DrawFn) -> Condition:
    """A condition that the made-up lake may satisfy."""
    operator, entry = draw(_taken())
    scalars = _likely_scalars(entry)
    if operator.symbol in ("=", "!=") or (entry.kind is Kind.IP and operator.symbol != ":"):
        scalars = scalars.filter(is_one_point)
    return Condition(entry, operator.symbol, draw(_values(operator, entry, scalars)))


def _taken() -> st.SearchStrategy[tuple[Operator, Field]]:
    """An operator and a field that takes it; `ip:*` is everything and no condition."""
    pairs = [
        (operator, entry)
        for entry in ASKED
        for operator in OPERATORS
        if entry.kind in operator.kinds
        and not (entry.kind is Kind.IP and operator.form is Form.PRESENT)
    ]
    return st.sampled_from(pairs)


def _values(
    operator: Operator, entry: Field, scalars: st.SearchStrategy[Any]
) -> st.SearchStrategy[Value]:
    if operator.form is Form.PRESENT:
        return st.just(PRESENT)
    if operator.form is Form.PATTERN:
        return scalars.flatmap(_patterns)
    if operator.form is Form.RANGE:
        ends = st.tuples(scalars, scalars).map(lambda two: sorted(two, key=_first))
        return st.tuples(ends, st.sampled_from(((0, 1), (None, 1), (0, None)))).map(_range)
    if entry.kind is Kind.TEXT and operator.symbol == ":":
        return scalars.filter(bool)
    if operator.symbol in ("=~", "!~"):
        return PATTERNS
    return scalars


def _first(value: Any) -> int:
    return 0 if isinstance(value, str) else int(getattr(value, "first", value))


def _range(drawn: tuple[list[Any], tuple[int | None, int | None]]) -> Range:
    ends, picked = drawn
    low, high = (None if place is None else ends[place] for place in picked)
    return Range(low, high)


def _patterns(text: str) -> st.SearchStrategy[Pattern]:
    """`text` with wildcards put into it."""

    @st.composite
    def pattern(draw: st.DrawFn) -> Pattern:
        at = draw(st.integers(0, len(text)))
        to = draw(st.integers(at, len(text)))
        wild = draw(st.sampled_from((Wild.MANY, Wild.ONE)))
        before, after = text[:at], text[to:]
        pieces: tuple[str | Wild, ...] = tuple(filter(None, (before, wild, after)))
        return Pattern(pieces if pieces != (Wild.MANY,) else (Wild.ONE, Wild.MANY))

    return pattern()


def _any_scalars(entry: Field, *, exact: bool) -> st.SearchStrategy[Any]:
    if entry.kind is Kind.NUMBER:
        return st.integers(0, {"port": 65535, "asn": 2**32 - 1}.get(entry.name, 2**63 - 1))
    if entry.kind is Kind.IP:
        return (
            (st.tuples(_addresses()).map(lambda one: Network(*one, *one))) if exact else _networks()
        )
    if entry.kind is Kind.TIME:
        instants = st.integers(946_684_800 * SECOND, 4_102_444_799 * SECOND)
        texts = st.one_of(
            instants.map(lambda at: f"{iso(at)[:-1]}.{at % SECOND:06}Z"), instants.map(iso)
        )
        if not exact:
            texts = st.tuples(texts, st.sampled_from((4, 7, 10, 99))).map(
                lambda cut: cut[0][: cut[1]]
            )
        return texts.map(lambda text: read_scalar(entry, text, 1))
    if entry.kind is Kind.BOOLEAN:
        return st.booleans()
    if values_of(entry):
        return st.one_of(
            st.sampled_from(values_of(entry)),
            st.text(max_size=9).map(lambda word: _stored(entry, word)),
        )
    if entry.name == "cve":
        return st.sampled_from((*CVES, "cve-1999-123456"))
    if entry.name == "response":
        return st.text("0123456789abcdefABCDEF", min_size=16, max_size=16)
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def _stored(entry: Field, word: str) -> str:
    """What the parser makes of `word`, or some value where it has none."""
    return meant(entry, word.encode("utf-8", "ignore").decode()).value or values_of(entry)[0]


def _addresses() -> st.SearchStrategy[Address]:
    return st.one_of(
        st.integers(0, 2**32 - 1).map(lambda low: Address(None, low)),
        st.tuples(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
        .map(lambda halves: Address(*halves))
        # Such an address is written, and read again, as IPv4.
        .filter(lambda ip: ip.number >> 32 != 0xFFFF),
    )


def _networks() -> st.SearchStrategy[Network]:
    return (
        st.tuples(_addresses(), _addresses())
        .filter(lambda two: (two[0].high is None) == (two[1].high is None))
        .map(lambda two: Network(*sorted(two, key=lambda ip: ip.number)))
    )


def _likely_scalars(entry: Field) -> st.SearchStrategy[Any]:
    pools: dict[str, tuple[Any, ...]] = {
        "port": (80, 7547, 1),
        "asn": (*NETWORKS, 1),
        "country": (*COUNTRIES, "XX"),
        "as.name": (*NETWORKS.values(), "example", "telecom"),
        "response": ("0" * 16,),
        "cve": (*CVES, "cve-2014-9222", "CVE-1999-0001"),
    }
    by_kind: dict[Kind, tuple[Any, ...]] = {
        Kind.NUMBER: NUMBERS,
        Kind.VERSION: VERSIONS,
        Kind.IP: tuple(
            map(
                parse_network,
                ("192.0.2.0/25", "192.0.2.7", "::/0", "2001:db8::/32", "0.0.0.0/0", "7000::/4",
                 "2001:db8::7000:0:0:3-2001:db8::8000:0:0:4", "7fff:db8::-8000:db8::8000:0:0:2"),
            )
        ),
        Kind.BOOLEAN: (True, False),
        Kind.TIME: tuple(
            read_scalar(entry, text, 1)
            for text in (*(day[:10] for day in DAYS), "2026-11", "2025", "2026-11-21T10:00:00Z")
            if entry.kind is Kind.TIME
        ),
    }  # fmt: skip
    if entry.closed and entry.name != "country":
        return st.sampled_from(values_of(entry))
    pool = (
        pools.get(entry.name)
        or (entry.many and ("bare-lf", "A", "a,b", "x"))
        or by_kind.get(entry.kind, (*TEXTS, "GSOAP", "x"))
    )
    values = [value for value in pool if value is not None]
    if entry.kind is Kind.KEYWORD and values_of(entry):
        values = [_stored(entry, value) for value in values]
    return st.sampled_from(values)


LIKELY: st.SearchStrategy[Node] = nodes(st.one_of(likely_conditions(), st.just(EVERYTHING)))
ANY: st.SearchStrategy[Node] = nodes(st.one_of(any_conditions(), st.just(EVERYTHING)))
