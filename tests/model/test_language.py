import pytest

from gatewatch.model.language import (
    ENGLISH,
    Language,
    Words,
    catalogue_of,
    entries,
    language,
    languages,
)

FRENCH = language("fr")


def test_the_folder_is_the_list() -> None:
    assert languages() == ["en", "fr"]


@pytest.mark.parametrize(
    ("value", "decimals", "english", "french"),
    [
        (0, 0, "0", "0"),
        (812_345, 0, "812,345", "812\u202f345"),
        (1234.56, 1, "1,234.6", "1\u202f234,6"),
        (-1234.5, 2, "-1,234.50", "-1\u202f234,50"),
        (2.5e9, 0, "2,500,000,000", "2\u202f500\u202f000\u202f000"),
    ],
)
def test_numbers_follow_the_habit_of_the_language(
    value: float, decimals: int, english: str, french: str
) -> None:
    assert ENGLISH.number(value, decimals) == english
    assert FRENCH.number(value, decimals) == french


def test_shares_follow_it_too() -> None:
    assert (ENGLISH.share(0.5134), FRENCH.share(0.5134)) == ("51.3 %", "51,3\u202f%")


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ("2019-01-29", "29 January 2019", "29 janvier 2019"),
        ("2020-08-01T10:00:00Z", "1 August 2020", "1er août 2020"),
        ("2019-13-01", "2019-13-01", "2019-13-01"),
        ("2019-01-299", "2019-01-299", "2019-01-299"),
        ("first scan", "first scan", "first scan"),
    ],
)
def test_days_follow_it_and_other_words_stay(text: str, english: str, french: str) -> None:
    assert (ENGLISH.day(text), FRENCH.day(text)) == (english, french)


def test_a_sentence_without_translation_stays_english() -> None:
    assert FRENCH.phrase("{n} stones on {where}", n=1200, where="Io") == "1\u202f200 stones on Io"


@pytest.mark.parametrize(("n", "words"), [(0, "0 stones"), (1, "1 stone"), (1200, "1,200 stones")])
def test_one_is_one_and_many_are_many(n: int, words: str) -> None:
    assert ENGLISH.plural("{n} stone", "{n} stones", n) == words


def test_what_a_sentence_quotes_is_escaped_and_what_is_ours_is_not() -> None:
    said = ENGLISH.phrase("{a} and {b}", a="\x1b{b}\u202e", b=FRENCH.share(0.5))
    assert said == "\\x1b{b}\\u202e and 50,0\u202f%"
    assert isinstance(said, Words)


def test_a_place_without_narrow_blanks_gets_plain_ones() -> None:
    assert FRENCH.plain().number(1200) == "1 200"
    assert FRENCH.plain().share(0.5) == "50,0 %"


def made(text: str) -> Language:
    """French, with these entries instead of its own."""
    header = '\nmsgid ""\nmsgstr ""\n"Plural-Forms: nplurals=2; plural=n > 1;\\n"\n'
    header += '"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    return Language("fr", catalogue=catalogue_of(header + text))


def test_a_catalogue_is_gettext() -> None:
    text = """# a remark
msgid ""
"stone "
"\\"{name}\\""
msgstr "pierre « {name} »\\n\\tici \\\\"

#, fuzzy
msgid "{n} stone"
msgid_plural "{n} stones"
msgstr[0] "{n} pierre"
msgstr[1] "{n} pierres"
"""
    assert [sorted(entry) for entry in entries(text)] == [
        ["msgid", "msgstr"],
        ["msgid", "msgid_plural", "msgstr[0]", "msgstr[1]"],
    ]
    words = made(text)
    assert words.phrase('stone "{name}"', name="A") == "pierre « A »\n\tici \\"
    assert [words.plural("{n} stone", "{n} stones", n) for n in (0, 1, 2)] == [
        "0 pierre",
        "1 pierre",
        "2 pierres",
    ]


def test_an_empty_translation_is_none() -> None:
    assert made('msgid "stone"\nmsgstr ""\n').phrase("stone") == "stone"
