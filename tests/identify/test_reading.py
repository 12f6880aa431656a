"""What is seen in one text: quickly, and as if every pattern had been tried."""

import pytest

from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.matcher import readings_of
from gatewatch.identify.patterns import length_of
from gatewatch.protocol.facts import FEATURES

ENTRIES = [entry for several in catalogue().fingerprints.values() for entry in several]
TEXTS = sorted(
    {
        (entry.feature, example.value)
        for entry in ENTRIES
        for example in (*entry.examples, *entry.counter_examples)
    }
)


@pytest.mark.parametrize("feature", FEATURES)
def test_no_entry_is_passed_over(feature: str) -> None:
    """Every example of every feature, read as a text of this one."""
    entries = catalogue().fingerprints.get(feature, ())
    for _, text in TEXTS:
        value = text[: length_of(feature)]
        (reading,) = readings_of(catalogue()).of({feature: text})
        expected = [entry for entry in entries if entry.pattern.regex.search(value)]
        assert [entry for entry, _ in reading.hits] == expected


def test_what_reads_alike_is_one_object() -> None:
    """Conclusions are remembered by it."""
    readings = readings_of(catalogue())
    (first,) = readings.of({"http.body": "<p>one</p>"})
    (second,) = readings.of({"http.body": "<p>another</p>"})
    (empty,) = readings.of({"http.body": ""})
    assert first is second
    assert empty is not first


def test_conditions_are_seen_where_their_text_meets_them() -> None:
    readings = readings_of(catalogue())
    (allow,) = readings.of({"http.header": "server: x\nallow: POST"})
    (other,) = readings.of({"http.header": "server: x\nallow: GET"})
    assert {one.pattern.regex.pattern for one in allow.holds - other.holds} == {"(?m)^allow: POST$"}
