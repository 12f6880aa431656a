"""Challenges as devices send them."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.protocol.challenge import Challenge, Param, parse_challenges


def digest(*params: Param) -> tuple[Challenge, ...]:
    return (Challenge("digest", params),)


READ = {
    "RFC 7616, every parameter quoted or bare as there": (
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5',
        digest(
            ("realm", "http-auth@example.org", True),
            ("qop", "auth, auth-int", True),
            ("algorithm", "MD5", False),
        ),
    ),
    "no blank after a comma": (
        'Digest realm="gw",nonce="<hex32>", qop="auth"',
        digest(("realm", "gw", True), ("nonce", "<hex32>", True), ("qop", "auth", True)),
    ),
    "blanks instead of commas": (
        'Digest qop="auth" nonce="<hex32>" opaque="<hex8>" realm="cwmpd"',
        digest(
            ("qop", "auth", True),
            ("nonce", "<hex32>", True),
            ("opaque", "<hex8>", True),
            ("realm", "cwmpd", True),
        ),
    ),
    "unquoted realm": (
        'Digest realm=IgdAuthentication, domain="/", qop="auth"',
        digest(("realm", "IgdAuthentication", False), ("domain", "/", True), ("qop", "auth", True)),
    ),
    "unquoted realm with blanks": (
        "Basic realm=My Home Router, charset=utf-8",
        (Challenge("basic", (("realm", "My Home Router", False), ("charset", "utf-8", False))),),
    ),
    "two blanks after the scheme": (
        'Digest  realm="spa user",domain="/"',
        digest(("realm", "spa user", True), ("domain", "/", True)),
    ),
    "a capital in Algorithm": (
        'Digest realm="cpe", Algorithm="MD5"',
        digest(("realm", "cpe", True), ("Algorithm", "MD5", True)),
    ),
    "empty quoted realm": ('Basic realm=""', (Challenge("basic", (("realm", "", True),)),)),
    "empty bare realm": ("Basic realm=", (Challenge("basic", (("realm", "", False),)),)),
    "realm with trailing blanks": (
        'Basic realm="NETGEAR DGN1000 "',
        (Challenge("basic", (("realm", "NETGEAR DGN1000 ", True),)),),
    ),
    "blanks around the equals sign": (
        'Digest realm = "gw" , qop = auth',
        digest(("realm", "gw", True), ("qop", "auth", False)),
    ),
    "a quote that never closes": (
        'Basic realm="gate',
        (Challenge("basic", (("realm", "gate", True),)),),
    ),
    "an escaped quote": (
        r'Basic realm="a \"b\" \\c"',
        (Challenge("basic", (("realm", r'a "b" \c', True),)),),
    ),
    "a backslash that escapes nothing": (
        r'Basic realm="HOME\gw"',
        (Challenge("basic", (("realm", r"HOME\gw", True),)),),
    ),
    "scheme in capitals": ("BASIC realm=x", (Challenge("basic", (("realm", "x", False),)),)),
    "unknown scheme with a parameter": (
        'X-Lock realm="x"',
        (Challenge("x-lock", (("realm", "x", True),)),),
    ),
    "two challenges in one header": (
        'Basic realm="a", Digest realm="b", qop=auth',
        (
            Challenge("basic", (("realm", "a", True),)),
            Challenge("digest", (("realm", "b", True), ("qop", "auth", False))),
        ),
    ),
    "two challenges without a comma": (
        "Basic realm=a Digest realm=b",
        (
            Challenge("basic", (("realm", "a", False),)),
            Challenge("digest", (("realm", "b", False),)),
        ),
    ),
    "a scheme alone": ("Negotiate", (Challenge("negotiate", ()),)),
    "one Base64 word": (
        "NTLM TlRMTVNTUAAC==",
        (Challenge("ntlm", (("", "TlRMTVNTUAAC==", False),)),),
    ),
    "debug text": ("d=3 set_mask=0x4 handle_evt=0x0", ()),
    "a sentence": ("Please log in", ()),
    "stray signs": ('=,"=', ()),
    "nothing": ("", ()),
}


@pytest.mark.parametrize(("value", "expected"), READ.values(), ids=READ.keys())
def test_a_challenge_is_read_as_sent(value: str, expected: tuple[Challenge, ...]) -> None:
    assert parse_challenges([value]) == expected


def test_challenges_of_several_headers_come_in_order() -> None:
    found = parse_challenges(['Digest realm="a"', "", 'Basic realm="b"'])
    assert [(one.scheme, one.get("realm")) for one in found] == [("digest", "a"), ("basic", "b")]


def test_a_parameter_is_found_in_any_case_and_the_first_wins() -> None:
    (challenge,) = parse_challenges(['Digest REALM="first", realm="second"'])
    assert challenge.get("Realm") == "first"
    assert challenge.get("nonce") is None


@given(st.lists(st.text(alphabet=st.characters(max_codepoint=255)), max_size=3))
def test_no_text_raises(values: list[str]) -> None:
    parse_challenges(values)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["realm", "nonce", "qop", "opaque", "Algorithm"]),
            st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255)),
        ),
        min_size=1,
    )
)
def test_what_a_correct_writer_quotes_is_read_back(params: list[tuple[str, str]]) -> None:
    quoted = [
        (name, '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"') for name, text in params
    ]
    written = "Digest " + ", ".join(f"{name}={text}" for name, text in quoted)
    (challenge,) = parse_challenges([written])
    assert [(name, text) for name, text, _ in challenge.params] == params


@pytest.mark.parametrize(
    "unit",
    ["a ", "a=", 'a="', "\\", '"\\', " ,", "Basic ", "realm=x y ", "a=b c=d ", "= ", "NTLM a"],
)
def test_time_is_linear_in_the_length(unit: str) -> None:
    start = process_time()
    parse_challenges([unit * (200_000 // len(unit))])
    assert process_time() - start < 2
