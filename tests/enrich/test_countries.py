"""Words for countries, in both directions."""

import pytest

from gatewatch.enrich.countries import countries, country_code, country_name, pack, unpack


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("IT", "IT"),
        ("it", "IT"),
        ("ITA", "IT"),
        ("Italy", "IT"),
        ("italie", "IT"),
        ("  ITALY ", "IT"),
        ("Côte d’Ivoire", "CI"),
        ("cote divoire", "CI"),
        ("The Netherlands", "NL"),
        ("Korea, Republic of", "KR"),
        ("St. Kitts & Nevis", "KN"),
        ("U.K.", "GB"),
        ("Etats-Unis", "US"),
        ("NA", "NA"),
        ("EU", "EU"),
        ("ap", "AP"),
        ("Kosovo", "XK"),
    ],
)
def test_a_country_is_known_by_many_words(word: str, code: str) -> None:
    assert country_code(word) == code


@pytest.mark.parametrize(
    "word", ["ZZ", "", "-", "Itlay", "the", "A1", "Italy" * 100, "\x00IT\x00x"]
)
def test_what_means_no_country_has_no_code(word: str) -> None:
    assert country_code(word) is None


def test_every_country_of_iso_3166_is_there() -> None:
    """249 countries and territories have an alpha-3 code; each is in use once."""
    alpha3 = [country.alpha3 for country in countries().values() if country.alpha3]
    assert len(alpha3) == len(set(alpha3)) == 249


def test_no_word_means_two_countries() -> None:
    for code, country in countries().items():
        words = [code, country.name, *country.aliases, *filter(None, [country.alpha3])]
        assert {word: country_code(word) for word in words} == dict.fromkeys(words, code)


def test_a_code_without_a_country_is_its_own_name() -> None:
    assert country_name("IT") == country_name("it") == "Italy"
    assert country_name("EU") == "European Union"
    assert country_name("QX") == "QX"


def test_packing_loses_nothing() -> None:
    for code in countries():
        assert unpack(pack(code)) == code
    assert (pack(None), unpack(0)) == (0, None)
    assert pack("IT") == ord("I") * 256 + ord("T")
