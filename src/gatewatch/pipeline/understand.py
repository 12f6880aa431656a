"""Responses understood: facts and identity joined into one row each, and kept up to date.

The understanding is derived from responses and catalogue and can always be rebuilt; it stands
in a folder named by the catalogue, one file beside each responses file, so that a better
catalogue reads a hundred thousand responses once and all history is understood anew.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from gatewatch.identify.catalogue import catalogue, catalogue_id
from gatewatch.identify.matcher import identify
from gatewatch.model.fields import FIELDS, Home
from gatewatch.model.identity import Identity
from gatewatch.model.observation import Answer, Mark, Outcome, Spoke
from gatewatch.protocol.facts import Facts, read_facts
from gatewatch.store.durable import settle, writing
from gatewatch.store.lake import Lake
from gatewatch.store.lock import writer_lock
from gatewatch.store.schema import connect, parquet

__all__ = ["Understood", "answer_of", "explain", "open_lake", "understood"]

_NAMES = (
    "response",
    *(name for name, entry in FIELDS.items() if entry.home is Home.RESPONSE),
)

Understood = tuple[Any, ...]
"""A row of the understanding, in the order of `store.schema.UNDERSTANDING`."""

StoredRow = tuple[Any, ...]
"""A row of a responses file, in the order of its columns."""


def open_lake(path: Path, overlay: Path | None = None) -> Lake:
    """The lake at `path`, understood with today's catalogue and the user's `overlay` folder.

    When the catalogue changed since the last import, the responses are read again first, which
    takes some seconds for a hundred thousand of them.
    """
    lake = Lake.open(path)
    today = catalogue_id(overlay)
    lake = Lake(lake.path, replace(lake.manifest, catalogue=today))
    missing = [file for file in lake.response_files() if not lake.understanding_file(file).exists()]
    if missing:
        with writer_lock(path):
            for file in missing:
                _rebuild(lake, file, overlay)
    return lake


def explain(answer: Answer, overlay: Path | None = None) -> tuple[Facts, Identity]:
    """What a masked answer says by itself, and what is believed of it with the evidence."""
    facts = read_facts(answer)
    return facts, identify(facts.features, catalogue(overlay))


def understood(response: int, masked: Answer, overlay: Path | None = None) -> Understood:
    """The row of the understanding for a response."""
    facts, identity = explain(masked, overlay)
    values: dict[str, Any] = {"response": response, **facts.fields}
    best = identity.best()
    for name, (value, _) in best.items():
        values[name] = value
    if best:
        # However many hints agree, an answer proves nothing.
        values["confidence"] = min(99, round(100 * max(sure for _, sure in best.values())))
    return tuple(map(values.get, _NAMES))


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


def _rebuild(lake: Lake, responses: Path, overlay: Path | None) -> None:
    # numpy, which this needs, would cost every report a tenth of a second.
    from gatewatch.store.snapshots import write_understanding

    target = lake.understanding_file(responses)
    staged = lake.path / "tmp" / f"understanding-{responses.name}"
    with writing(lake.path):
        staged.parent.mkdir(parents=True, exist_ok=True)
        con = connect(threads=1)
        try:
            found = con.execute(f"SELECT * FROM {parquet([responses])}")
            rows = [
                understood(row[0], answer_of(row), overlay)
                for batch in iter(lambda: found.fetchmany(2048), [])
                for row in batch
            ]
            write_understanding(con, rows, staged)
        finally:
            con.close()
        settle(staged, target)
