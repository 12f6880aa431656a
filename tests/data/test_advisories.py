"""Every advisory and weakness, proven by its own examples; and what none of them may say."""

import re

import pytest

from gatewatch.assess.catalogue import catalogue
from gatewatch.assess.entries import Advisory
from gatewatch.assess.proof import failures
from gatewatch.assess.score import Verdict
from gatewatch.identify.catalogue import catalogue as fingerprints
from gatewatch.identify.vocabulary import LISTS

ENTRIES = catalogue().entries
EACH = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
ADVISORIES = [entry for entry in ENTRIES.values() if entry.level is None]


@EACH
def test_an_entry_says_of_its_examples_what_it_has_to(entry: Advisory) -> None:
    assert list(failures(entry)) == []


@EACH
def test_texts_are_sentences(entry: Advisory) -> None:
    texts = [entry.summary, entry.fix, entry.decidable, *(case.because for case in entry.cases)]
    assert [text for text in texts if not text.endswith(".") or len(text) > 320] == []
    assert not entry.name.endswith(".")


@EACH
def test_names_in_conditions_are_those_that_fingerprints_use(entry: Advisory) -> None:
    vocabulary = fingerprints().vocabulary
    for case in entry.cases:
        for name, patterns in (*case.when, *case.unless):
            for pattern in patterns if name in LISTS else ():
                assert vocabulary.canonical(name, pattern.text), (name, pattern.text)


def test_a_version_alone_makes_nothing_vulnerable() -> None:
    signs = [(entry.id, case) for entry in ADVISORIES for case in entry.cases if case.behaviour]
    assert [name for name, _ in signs] == ["CVE-2016-10372"]
    assert all(case.versions is None for _, case in signs)


def test_the_catalogue_is_whole() -> None:
    """So many rows has the catalogue that this one was made from; one is not of a CPE."""
    assert len(ADVISORIES) >= 77
    rules = [entry.id for entry in ENTRIES.values() if entry.level is not None]
    assert [rule[:3] for rule in rules] == [f"C{number:02}" for number in range(1, 15)]
    assert "CVE-2019-7161" not in ENTRIES


@pytest.mark.parametrize("entry", ADVISORIES, ids=lambda entry: entry.id)
def test_each_claim_about_exploitation_has_source_and_date(entry: Advisory) -> None:
    if entry.exploited is not None:
        assert entry.exploited.source
        assert re.match(r"20\d\d", entry.exploited.date)
    if entry.kev is not None:
        assert entry.kev.added <= entry.kev.as_of
    if entry.severity is not None:
        assert entry.severity.source


def test_one_flaw_with_two_numbers_is_one_entry() -> None:
    assert ENTRIES["CVE-2020-13576"].cves == ("CVE-2020-13576", "CVE-2021-21783")
    numbers = [cve for entry in ADVISORIES for cve in entry.cves]
    assert len(numbers) == len(set(numbers))


def test_no_example_of_gsoap_is_vulnerable_to_devils_ivy() -> None:
    expected = {example.expected for example in ENTRIES["CVE-2017-9765"].examples}
    assert Verdict.VULNERABLE not in expected
