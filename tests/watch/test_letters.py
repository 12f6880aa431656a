"""Letters: plain words in two languages, what to do for each maker, nothing foreign in them."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.identify.vocabulary import read_vocabulary
from gatewatch.model.knowledge import folders
from gatewatch.model.language import language
from gatewatch.model.moment import parse_moment
from gatewatch.watch.letters import Company, Letter, Seen, advice, letter_for

COMPANY = Company("Example Ltd", "security@example.com", "https://example.com/router", 90)
SEEN = Seen("192.0.2.7", parse_moment("2026-11-24T10:00:00Z"))
VENDORS = sorted(advice())
EACH = pytest.mark.parametrize("vendor", VENDORS)
BOTH = pytest.mark.parametrize("code", ["en", "fr"])
# What only technicians say, and what would sound like blame.
JARGON = {
    "en": r"vulnerab|exploit|protocol|expos|malware|firewall|credential|\bIP\b(?!, )|must|violat",
    "fr": r"vulnérab|exploit|protocole|exposé|malware|pare-feu|\bIP\b(?!, )|devez|faute",
}


def letter(vendor: str = "any", code: str = "en", company: Company = COMPANY) -> Letter:
    return letter_for(Seen(SEEN.address, SEEN.seen_at, vendor), company, language(code))


def plain_part(text: str) -> str:
    """The letter without the lines that are to be read out to the provider."""
    return re.sub(r"(?ms)^(Tell your provider|À lire).*?\n\n", "", text)


@BOTH
@EACH
def test_a_letter_says_what_was_seen_what_it_means_what_to_do_and_whom_to_ask(
    vendor: str, code: str
) -> None:
    found = letter(vendor, code)
    for words in ("Example Ltd", "2026", "192.0.2.7", "7547", "security@example.com", "90", "VPN"):
        assert words in found.text, words
    assert all(step in found.text for step in advice()[vendor][code].values())
    assert re.findall(r"(?m)^(\d)\. ", found.text) == list("123456")


@BOTH
@EACH
def test_a_letter_is_read_by_somebody_who_left_school_at_fifteen(vendor: str, code: str) -> None:
    """Flesch's reading ease, for French as Kandel and Moles weigh it: 60 and more is plain."""
    text = re.sub(
        r"https?://\S+|\S+@\S+|^\d\. ",
        "",
        plain_part(letter(vendor, code).text),
        flags=re.MULTILINE,
    )
    sentences = [one for one in re.split(r"[.!?:]\s|\n", text) if re.search(r"\w", one)]
    words = re.findall(r"[^\W\d_]+", text)
    syllables = sum(
        max(1, len(re.findall(r"[aeiouyàâéèêëîïôûùœ]+", w.lower().rstrip("es")))) for w in words
    )
    length, weight = len(words) / len(sentences), syllables / len(words)
    ease = 206.835 - 1.015 * length - 84.6 * weight
    if code == "fr":
        ease = 207 - 1.015 * length - 73.6 * weight
    assert ease >= 60, ease
    assert max(len(re.findall(r"\w+", one)) for one in sentences) <= 28


@BOTH
@EACH
def test_a_letter_has_no_jargon_and_no_blame(vendor: str, code: str) -> None:
    said = re.findall(JARGON[code], plain_part(letter(vendor, code).text), re.IGNORECASE)
    assert said == []


@EACH
def test_each_maker_is_one_of_the_vocabulary(vendor: str) -> None:
    (ours,) = folders(None)
    assert vendor == "any" or vendor in read_vocabulary([ours.joinpath("vocabulary")]).names(
        "vendor"
    )


@BOTH
def test_the_html_says_the_same_without_anything_foreign(code: str) -> None:
    found = letter("AVM", code)
    shown = unescape(re.sub(r"<[^>]+>", " ", found.html.partition("</head>")[2]))
    text = re.sub(r"(?m)^\d\. ", "", found.text)
    assert shown.split() == text.split()
    assert set(re.findall(r"<(\w+)", found.html)) <= {
        *("html", "head", "meta", "title", "body", "h2", "p", "ol", "li"),
    }
    assert not re.search(r"(src|href|style|on\w+)=", found.html)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_hostile_words_are_neither_markup_nor_lines(name: str, contact: str, vendor: str) -> None:
    company = Company(name, contact, contact)
    found = letter_for(Seen("192.0.2.7", SEEN.seen_at, vendor), company, language("en"))
    honest = letter("any", "en", Company("x", "y", "z" if contact else ""))
    assert found.html.count("<") == honest.html.count("<")
    assert found.text.count("\n") == honest.text.count("\n")
    assert "\r" not in found.text
