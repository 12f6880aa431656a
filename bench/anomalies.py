"""Does `report --anomaly` find what is there, and nothing else?

A lake of twelve snapshots is made of networks that differ by nature (each buys its own mix of
devices, sizes drift, hosts come and go), and 200 known anomalies are planted into it: kinds that
hardly exist, values out of proportion, values that are new, networks that break off or shoot up,
each for a known reason. What is reported is held against what was planted.

    python bench/anomalies.py [--services 1000000] [--seed 1]
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from answers import PORT, START, line_parts
from gatewatch.formats.given import Given
from gatewatch.formats.read import readers
from gatewatch.model.fields import FIELDS
from gatewatch.model.snapshot import Source
from gatewatch.pipeline.gather import Batch, Gatherer
from gatewatch.pipeline.ingest import ingest
from gatewatch.query.nodes import EVERYTHING
from gatewatch.query.scope import scope
from gatewatch.report.anomaly.finding import Anomaly, Kind, Verdict
from gatewatch.report.anomaly.search import anomalies
from gatewatch.store.lake import Lake
from gatewatch.store.schema import UNDERSTANDING, connect
from gatewatch.store.snapshots import write_understanding
from gatewatch.store.spool import Columns

Ints = npt.NDArray[np.int64]
SNAPSHOTS, NETWORKS, COUNTRIES, PRODUCTS, TYPES, VENDORS, SOFTWARE = 12, 300, 20, 60, 6, 12, 9
RARE_TYPES, RARE_MODELS, OVER, UNDER, NEW = 15, 15, 40, 10, 40
SILENT, HALVED, RISEN, RENUMBERED, FAULTY, PATCHED = 15, 15, 15, 15, 10, 10
FIRST_BLOCK, FAULT_BLOCK, OTHER_BLOCK = 0x0B00, 0x3000, 0x5000
"""The first /16 of the usual networks, of those of the faulty scan, of those moved to."""


@dataclass
class Planted:
    """What was planted, and what is looked for."""

    rare: set[str] = field(default_factory=set)
    over: dict[int, int] = field(default_factory=dict)
    """Network to the product it has too many of."""
    under: dict[int, int] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)
    broken: dict[int, Verdict] = field(default_factory=dict)

    def total(self) -> int:
        """How many anomalies."""
        return sum(map(len, (self.rare, self.over, self.under, self.new, self.broken)))


def main() -> None:
    """Makes the lake, searches it, prints recall and false alarms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=1_000_000, help="in each snapshot")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", action="store_true", help="print what was missed or false")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-anomalies-") as folder:
        started = time.perf_counter()
        world = World(args.services, args.seed)
        world.write(Path(folder) / "lake")
        took = time.perf_counter() - started
        print(f"{SNAPSHOTS} snapshots of some {args.services:,} services written in {took:.0f} s")
        print(f"{world.planted.total()} anomalies planted")
        lake = Lake.open(Path(folder) / "lake")
        started = time.perf_counter()
        found = anomalies(lake, scope(EVERYTHING, lake.snapshots))
        print(f"searched in {time.perf_counter() - started:.1f} s: {len(found)} findings")
        judge(world.planted, found, show=args.show)


