"""Patterns that could hang are refused; the rest say what a match cannot be without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.identify.patterns import compile_pattern


@pytest.mark.parametrize(
    "source",
    [
        "^(a+)+$",
        "^(?:a|b)*$",
        "^(?:[a-z]*,)*$",
        "^(?:a{1,20}){1,20}$",
        "^(?:a?){1,64}$",
        ".*.*x",
        "^.*.*.*x",
        "^(?:a|aa){20,30}$",
        r"^(?:\b){9}$",
        "^(?:a?){2}$",
        "^(?:a|(?:b|){3})$",
        "^(?:(?:(?:(?:a){0}){999}){999}){999}$",
        "^(?:(?=a)){3}$",
        "^" + "(?:" * 12 + "a{1,9}" + "){20}" * 12,
    ],
)
def test_a_pattern_that_could_hang_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match=r"pattern (?:may|repeats)"):
        compile_pattern(source, "http.server")


def test_the_longer_the_values_the_less_a_pattern_may_do() -> None:
    compile_pattern("a.{0,60}b", "http.server")
    with pytest.raises(ValueError, match="too long"):
        compile_pattern("a.{0,60}b", "http.body")


@pytest.mark.parametrize("source", [r"(?P<a>.)(?P=a)", r"(.)\1", r"(.)?(?(1)a|b)", "(?x) a # b"])
def test_looking_back_and_verbose_patterns_are_refused(source: str) -> None:
    with pytest.raises(ValueError, match="is not allowed"):
        compile_pattern(source, "http.server")


@pytest.mark.parametrize(
    "source", ["(", "a{99999999999}", "(" * 9999 + ")" * 9999, "[[a]", "[a--b]"], ids=range(5)
)
def test_what_is_no_regular_expression_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="no regular expression"):
        compile_pattern(source, "http.server")


@pytest.mark.parametrize("source", ["^(?:a?)?$", r"^(?:a\b)?$", "^(?:a|b?)(?:c){2}$"])
def test_what_may_match_nothing_may_be_left_out(source: str) -> None:
    assert compile_pattern(source, "http.server").work > 0


@pytest.mark.parametrize("source", [r"^[\]]$", "^[]]$", "^[^]]{3}$", r"^\(a\)$", "^a{x}$", "^{$"])
def test_signs_in_classes_and_escapes_are_no_structure(source: str) -> None:
    assert compile_pattern(source, "http.server").work > 0


@pytest.mark.parametrize(
    ("source", "literal"),
    [
        (r"^gSOAP/(?P<version>2\.[78])$", "gSOAP/2."),
        ("^a(?:bcd)e$", "abcde"),
        ("^ab(?:cdef)?g$", "ab"),
        ("^ab(?:cdef){2}$", "ab"),
        ("^(?i:abc)d$", "d"),
        ("^a(?=bcd)", "a"),
        ("^(?:a|bcd)$", ""),
        ("^a|b$", ""),
        ("(?i)^micro_httpd$", ""),
        (r"^uc-httpd [0-9]\.x", "uc-httpd "),
        (r"\bDiskStation\b", "DiskStation"),
        (r"^\x15\x03tls\u0041", "tls"),
        ("^abc?d{2}ef*$", "ab"),
        (r"^\[a\]\.$", "[a]."),
        (r"^ab\N{DIGIT ONE}c", "ab"),
        ("^ab[cd]efg.h", "efg"),
    ],
)
def test_the_text_that_every_match_holds_is_found(source: str, literal: str) -> None:
    assert compile_pattern(source, "http.server").literal == literal


def test_a_value_without_that_text_is_not_matched() -> None:
    pattern = compile_pattern("^gSOAP/2[.]7$", "http.server")
    assert pattern.find("gSOAP/2.7") is not None
    assert pattern.find("gSOAP/2.8") is None
    assert pattern.find("sy/2.8") is None


@pytest.mark.parametrize(
    ("source", "choices"),
    [
        ("^(?:RTSP|SIP|ICAP)/", ("RTSP/", "SIP/", "ICAP/")),
        ("(?m)^(?:via|cf-ray): ", ("via: ", "cf-ray: ")),
        ("^(?:ab|cd){2}x$", ()),
        ("^(?:a[bc]|cd)$", ()),
        ("^(?i:ab|cd)$", ()),
        ("^(?:abc|abd)efg", ()),
    ],
)
def test_where_one_text_tells_too_little_several_are_looked_for(
    source: str, choices: tuple[str, ...]
) -> None:
    assert compile_pattern(source, "http.server").choices == choices


def test_a_text_in_front_is_found_without_trying_every_place() -> None:
    assert compile_pattern("a long text.{0,99}b", "http.body").work < 1 << 18
    with pytest.raises(ValueError, match="too long"):
        compile_pattern("aaaa.{0,99}b", "http.body")


@pytest.mark.parametrize(
    ("source", "prefix"),
    [
        (r"^gSOAP/(?P<version>2\.[78])$", "gSOAP/2."),
        (r"^(?P<model>TD-W?8)$", "TD-"),
        (r"\AHTTP/1\.1 200", "HTTP/1.1 200"),
        ("gSOAP", ""),
        ("^(?:a|b)c", ""),
        ("^a|b", ""),
        ("(?i)^abc", ""),
        ("(?m)^abc", ""),
        ("^a?b", ""),
    ],
)
def test_the_text_that_a_value_has_to_begin_with_is_found(source: str, prefix: str) -> None:
    assert compile_pattern(source, "http.server").prefix == prefix


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("via: 1.1 x", True),
        ("server: x\nvia: 1.1 x", True),
        ("server: x\nx-via: 1.1 x", False),
        ("server: via: x", False),
    ],
)
def test_a_line_is_found_by_what_it_begins_with(value: str, found: bool) -> None:
    pattern = compile_pattern("(?m)^via: [0-9]", "http.header")
    assert pattern.line == "via: "
    assert (pattern.find(value) is not None) is found
    assert (pattern.regex.search(value) is not None) is found


@given(st.text("ab(|)?*^$:i", max_size=12), st.text("abi\n", max_size=8))
def test_no_value_is_dismissed_that_the_pattern_matches(source: str, value: str) -> None:
    try:
        pattern = compile_pattern(source, "http.server")
    except ValueError:
        return
    found = pattern.regex.search(value)
    assert (pattern.find(value) is None) == (found is None)
    assert found is None or value.startswith(pattern.prefix)
