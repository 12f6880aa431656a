"""An entry with an error is refused by file, place and mend."""

import tomllib
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from gatewatch.assess.entries import Advisory
from gatewatch.assess.reading import read_advisory, read_weakness
from gatewatch.model.errors import CatalogueBroken

FILE = "cve-2014-9222.toml"
TEXT = files("gatewatch").joinpath("data", "advisories", FILE).read_text("utf-8")
WEAK = files("gatewatch").joinpath("data", "weaknesses", "c10-obsolete.toml").read_text("utf-8")


def changed(change: Callable[[dict[str, Any]], object]) -> Advisory:
    content = tomllib.loads(TEXT)
    change(content)
    return read_advisory(content, FILE)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda it: it.update(colour="red"), 'unknown key "colour"'),
        (lambda it: it.pop("summary"), "no summary"),
        (lambda it: it.pop("references"), "no references"),
        (lambda it: it.update(references=["x"]), "references has x"),
        (lambda it: it.pop("cves"), "no cves"),
        (lambda it: it.update(cves=["CVE-1"]), "cves has CVE-1"),
        (lambda it: it.update(cves=["CVE-2014-9223"]), "name the file cve-2014-9223.toml"),
        (lambda it: it.update(cwe=["CWE-17"]), "cwe has CWE-17"),
        (lambda it: it.update(total="yes"), "total is yes"),
        (lambda it: it.update(case=[]), "no case"),
        (lambda it: it.update(case=["x"]), "case 1 is no table"),
        (lambda it: it["case"][0].update(when={}), "case 1: no when"),
        (lambda it: it["case"][0].update(when={"colour": "red"}), 'nothing is called "colour"'),
        (lambda it: it["case"][0].update(when={"model": "a*b"}), "model: has a star inside"),
        (lambda it: it["case"][0].update(when={"model": 7}), "model is 7"),
        (lambda it: it["case"][0].update(confidence=1.5), "confidence is 1.5"),
        (lambda it: it["case"][0].update(path="air"), "path is air"),
        (lambda it: it["case"][0].update(version="newest"), "version is newest"),
        (lambda it: it["case"][0].update(affected="< four"), "is no version of the scheme"),
        (lambda it: it["versions"].update(scheme="colour"), 'no scheme "colour"'),
        (lambda it: it["versions"].update(of="model"), "of is model"),
        (lambda it: it.pop("versions"), "no versions"),
        (lambda it: it["severity"].update(vector="9.8"), "vector is no CVSS vector"),
        (lambda it: it.update(severity={"score": 11, "version": "3.1", "source": "x"}), "score is"),
        (lambda it: it.update(severity={"score": 1, "version": "9", "source": "x"}), "version is"),
        (lambda it: it["exploited"].update(level="much"), "level is much"),
        (lambda it: it["exploited"].update(date="lately"), "date is lately"),
        (lambda it: it.update(kev={"added": "2024-01-01"}), "as_of is missing"),
        (lambda it: it.update(epss={"score": 2}), "epss: score is 2"),
        (lambda it: it["example"].pop("undecided"), "no example that is undecided"),
        (lambda it: it["example"]["affected"][0].update(verdict="bad"), "verdict is bad"),
        (lambda it: it["example"]["affected"][0].update(verdict="not affected"), "affected, yet"),
        (lambda it: it["example"]["affected"][0]["is"].update(color="x"), 'called "color"'),
        (lambda it: it["example"]["affected"][0]["is"].update(port="8&"), "port is 8&"),
        (lambda it: it["example"]["affected"][0]["is"].update(open="23,80"), "open is 23,80"),
    ],
)  # fmt: skip
def test_an_error_is_named(change: Callable[[dict[str, Any]], object], what: str) -> None:
    with pytest.raises(CatalogueBroken) as caught:
        changed(change)
    assert str(caught.value).startswith(FILE)
    assert what in str(caught.value)


def test_a_file_is_named_after_its_entry() -> None:
    with pytest.raises(CatalogueBroken, match="name is no id"):
        read_advisory(tomllib.loads(TEXT), "CVE 2014.toml")


def test_a_weakness_has_a_level_and_no_exploitation() -> None:
    assert read_weakness(tomllib.loads(WEAK), "c10-obsolete.toml").id == "C10-obsolete"
    with pytest.raises(CatalogueBroken, match="level is severe"):
        read_weakness({**tomllib.loads(WEAK), "level": "severe"}, "c10-obsolete.toml")
    with pytest.raises(CatalogueBroken, match='unknown key "kev"'):
        read_weakness({**tomllib.loads(WEAK), "kev": {}}, "c10-obsolete.toml")
