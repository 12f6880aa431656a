"""Responses understood: facts, identity and findings joined into one row each, kept up to date.

The understanding is derived from responses and catalogue and can always be rebuilt; it stands
in a folder named by the catalogue, one file beside each responses file, so that a better
catalogue reads a hundred thousand responses once and all history is understood anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from gatewatch.assess.catalogue import catalogue as weaknesses
from gatewatch.assess.catalogue import catalogue_id as weaknesses_id
from gatewatch.assess.conditions import Subject
from gatewatch.assess.findings import Assessment
from gatewatch.assess.matcher import assess
from gatewatch.assess.score import band_of
from gatewatch.assess.tables import stored_feeds
from gatewatch.identify.catalogue import catalogue as fingerprints
from gatewatch.identify.catalogue import catalogue_id as fingerprints_id
from gatewatch.identify.matcher import identify
from gatewatch.model.fields import FIELDS, Home
from gatewatch.model.identity import Identity
from gatewatch.model.knowledge import OURS, Knowledge, version_of
from gatewatch.model.observation import Answer, Mark, Outcome, Spoke
from gatewatch.protocol.facts import Facts, read_facts
from gatewatch.store.lake import Lake
from gatewatch.store.lock import writer_lock
from gatewatch.store.schema import SURENESS

__all__ = [
    "Understood",
    "answer_of",
    "catalogue_id",
    "explain",
    "known_to",
    "open_lake",
    "subject_of",
    "understood",
]

_NAMES = (
    "response",
    *(name for name, entry in FIELDS.items() if entry.home is Home.RESPONSE and not entry.computed),
    *SURENESS,
)
# What conditions of weaknesses ask of an answer, besides its features.
_SAID = ("spoke", "status", "server", "realm", "auth.scheme", "title", "content.type")

Understood = tuple[Any, ...]
"""A row of the understanding, in the order of `store.schema.UNDERSTANDING`."""

StoredRow = tuple[Any, ...]
"""A row of a responses file, in the order of its columns."""


def open_lake(path: Path, overlay: Path | None = None, seconds: float | None = None) -> Lake:
    """The lake at `path`, understood with today's catalogue and the user's `overlay` folder.

    One reading of it may take `seconds`.

    When the catalogue changed since the last import, the responses are read again first, which
    takes some seconds for a hundred thousand of them.
    """
    lake = Lake.open(path)
    knowledge = known_to(path, overlay)
    today = catalogue_id(knowledge)
    lake = Lake(lake.path, replace(lake.manifest, catalogue=today), seconds)
    missing = [file for file in lake.response_files() if not lake.understanding_file(file).exists()]
    if missing:
        # What this needs would cost every report a tenth of a second.
        from gatewatch.pipeline.rebuild import rebuild

        # What is wrong with these is told here, not by a process.
        fingerprints(overlay)
        weaknesses(knowledge)
        with writer_lock(path):
            rebuild(lake, missing, partial(_read_again, knowledge))
    return lake


def known_to(lake: Path, overlay: Path | None = None) -> Knowledge:
    """What the lake's answers are understood by; raises LakeCorrupt."""
    return Knowledge(overlay, stored_feeds(lake))


def catalogue_id(knowledge: Knowledge = OURS) -> str:
    """16 hex digits that stand for all knowledge: fingerprints, weaknesses, imported feeds."""
    ids = (fingerprints_id(knowledge.overlay), weaknesses_id(knowledge))
    return version_of([("ids", " ".join(ids).encode()), ("columns", " ".join(_NAMES).encode())])


def explain(answer: Answer, overlay: Path | None = None) -> tuple[Facts, Identity]:
    """What a masked answer says by itself, and what is believed of it with the evidence."""
    facts = read_facts(answer)
    return facts, identify(facts.features, fingerprints(overlay))


def subject_of(facts: Facts, best: Mapping[str, tuple[str, float]]) -> Subject:
    """The answer as `assess` takes it; `best` is that of its identity."""
    fields, said = facts.fields, dict(facts.features)
    for name in _SAID:
        if fields[name] is not None:
            said[name] = str(fields[name])
    if "http.body" in said:
        said["body.size"] = str(len(said["http.body"]))
    return Subject(best, said)


def understood(response: int, masked: Answer, knowledge: Knowledge = OURS) -> Understood:
    """The row of the understanding for a response."""
    facts, identity = explain(masked, knowledge.overlay)
    values: dict[str, Any] = {"response": response, **facts.fields}
    best = identity.best()
    for name, (value, _) in best.items():
        values[name] = value
    if best:
        # However many hints agree, an answer proves nothing.
        values["confidence"] = min(99, round(100 * max(sure for _, sure in best.values())))
    values |= _assessed(assess(subject_of(facts, best), weaknesses(knowledge)))
    return tuple(map(values.get, _NAMES))


def _read_again(knowledge: Knowledge, row: StoredRow) -> Understood:
    return understood(row[0], answer_of(row), knowledge)


@lru_cache(maxsize=4096)
def _assessed(found: Assessment) -> Mapping[str, Any]:
    """The columns of an assessment; a few hundred stand for all answers."""
    present = [(one.id, round(100 * one.c), str(one.verdict)) for one in found.present]
    numbered = [
        (cve, round(100 * one.c), str(one.verdict))
        for one in found.present
        for cve in one.entry.cves
    ]
    names, sure, words = map(list, zip(*present, strict=True)) if present else (None, None, None)
    cves, likely, told = map(list, zip(*numbered, strict=True)) if numbered else (None, None, None)
    return {
        "finding": names, "finding_sure": sure, "finding_verdict": words,
        "cve": cves, "cve_sure": likely, "cve_verdict": told,
        "verdict": None if found.verdict is None else str(found.verdict),
        "risk": None if found.risk is None else round(found.risk),
        "risk.band": None if found.risk is None else band_of(found.risk),
    }  # fmt: skip


def answer_of(row: StoredRow) -> Answer:
    """The masked answer in a row of a responses file."""
    _, spoke, outcome, head, body, marks, tls, *_ = row
    pairs = (line.partition("=") for line in tls.split("\n") if line)
    return Answer(
        Spoke(spoke),
        Outcome(outcome),
        bytes(head),
        bytes(body),
        frozenset(Mark(mark) for mark in marks.split(",") if mark),
        tuple((name, value) for name, _, value in pairs),
    )
