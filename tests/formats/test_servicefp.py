"""Answers inside Nmap's fingerprint strings."""

from hypothesis import given
from hypothesis import strategies as st

from gatewatch.formats.servicefp import ProbeAnswer, answers, best_answer

START = "SF-Port7547-TCP:V=7.93%I=7%D=11/24%Time=6B0571F9%P=x86_64-pc-linux-gnu"
ANSWER = (
    r'"HTTP/1\.1\x20401\x20Unauthorized\r\nWWW-Authenticate:\x20Digest\x20realm=\"'
    r'IGD\xe9\",\tnonce=\"\0\x001\\\"\r\n\r\n"'
)
DATA = (
    b"HTTP/1.1 401 Unauthorized\r\n"
    b'WWW-Authenticate: Digest realm="IGD\xe9",\tnonce="\x00\x001\\"\r\n\r\n'
)
LENGTH = f"{len(DATA):X}"


def fingerprint(*parts: str) -> str:
    return START + "".join(f"%r({part})" for part in parts) + ";"


def escaped(data: bytes) -> str:
    """As Nmap's addServiceString escapes it."""
    plain = {0x0D: r"\r", 0x0A: r"\n", 0x09: r"\t"}
    text = ""
    for at, byte in enumerate(data):
        char = chr(byte)
        if byte in plain:
            text += plain[byte]
        elif byte == 0:
            text += r"\x00" if data[at + 1 : at + 2].isdigit() else r"\0"
        elif char.isascii() and char.isalnum():
            text += char
        elif char in '\\?"[]().*+$^|':
            text += "\\" + char
        else:
            text += char if 0x20 < byte < 0x7F else f"\\x{byte:02x}"
    return text


def test_every_escape_is_resolved() -> None:
    found = list(answers(fingerprint(f"GetRequest,{LENGTH},{ANSWER}")))
    assert found == [ProbeAnswer("GetRequest", DATA, len(DATA))]
    assert not found[0].is_cut


def test_the_answer_nearest_to_a_get_wins() -> None:
    parts = ('GenericLines,3,"HTTP/1"', 'HTTPOptions,3,"HTTP/2"', 'GetRequest,3,"HTTP/3"')
    best = best_answer(fingerprint(*parts))
    assert best
    assert best.data == b"HTTP/3"


def test_http_wins_over_other_talk() -> None:
    best = best_answer(fingerprint('GetRequest,3,"abc"', 'Help,6,"HTTP/1"'))
    assert best
    assert best.probe == "Help"


def test_an_answer_that_nmap_cut_says_so() -> None:
    best = best_answer(fingerprint('GetRequest,1F4,"HTTP/1\\.1\\x20200\\x20OK"'))
    assert best == ProbeAnswer("GetRequest", b"HTTP/1.1 200 OK", 500)
    assert best.is_cut


def test_a_wrapped_string_is_read() -> None:
    text = fingerprint(f"GetRequest,{LENGTH},{ANSWER}")
    wrapped = "\nSF:".join(text[at : at + 74] for at in range(0, len(text), 74))
    assert list(answers(wrapped)) == list(answers(text))
    assert list(answers(wrapped.replace("\n", " "))) == list(answers(text))


def test_a_string_that_was_cut_gives_its_beginning() -> None:
    text = fingerprint(f"GetRequest,{LENGTH},{ANSWER}")
    for cut in range(len(text)):
        assert all(DATA.startswith(answer.data) for answer in answers(text[:cut]))


def test_no_fingerprint_gives_no_answer() -> None:
    assert best_answer("") is None
    assert best_answer(START + ";") is None


@given(st.binary(max_size=300))
def test_what_nmap_escapes_comes_back(data: bytes) -> None:
    text = fingerprint(f'GetRequest,{len(data):X},"{escaped(data)}"')
    assert list(answers(text)) == [ProbeAnswer("GetRequest", data, len(data))]


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    list(answers(text))
    list(answers(f'%r(X,1,"{text}'))
