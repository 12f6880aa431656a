# Invariant: any answer is identified without raising and in bounded time; looking for texts first,
# going by a first letter and remembering dismiss nothing that a pattern matches; what matched
# never nearly matched; evidence is short and stands in the answer.
"""Tries identify/matcher.py with identify/reading.py and identify/nearly.py."""

from fuzz.answers import ANSWERS, TOKENS, split

from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.matcher import identify, readings_of
from gatewatch.identify.nearly import nearly
from gatewatch.identify.patterns import length_of
from gatewatch.model.observation import Answer, Outcome, Spoke
from gatewatch.protocol.facts import read_facts
from gatewatch.protocol.masking import mask

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = ANSWERS
_KNOWN = catalogue()
_SUMMED = "signs/cwmp"


def one(data: bytes) -> None:
    """Identifies `data` as an answer."""
    head, body = split(data)
    answer = mask(Answer(Spoke.HTTP, Outcome.SUCCESS, head, body), "192.0.2.7")
    features = read_facts(answer).features
    for reading in readings_of(_KNOWN).of(features):
        value = features[reading.feature][: length_of(reading.feature)]
        found = [entry.id for entry, _ in reading.hits]
        entries = _KNOWN.fingerprints.get(reading.feature, ())
        assert found == [one.id for one in entries if one.pattern.regex.search(value)]
    said = identify(features, _KNOWN).assertions
    for assertion in said:
        assert 0 < assertion.confidence <= 1
        assert len(assertion.evidence) <= 200
    matched = {assertion.rule for assertion in said} - {_SUMMED}
    assert not matched & {near.fingerprint.rule for near in nearly(features, _KNOWN)}
