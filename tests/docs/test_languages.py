"""Every sentence has its translation, with the same places, and no translation is left over."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2.ext import extract_from_ast

from gatewatch.model.language import entries, languages
from gatewatch.web.render import environment

SOURCE = Path(__file__).parents[2] / "src" / "gatewatch"
FOLDER = SOURCE / "data" / "languages"
TRANSLATED = [code for code in languages() if code != "en"]
EACH = pytest.mark.parametrize("code", TRANSLATED)
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
WORDS = {"phrase": 1, "plural": 2}
"""How many sentences each of them takes."""
TEMPLATED = {"_": 1, "ngettext": 2}


def calls() -> Iterator[tuple[str, ast.Call, int]]:
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name == "language.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in WORDS:
                yield f"{path.name}:{node.lineno}", node, WORDS[node.func.attr]


def in_templates() -> Iterator[tuple[str, ...]]:
    """What templates hand to `_` and `ngettext`."""
    for path in sorted((SOURCE / "web").rglob("*.html")):
        tree = environment("en").parse(path.read_text(encoding="utf-8"))
        for _, word, said in extract_from_ast(tree, ("_", "ngettext")):
            parts = (said,) if isinstance(said, str) else tuple(said or ())
            yield tuple(map(str, parts[: TEMPLATED[word]]))


def sentences() -> set[tuple[str, ...]]:
    """The keys: one sentence, or the singular and the plural."""
    found: set[tuple[str, ...]] = {(month,) for month in MONTHS}
    found |= {("1 {month} {year}",), ("{day} {month} {year}",)}
    for _, node, count in calls():
        values = [arg.value for arg in node.args[:count] if isinstance(arg, ast.Constant)]
        found.add(tuple(map(str, values)))
    return found | set(in_templates())


def catalogue(code: str) -> dict[tuple[str, ...], list[str]]:
    text = (FOLDER / f"{code}.po").read_text(encoding="utf-8")
    found = {}
    for entry in entries(text):
        key = tuple(entry[name] for name in ("msgid", "msgid_plural") if name in entry)
        assert key not in found, f"{code}.po has this twice: {key}"
        found[key] = [entry[name] for name in sorted(entry) if name.startswith("msgstr")]
    del found[("",)]
    return found


def places(sentence: str) -> list[str]:
    return sorted(re.findall(r"\{.*?\}", sentence))


def test_sentences_stand_in_the_code_as_they_are() -> None:
    """What is put together by the program, nobody can translate."""
    wrong = [
        where
        for where, node, count in calls()
        if len(node.args) < count or not all(isinstance(a, ast.Constant) for a in node.args[:count])
    ]
    assert not wrong, f"hand a sentence itself to phrase and plural: {', '.join(wrong)}"


@EACH
def test_every_sentence_has_its_translation(code: str) -> None:
    missing = sorted(sentences() - set(catalogue(code)))
    lines = "\n".join(f'msgid "{one[0]}"' for one in missing)
    assert not missing, f"add to src/gatewatch/data/languages/{code}.po:\n{lines}"


@EACH
def test_no_translation_is_left_over(code: str) -> None:
    assert not sorted(set(catalogue(code)) - sentences())


@EACH
def test_no_translation_is_empty_and_plurals_have_all_their_forms(code: str) -> None:
    for key, forms in catalogue(code).items():
        assert len(forms) == len(key), key
        assert all(forms), key


@EACH
def test_each_translation_has_the_same_places(code: str) -> None:
    for key, forms in catalogue(code).items():
        assert [places(form) for form in forms] == [places(one) for one in key], key


def test_french_has_narrow_blanks_where_it_wants_them() -> None:
    for forms in catalogue("fr").values():
        for form in forms:
            assert not re.search(r"[ \xa0][:;?!%]|\w[:;?!]\s|\w%", form), form
