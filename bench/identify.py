"""How long does it take to understand what a hundred thousand different answers say?

First 100,000 distinct answers, with the whole catalogue on one core: features to identity, the
facts before it, and the whole row. Then a lake of 20 million services in 12 snapshots whose
catalogue has changed: only its responses are read again, so the rows cost nothing. The
peer is what everybody writes first: each pattern tried on each answer's text in turn, with
nothing remembered. Seconds are CPU time, since neighbours slow a clock.

    python bench/identify.py [--answers 100000] [--services 20000000] [--snapshots 12]
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from answers import KINDS, PORT, line_parts
from gatewatch.formats.given import Given
from gatewatch.formats.read import readers
from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.matcher import identify
from gatewatch.model.observation import Answer, Observation
from gatewatch.pipeline.understand import open_lake, understood
from gatewatch.protocol.facts import Facts, read_facts
from gatewatch.protocol.masking import mask
from gatewatch.store.manifest import load_manifest, save_manifest
from report import build_lake

HOST = "192.0.2.1"
TRIED = 2_000


def main() -> None:
    """Both questions, each in a line or two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--services", type=int, default=20_000_000)
    parser.add_argument("--snapshots", type=int, default=12)
    args = parser.parse_args()
    identification(list(distinct(args.answers)))
    if args.services:
        with tempfile.TemporaryDirectory(prefix="bench-identify-") as folder:
            understanding_anew(Path(folder) / "lake", args.services, args.snapshots)


def distinct(count: int) -> Iterator[Answer]:
    """`count` masked answers, no two alike."""
    reader = readers()["zgrab2"]
    seen: set[tuple[bytes, bytes]] = set()
    for kind in range(KINDS):
        a, b, c = line_parts(kind)
        line = (
            f'{{"ip":"{HOST}{a}Fri, 20 Nov 2026 00:00:00 GMT{b}{"a1" * 16}{c}{HOST}:{PORT}",'
            f'"path":"/"}},"host":"{HOST}:{PORT}"}}}}}},"timestamp":"2026-11-20T00:00:00Z"}}}}}}'
        )
        (found,) = reader.read(BytesIO(line.encode() + b"\n"), Given("bench"))
        assert isinstance(found, Observation)
        answer = mask(found.answer, HOST)
        if (answer.head, answer.body) not in seen:
            seen.add((answer.head, answer.body))
            yield answer
        if len(seen) == count:
            return


def identification(answers: Sequence[Answer]) -> None:
    """Seconds for all of them, step by step, and the peer's for as many."""
    known = catalogue()
    entries = sum(map(len, known.fingerprints.values()))
    print(f"{len(answers):,} distinct answers, {entries} fingerprints, one core, CPU time")
    facts = timed("facts of the answers", answers, read_facts)
    timed("identity from the facts", facts, lambda one: identify(one.features, known))
    identify.__globals__["readings_of"].cache_clear()
    identify.__globals__["_concluded"].cache_clear()
    timed("the whole row, nothing remembered before", answers, lambda one: understood(1, one))
    timed("peer: identity from the facts", facts[:TRIED], peer, len(facts) / TRIED)


def timed(
    what: str, items: Sequence[Any], work: Callable[[Any], Any], scale: float = 1.0
) -> list[Any]:
    """Runs `work` on all items and prints how long that took, times `scale`."""
    started = time.process_time()
    done = [work(one) for one in items]
    taken = (time.process_time() - started) * scale
    print(f"  {what:<42} {taken:6.2f} s")
    return done


def peer(facts: Facts) -> list[str]:
    """Every pattern on every text."""
    return [
        entry.id
        for feature, value in facts.features.items()
        for entry in catalogue().fingerprints.get(feature, ())
        if entry.pattern.regex.search(value)
    ]


def understanding_anew(lake: Path, services: int, snapshots: int) -> None:
    """Seconds until a lake of many snapshots is understood with another catalogue."""
    build_lake(lake, services)
    repeat_snapshot(lake, snapshots)
    shutil.rmtree(lake / "understanding")
    responses = json.loads((lake / "manifest.json").read_bytes())["lake"]["responses"]
    before, started = os.times(), time.perf_counter()
    opened = open_lake(lake)
    wall, after = time.perf_counter() - started, os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    with opened.reading([info.id for info in opened.snapshots]) as con:
        rows, kinds = con.execute(
            "SELECT (SELECT sum(n) FROM totals), (SELECT count(*) FROM understanding)"
        ).fetchall()[0]
    print(
        f"{int(rows):,} services in {len(opened.snapshots)} snapshots, {kinds:,} responses in "
        f"{len(responses)} file: understood anew in {wall:.1f} s, {cpu:.1f} s CPU"
    )


def repeat_snapshot(lake: Path, snapshots: int) -> None:
    """The lake's one snapshot once more for each further day: the same rows, no more disk."""
    manifest = load_manifest(lake)
    assert manifest is not None
    (first,) = manifest.snapshots
    several = [first]
    for number in range(1, snapshots):
        again = replace(first, id=f"{first.id}-{number + 1}")
        folder = lake / "snapshots" / again.id
        folder.mkdir()
        for file in (lake / "snapshots" / first.id).iterdir():
            os.link(file, folder / file.name)
        several.append(again)
    save_manifest(lake, replace(manifest, snapshots=tuple(several)))


if __name__ == "__main__":
    main()
