"""What can be said, how it is said again, and every complaint in full."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.query.trees import ANY

from gatewatch.model.address import parse_network
from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import FIELDS
from gatewatch.model.moment import SECOND
from gatewatch.query.dialects import DIALECTS
from gatewatch.query.lexer import MAX_LENGTH
from gatewatch.query.nodes import EVERYTHING, Node, Period, conditions
from gatewatch.query.parser import MAX_DEPTH, MAX_LIST, parse
from gatewatch.query.printing import printed

CASES = Path(__file__).parent / "cases"


def cases(name: str) -> list[tuple[str, str]]:
    """Pairs of a line and the indented line below it; # begins a comment."""
    query, found = "", []
    for line in (CASES / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            found.append((query, line.strip()))
        elif line and not line.startswith("# "):
            query = line
    return found


def said_to(query: str) -> str:
    """The canonical form of a query, or the complaint about it."""
    try:
        return printed(parse(query).node)
    except BadQuery as error:
        return str(error)


@pytest.mark.parametrize(("query", "canonical"), cases("canonical.txt"))
def test_a_query_has_one_canonical_spelling(query: str, canonical: str) -> None:
    node = parse(query).node
    assert printed(node) == canonical
    assert parse(canonical).node == node


@pytest.mark.parametrize(("query", "meaning"), cases("examples.txt"))
def test_what_users_of_other_engines_type_works_or_says_why_not(query: str, meaning: str) -> None:
    assert said_to(query) == meaning


@pytest.mark.parametrize(("line", "canonical"), cases("dialects.txt"))
def test_a_dialect_means_what_its_engine_means(line: str, canonical: str) -> None:
    dialect, _, query = line.partition(" ")
    node = parse(query, DIALECTS[dialect]).node
    assert printed(node) == canonical
    assert parse(canonical).node == node


@pytest.mark.parametrize(("query", "complaint"), cases("invalid.txt"))
def test_a_complaint_says_where_what_and_how_to_mend_it(query: str, complaint: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(query)
    assert str(caught.value) == complaint


@given(ANY)
@settings(max_examples=500, deadline=None)
def test_what_is_printed_parses_to_the_same_tree(node: Node) -> None:
    text = printed(node)
    assert parse(text).node == node
    assert text.isprintable()
    assert parse(f"not not ({text})").node == node


SIGNS = st.sampled_from(
    (
        *("and", "or", "not", "TO", "(", ")", "[", "]", "{", "}", "-", "!", ":", "=", "!=", "<="),
        *(">=", '"', "'", "`", "\\", "*", "?", "/", ",", "^", "~", "#", "\0", "\n", "\ud800", "ü"),
        *("ip", "port:", "server:", "scan_time:", "status", "192.0.2.1", "/24", "::1", "7547."),
        *("2001:db8::", "\\x4", "\\u202e", "\\U00110000", ".", "_", "snapshot", "7547.cwmp.get."),
    )
)
NOISE = st.one_of(
    st.text(max_size=60),
    st.lists(SIGNS, max_size=14).map(" ".join),
    st.lists(SIGNS, max_size=14).map("".join),
)


@given(NOISE)
@settings(max_examples=1500, deadline=None)
def test_any_text_parses_or_is_complained_about_within_it(text: str) -> None:
    complaint = None
    try:
        node = parse(text).node
    except BadQuery as error:
        complaint = error
    if complaint is None:
        assert parse(printed(node)).node == node
    else:
        assert 1 <= complaint.column <= len(text) + 1
        assert str(complaint).isprintable()


@pytest.mark.parametrize("name", FIELDS)
def test_the_example_of_every_field_asks_for_that_field(name: str) -> None:
    [condition] = conditions(parse(FIELDS[name].example).node)
    assert condition.field is FIELDS[name]


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        ("ip:10.1.2.3/16", ("host bits set; 10.1.0.0/16 used",)),
        ("2001:db8::1/32", ("host bits set; 2001:db8::/32 used",)),
        ("10.1.0.0/16", ()),
        ("gSOAP RomPager", ('space means and; write "gSOAP or RomPager" for either',)),
        ('"gSOAP" RomPager', ()),
        ("gSOAP and RomPager", ()),
        ("80.http.get.title:x", ("stored services are CWMP; this asks for those on port 80",)),
        ("tags:cwmp", ("every stored service is CWMP, so this is always true here",)),
        ("vendor:Hauwei", ('no vendor "Hauwei" is known; did you mean Huawei?',)),
        ("country:QQ", ('no country "QQ" is known',)),
        ("10.1.2.3/32", ()),
    ],
)
def test_what_a_writer_should_know_is_noted(query: str, notes: tuple[str, ...]) -> None:
    assert parse(query).notes == notes


