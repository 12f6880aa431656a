"""What people read, in their language: sentences by gettext catalogues, numbers and days by habit.

The English sentence in the code is the key. A language is one file, `data/languages/<code>.po`
(GNU gettext), read when it is first asked for: nothing has to be compiled, and `msgfmt` is on
few machines. Its header also says how numbers are written there. A sentence without translation
stays English; a test sees that there is none.

Only words for people go through here. What programs read never changes with the language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from struct import pack

from gatewatch.model.hostile import shown

__all__ = ["ENGLISH", "Language", "Words", "catalogue_of", "entries", "language", "languages"]

_SOURCE = "en"
_KEYWORD = re.compile(r'(msgid_plural|msgid|msgstr(?:\[\d\])?)?\s*"(.*)"')
_ESCAPES = {"n": "\n", "t": "\t"}
# The folder itself: importlib.resources would take longer to load than all the rest of --help.
_FOLDER = Path(__file__).parents[1] / "data" / "languages"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


# A query is the longest that a sentence quotes.
_LONGEST = 2000


class Words(str):
    """A sentence of ours: what it quotes is escaped already, so it is shown as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Language:
    """One language, and what is said in it.

    Among the values of a sentence, whole numbers are written in its habit, all else is escaped.
    """

    code: str
    thousands: str = ","
    decimal: str = "."
    per_cent: str = " %"
    catalogue: NullTranslations = field(default_factory=NullTranslations)

    def phrase(self, sentence: str, /, **values: object) -> Words:
        """`sentence` in this language, its `{places}` filled with `values`."""
        return self._filled(self.catalogue.gettext(sentence), values)

    def plural(self, one: str, many: str, n: int, /, **values: object) -> Words:
        """The form for `n` things, which the sentence calls `{n}`."""
        return self._filled(self.catalogue.ngettext(one, many, n), {"n": n, **values})

    def number(self, value: float, decimals: int = 0) -> Words:
        """`value` with thousands separators and so many decimals; a whole number without."""
        text = f"{value:,d}" if isinstance(value, int) else f"{value:,.{decimals}f}"
        return Words(text.translate({ord(","): self.thousands, ord("."): self.decimal}))

    def share(self, part: float) -> Words:
        """A fraction of one as per cent with one decimal."""
        return Words(f"{self.number(part * 100.0, 1)}{self.per_cent}")

    def day(self, text: str) -> str:
        """A day or moment (ISO 8601) as a day; other text as it is."""
        if not re.match(r"\d{4}-(0[1-9]|1[0-2])-\d\d(?!\d)", text):
            return text
        year, month, day = text[:4], _MONTHS[int(text[5:7]) - 1], int(text[8:10])
        if day == 1:
            return self.phrase("1 {month} {year}", month=self.phrase(month), year=year)
        return self.phrase("{day} {month} {year}", day=day, month=self.phrase(month), year=year)

    def plain(self) -> "Language":
        """The same for places that have no narrow blanks."""
        return replace(self, thousands=_plain(self.thousands), per_cent=_plain(self.per_cent))

    def _filled(self, sentence: str, values: dict[str, object]) -> Words:
        return Words(sentence.format_map({name: self._said(one) for name, one in values.items()}))

    def _said(self, value: object) -> Words:
        if isinstance(value, Words):
            return value
        return self.number(value) if isinstance(value, int) else Words(shown(value, _LONGEST))


ENGLISH = Language(_SOURCE)


def languages() -> list[str]:
    """The codes of all languages; the folder is the list."""
    return sorted([_SOURCE, *(path.stem for path in _FOLDER.glob("*.po"))])


@cache
def language(code: str) -> Language:
    """The language with this code, one of `languages()`."""
    if code == _SOURCE:
        return ENGLISH
    catalogue = catalogue_of((_FOLDER / f"{code}.po").read_text("utf-8"))
    about = catalogue.info()
    return Language(
        code,
        thousands=about["x-thousands"].strip("'"),
        decimal=about["x-decimal"].strip("'"),
        per_cent=about["x-per-cent"].strip("'"),
        catalogue=catalogue,
    )


def catalogue_of(text: str) -> GNUTranslations:
    """The catalogue that a .po file holds."""
    return GNUTranslations(BytesIO(_compiled(text)))


def entries(text: str) -> Iterator[dict[str, str]]:
    """The entries of a .po file: `msgid`, `msgstr`, or `msgid_plural` and `msgstr[0]` ..."""
    for block in re.split(r"\n\s*\n", text):
        entry: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            found = _KEYWORD.match(line)
            if found:
                key = found[1] or key
                text = re.sub(r"\\(.)", lambda sign: _ESCAPES.get(sign[1], sign[1]), found[2])
                entry[key] = entry.get(key, "") + text
        if entry:
            yield entry


def _plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def _compiled(text: str) -> bytes:
    """A .po file as a .mo file, the form that Python's gettext reads (GNU gettext manual, 10.3)."""
    # An entry without translation is left out, so that its English is said.
    pairs = sorted(pair for pair in map(_pair, entries(text)) if pair[1].strip(b"\0"))
    tables, strings = b"", b""
    start = 28 + 16 * len(pairs)
    for column in (0, 1):
        for pair in pairs:
            tables += pack("<II", len(pair[column]), start + len(strings))
            strings += pair[column] + b"\0"
    head = pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + tables + strings


def _pair(entry: dict[str, str]) -> tuple[bytes, bytes]:
    key = "\0".join(entry[name] for name in ("msgid", "msgid_plural") if name in entry)
    forms = [entry[name] for name in sorted(entry) if name.startswith("msgstr")]
    return key.encode(), "\0".join(forms).encode()