class World:
    """Networks, their devices, and what is planted."""

    def __init__(self, services: int, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        rng = self.rng
        self.planted = Planted()
        rare = [f"rare-{n}" for n in range(RARE_TYPES)] + [f"Odd {n}" for n in range(RARE_MODELS)]
        self.planted.rare = set(rare)
        self.common = rng.permutation(1 / np.arange(1, PRODUCTS + 1) ** 0.8)
        self.common /= self.common.sum()
        self.sizes = rng.lognormal(0, 0.6, NETWORKS) + 0.3
        self.sizes = np.minimum(self.sizes / self.sizes.sum() * services, 30_000).astype(np.int64)
        self.mixes = np.array([rng.dirichlet(400 * self.common) for _ in range(NETWORKS)])
        self.country = rng.integers(0, COUNTRIES, NETWORKS)
        self.block = FIRST_BLOCK + np.arange(NETWORKS)
        free = iter(rng.permutation(NETWORKS).tolist())
        self._plant_mixes(free)
        self._plant_breaks(free)
        new = range(PRODUCTS, PRODUCTS + NEW)
        self.planted.new = set(new)
        self.facts = [product(n, self.common) for n in range(PRODUCTS + NEW)]
        self.facts += [odd(n) for n in range(RARE_TYPES + RARE_MODELS)]
        self.hosts = self._hosts()

    def _plant_mixes(self, free: Iterator[int]) -> None:
        ranked = np.argsort(self.common)
        for n in range(OVER):
            asn, chosen = next(free), int(ranked[n % 30])
            self.mixes[asn] *= 0.75
            self.mixes[asn, chosen] += 0.25
            self.planted.over[asn] = chosen
        large = sorted(range(NETWORKS), key=lambda one: -self.sizes[one])
        for n in range(UNDER):
            asn = next(one for one in large if one not in self.planted.over | self.planted.under)
            chosen = int(ranked[-3 - n % 3])
            self.mixes[asn, chosen] *= 0.1
            self.mixes[asn] /= self.mixes[asn].sum()
            self.planted.under[asn] = chosen

    def _plant_breaks(self, free: Iterator[int]) -> None:
        usable = (one for one in free if one not in self.planted.under)
        self.silent, self.halved, self.risen, self.moved, self.faulty, self.patched = (
            [next(usable) for _ in range(count)]
            for count in (SILENT, HALVED, RISEN, RENUMBERED, FAULTY, PATCHED)
        )
        self.block[self.faulty] = FAULT_BLOCK + np.arange(FAULTY)
        verdicts = (
            (self.silent, Verdict.FILTERED), (self.halved, Verdict.FILTERED),
            (self.risen, Verdict.OPENED), (self.moved, Verdict.RENUMBERED),
            (self.faulty, Verdict.SCAN_FAULT), (self.patched, Verdict.PATCHED),
        )  # fmt: skip
        for networks, verdict in verdicts:
            self.planted.broken |= dict.fromkeys(networks, verdict)

    def _hosts(self) -> dict[str, Ints]:
        """Every host that there ever is: address, network, product."""
        rng = self.rng
        rise = np.ones(NETWORKS)
        rise[self.risen] = rng.uniform(3, 8, RISEN)
        sizes = (self.sizes * rise).astype(np.int64)
        network = np.repeat(np.arange(NETWORKS), sizes)
        place = np.concatenate([rng.choice(1 << 16, min(n, 60_000), replace=False) for n in sizes])
        network = network[: len(place)]
        kinds = np.concatenate(
            [rng.choice(PRODUCTS, n, p=mix) for n, mix in zip(sizes, self.mixes, strict=True)]
        )
        late = np.concatenate([np.arange(n) >= n / by for n, by in zip(sizes, rise, strict=True)])
        return {"network": network, "place": place, "kind": kinds, "late": late.astype(np.int64)}

    def write(self, lake: Path) -> None:
        """Makes the lake."""
        ids = self._responses(lake)
        for day in range(SNAPSHOTS):
            done = ingest(lake, self._batches(day, ids), Source("bench"), damaged=lambda: False)
            assert done.info is not None
        self._understand(lake, ids)

    def _responses(self, lake: Path) -> Ints:
        """The id of the response of each product."""
        del lake
        self.gatherer = Gatherer(readers()["zgrab2"], Given("bench"))
        ids, self.known = [], []
        for kind in range(len(self.facts)):
            a, b, c = line_parts(kind)
            self.gatherer.take_lines(
                f'{{"ip":"192.0.2.1{a}Fri, 20 Nov 2026 00:00:00 GMT{b}{"a1" * 16}{c}192.0.2.1:'
                f'{PORT}","path":"/"}},"host":"192.0.2.1:{PORT}"}}}}}},"timestamp":'
                '"2026-11-20T00:00:00Z"}}}\n'.encode()
            )
            batch = self.gatherer.batch()
            ids.append(int(batch.rows4.response[0]))
            self.known.append((batch.responses, batch.understood))
        return np.array(ids, dtype=np.int64)

    def _batches(self, day: int, ids: Ints) -> Iterator[Batch]:
        for responses, understood in self.known:
            yield Batch(empty(), empty(), responses, understood, Counter(), [], {}, records=0)
        network, block, place, kind = self._seen(day)
        when = int((START + timedelta(days=30 * day)).timestamp()) * 1_000_000
        count = len(network)
        codes = np.array([65 << 8 | (65 + n) for n in range(COUNTRIES)])
        country = codes[np.append(self.country, self.country)[network]]
        rows = Columns(
            np.zeros(count, dtype=np.int64), (block << 16) + place,
            np.full(count, PORT, dtype=np.int64), np.full(count, when, dtype=np.int64),
            ids[kind], network + 1, country,
        )  # fmt: skip
        yield Batch(rows, empty(), [], [], Counter(), [], {}, records=count)

    def _seen(self, day: int) -> tuple[Ints, Ints, Ints, Ints]:
        """Network, block, place within it and product of each service of a day."""
        rng, last = self.rng, day == SNAPSHOTS - 1
        drift = np.clip(rng.normal(0.95, 0.02, NETWORKS), 0, 1)
        if last:
            drift[self.silent] = 0.0
            drift[self.halved] *= 0.4
            drift[self.faulty] *= 0.2
        hosts = self.hosts
        network = hosts["network"]
        # Three of the networks that rise do so over three snapshots.
        part = np.full(NETWORKS, 1.0 if last else 0.0)
        part[self.risen[:3]] = np.clip((day - SNAPSHOTS + 4) / 3, 0, 1)
        here = rng.random(len(network)) < drift[network]
        here &= (hosts["late"] == 0) | (rng.random(len(network)) < part[network])
        network, place, kind = (hosts[name][here] for name in ("network", "place", "kind"))
        kind = kind.copy()
        if last:
            mended = np.isin(network, self.patched) & (kind == int(np.argmax(self.common)))
            kind[mended & (rng.random(len(kind)) < 0.9)] = int(np.argsort(self.common)[-2])
            self._add_new(kind)
        self._add_rare(kind)
        block = self.block[network]
        if last:
            gone = np.isin(network, self.moved)
            block = np.where(gone, OTHER_BLOCK + 40 * network, block)
            network = np.where(gone, network + NETWORKS, network)
        return network, block, place, kind

    def _add_new(self, kind: Ints) -> None:
        for new in sorted(self.planted.new):
            some = self.rng.choice(len(kind), int(self.rng.integers(30, 300)), replace=False)
            kind[some] = new

    def _add_rare(self, kind: Ints) -> None:
        first = PRODUCTS + NEW
        for n in range(RARE_TYPES + RARE_MODELS):
            kind[self.rng.choice(len(kind), 1 + n % 3, replace=False)] = first + n

    def _understand(self, lake: Path, ids: Ints) -> None:
        """Gives each response its facts; they replace what the pipeline understood."""
        opened = Lake.open(lake)
        columns = {entry.column: name for name, entry in FIELDS.items()}
        by_id = dict(zip(ids.tolist(), self.facts, strict=True))
        con = connect(threads=1)
        for file in opened.response_files():
            known = con.execute(f"SELECT response FROM '{file}'").fetchall()
            rows = [
                tuple(
                    {"response": one, **by_id[one]}.get(columns.get(name, name))
                    for name in UNDERSTANDING
                )
                for (one,) in known
            ]
            write_understanding(con, rows, opened.understanding_file(file))
        con.close()


def product(n: int, common: npt.NDArray[np.float64]) -> dict[str, Any]:
    """What is understood of a product; the two commonest differ by their version alone."""
    best, second = (int(np.argsort(common)[-place]) for place in (1, 2))
    of = best if n == second else n
    fresh = n >= PRODUCTS
    return {
        "vendor": f"Vendor {of % VENDORS}",
        "model": f"{'New' if fresh else 'Model'} {of}",
        "device.type": f"type-{of % TYPES}",
        "software": f"soft-{of % SOFTWARE}",
        "software.version": f"{1 + n // SOFTWARE}.{int(n == second)}",
        "server": f"server-{n}",
        "auth.scheme": "digest",
    }


def odd(n: int) -> dict[str, Any]:
    """What is understood of a kind that hardly exists."""
    if n < RARE_TYPES:
        return {"device.type": f"rare-{n}", "vendor": "Vendor 0", "model": f"Panel {n}"}
    return {"device.type": "type-0", "vendor": "Vendor 1", "model": f"Odd {n - RARE_TYPES}"}


def empty() -> Columns:
    """No rows."""
    nothing: Ints = np.zeros(0, dtype=np.int64)
    return Columns(*[nothing] * len(Columns._fields))


def judge(planted: Planted, found: list[Anomaly], *, show: bool) -> None:
    """Prints, kind by kind, what was found of what was planted, and what was not planted."""
    hits: dict[Kind, set[Any]] = {kind: set() for kind in Kind}
    false: list[Anomaly] = []
    right: set[Any] = set()
    for one in found:
        key = key_of(planted, one)
        if key is None:
            false.append(one)
        else:
            hits[one.kind].add(key)
            if one.kind is Kind.BROKEN and planted.broken.get(key) == one.verdict:
                right.add(key)
    wanted: dict[Kind, set[Any]] = {
        Kind.RARE: planted.rare,
        Kind.REPRESENTED: {*planted.over, *planted.under},
        Kind.NEW: planted.new,
        Kind.BROKEN: set(planted.broken),
    }
    for kind in Kind:
        wrong = sum(one.kind is kind for one in false)
        print(f"  {kind:<12} {len(hits[kind] & wanted[kind]):>3} of {len(wanted[kind]):>3} found, "
              f"{wrong} false")  # fmt: skip
        if show:
            print("    missed:", sorted(wanted[kind] - hits[kind], key=str))
    reached = sum(len(hits[kind] & wanted[kind]) for kind in Kind)
    print(f"recall {reached / planted.total():.1%}, "
          f"false alarms {len(false) / max(len(found), 1):.1%} of {len(found)} findings, "
          f"verdicts right {len(right)} of {len(hits[Kind.BROKEN])}")  # fmt: skip
    if show:
        print(*(f"    false: {one.sentence}" for one in false), sep="\n")


def key_of(planted: Planted, one: Anomaly) -> Any:
    """Which planted anomaly a finding is about; None: none."""
    numbers = one.numbers
    if one.kind is Kind.RARE:
        value = str(numbers["value"])
        return next((name for name in planted.rare if value in (name, f"Vendor 1 {name}")), None)
    if one.kind is Kind.NEW:
        number = str(numbers["value"]).rpartition(" ")[2]
        return int(number) if number.isdigit() and int(number) in planted.new else None
    if one.kind is Kind.REPRESENTED:
        asn = int(str(numbers["of"])) - 1 if numbers["group"] == "asn" else -1
        there = planted.over if one.count > float(str(numbers["expected"])) else planted.under
        return asn if asn in there else None
    # A network that moved is two networks.
    asn = (int(str(numbers["asn"])) - 1) % NETWORKS
    return asn if asn in planted.broken else None


if __name__ == "__main__":
    main()