@pytest.mark.parametrize("text", ["", "  \n", "*", " * ", "ip:*", "* *", "tags:cwmp", "host(*)"])
def test_everything_is_said_in_several_ways(text: str) -> None:
    assert parse(text).node == EVERYTHING


@pytest.mark.parametrize("opener", ["(", "not ", "-", "-("])
def test_depth_is_bounded(opener: str) -> None:
    with pytest.raises(BadQuery, match=f"{MAX_DEPTH} deep at most"):
        parse(opener * MAX_DEPTH + "port:80")
    parse("(" * (MAX_DEPTH - 1) + "port:80" + ")" * (MAX_DEPTH - 1))


def test_length_is_bounded_and_a_long_query_is_read_at_once() -> None:
    longest = "port:80 " * (MAX_LENGTH // 8)
    assert len(list(conditions(parse(longest).node))) == MAX_LENGTH // 8
    with pytest.raises(BadQuery, match="8,192 characters"):
        parse(longest + "x")


def test_lists_are_bounded() -> None:
    assert len(list(conditions(parse(f"port:{{{','.join(['1'] * MAX_LIST)}}}").node))) == MAX_LIST
    for opener, separator, closer in (("{", ",", "}"), ("(", " or ", ")"), ("", ",", "")):
        with pytest.raises(BadQuery, match="a list has at most 1,000 values"):
            parse(f"port:{opener}{separator.join(['1'] * (MAX_LIST + 1))}{closer}")


def test_a_file_of_addresses_is_named_in_the_canonical_form() -> None:
    networks = [parse_network("192.0.2.0/24"), parse_network("2001:db8::/32")]
    for written in ("ip:@list.txt", 'ip:"@my list"', "not ip:@dir/list.txt"):
        node = parse(written, files=lambda _: networks).node
        assert printed(node) == written
    with pytest.raises(BadQuery, match='query:4: "empty" holds no address'):
        parse("ip:@empty", files=lambda _: ())


def test_times_before_now_are_moments_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    [condition] = conditions(parse("scan_time>now-2h").node)
    assert isinstance(condition.value, Period)
    assert condition.value.first == (1_800_000_000 - 7200) * SECOND
    later = parse("scan_time>now-2h").node
    monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)
    assert parse("scan_time>now-2h").node == later


@pytest.mark.parametrize(
    "text",
    [
        "[" * 8192, "{" * 8192, "(" * 8192, '"' * 8191, "\\" * 8191, "-" * 8192, "!" * 8192,
        "port:" * 1600, "server:/" + "a/" * 4000, "a," * 4000, "server:" + "*a" * 4000,
        "server=~" + "(" * 8000, "server=~" + "a|" * 499, "\0" * 8192, "\u202e" * 8192, "\ud800",
        "not " * 2047, "host(" * 1600, "x" * 1_000_000, "port:{" + "1," * 1_000_000 + "1}",
        "7547." * 1600, "services." * 900 + ":x", "header." + "a-" * 4000 + ":x",
    ],
)  # fmt: skip
def test_hostile_text_is_one_clear_line_or_a_query(text: str) -> None:
    said = said_to(text)
    assert said.isprintable()
    assert not said.startswith("query:") or len(said) < 1000


def test_bytes_that_are_no_text_are_pointed_at() -> None:
    with pytest.raises(BadQuery, match=r"query:8: this is no text"):
        parse("server:\udcff")
