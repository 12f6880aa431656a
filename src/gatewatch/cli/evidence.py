"""What commands that show the evidence behind an address have in common."""

import argparse
from typing import TYPE_CHECKING

from gatewatch.cli.progress import say
from gatewatch.model.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import duckdb

    from gatewatch.enrich.oui import Maker
    from gatewatch.identify.nearly import Near
    from gatewatch.model.address import Address
    from gatewatch.model.language import Language
    from gatewatch.model.table import Look, Table, Value
    from gatewatch.report.host import Belief, Sighting
    from gatewatch.store.lake import Lake

__all__ = [
    "EVIDENCE",
    "EXPLAINED",
    "MOST_PORTS",
    "address_of",
    "evidence_headings",
    "evidence_rows",
    "explained_rows",
    "looks",
    "maker_rows",
    "near_table",
    "seen_of",
]

EVIDENCE = ("field", "value", "sure", "because of", "alone", "rule")
"""Columns of `evidence_rows`: `sure` is all hints together, `alone` the one hint."""

EXPLAINED = ("kind", "field", "value", "sure", "matched", "alone", "rule", "why")
"""Columns of `explained_rows`: a match, or a rule that nearly matched and why it did not."""

MOST_PORTS = 8
"""Some boxes answer on every port; that many are explained."""

_MOST_NEAR = 8
_TEXT_LENGTH = 200


def address_of(word: str, where: str) -> "Address":
    """The address that `word` writes; raises BadArguments."""
    from gatewatch.model.address import parse_address

    try:
        return parse_address(word)
    except ValueError as error:
        mend = f"write one address; for a network: gatewatch search ip:{word}"
        raise BadArguments(where=where, what=f'"{word}": {error}', mend=mend) from None


def seen_of(
    con: "duckdb.DuckDBPyConnection", lake: "Lake", address: "Address", args: argparse.Namespace
) -> "Sequence[Sighting]":
    """Every service at `address`; says so when there is none."""
    from gatewatch.report.host import sightings

    found = sightings(con, address)
    if not found:
        say(f"{address} is in none of the {len(lake.snapshots):,} snapshots", args)
    return found


def evidence_rows(beliefs: "Iterable[Belief]") -> "Iterator[tuple[Value, ...]]":
    """A row a hint, those of one belief below each other."""
    for belief in beliefs:
        told: tuple[Value, ...] = (belief.field, belief.value, belief.sure)
        for hint in belief.hints:
            yield (*told, hint.evidence, hint.confidence, hint.rule)
            told = (None, None, None)


def maker_rows(makers: "Iterable[Maker]", language: "Language") -> "Iterator[tuple[Value, ...]]":
    """A row a hardware address that the answer tells."""
    for maker in makers:
        yield (language.phrase("maker of its card"), maker.name, maker.sure, maker.evidence,
               maker.sure, language.phrase("IEEE's register"))  # fmt: skip


def evidence_headings(language: "Language") -> "dict[str, str]":
    """What people read above the columns `EVIDENCE`."""
    return {
        "field": language.phrase("field"),
        "value": language.phrase("value"),
        "sure": language.phrase("sure"),
        "because of": language.phrase("because of"),
        "alone": language.phrase("alone"),
        "rule": language.phrase("rule"),
    }


def looks() -> "dict[str, Look]":
    """How people see these columns."""
    from gatewatch.model.table import Look

    return {"field": Look.WHOLE, "sure": Look.SHARE, "alone": Look.SHARE}


def explained_rows(
    beliefs: "Iterable[Belief]", near: "Iterable[Near]"
) -> "Iterator[tuple[Value, ...]]":
    """For programs: a row a hint, the columns are `EXPLAINED`."""
    for belief in beliefs:
        for hint in belief.hints:
            yield ("match", belief.field, belief.value, belief.sure, hint.evidence,
                   hint.confidence, hint.rule, None)  # fmt: skip
    for one in near:
        for claim in one.fingerprint.claims:
            yield ("nearly", claim.field, claim.value, None, _cut(one.text),
                   claim.confidence, one.fingerprint.rule, one.why)  # fmt: skip


def near_table(near: "Sequence[Near]", title: str, language: "Language") -> "Table":
    """The nearest misses, for people."""
    from gatewatch.model.table import Look, Table

    rows = [
        (
            one.fingerprint.rule,
            ", ".join(f"{claim.field}: {claim.value}" for claim in one.fingerprint.claims),
            one.why,
            _cut(one.text),
        )
        for one in near[:_MOST_NEAR]
    ]
    notes = []
    if len(near) > _MOST_NEAR:
        notes.append(
            language.plural(
                "{n} more rule: --format ndjson has all.",
                "{n} more rules: --format ndjson has all.",
                len(near) - _MOST_NEAR,
            )
        )
    if not near:
        notes.append(language.phrase("No rule lacks just one thing."))
    return Table(
        columns=("rule", "would say", "but", "the answer says"),
        rows=rows,
        title=title,
        notes=notes,
        looks={"rule": Look.WHOLE, "would say": Look.PROSE, "but": Look.PROSE},
        headings={
            "rule": language.phrase("rule"),
            "would say": language.phrase("would say"),
            "but": language.phrase("but"),
            "the answer says": language.phrase("the answer says"),
        },
    )


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:_TEXT_LENGTH]
