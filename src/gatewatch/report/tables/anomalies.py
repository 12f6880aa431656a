"""Anomalies as a table: a sentence each."""

from collections.abc import Iterator, Sequence

from gatewatch.model.language import Language, Words
from gatewatch.model.table import QUERY, Look, Table
from gatewatch.report.anomaly.finding import FDR, Anomaly, Kind
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import headings

__all__ = ["for_people", "for_programs"]

_TESTED = {Kind.REPRESENTED, Kind.NEW, Kind.BROKEN}


def for_people(
    found: Sequence[Anomaly], basis: Basis, most: int, *, queries: Look = Look.SPARE
) -> list[Table]:
    """A table for each kind that has findings, `most` rows in each."""
    kinds = [kind for kind in Kind if any(one.kind is kind for one in found)]
    return [
        _of_kind(kind, [one for one in found if one.kind is kind], basis, most, queries)
        for kind in kinds
    ]


def for_programs(found: Sequence[Anomaly]) -> Table:
    """A row for each finding, with the numbers of its kind beside each other."""
    names = dict.fromkeys(name for one in found for name in one.numbers)
    columns = ("kind", "sentence", "verdict", "evidence", "services", *names, QUERY)
    rows = [
        (one.kind, one.sentence, one.verdict, "; ".join(one.evidence) or None, one.count,
         *(one.numbers.get(name) for name in names), one.query)
        for one in found
    ]  # fmt: skip
    return Table(columns, rows)


def _of_kind(kind: Kind, found: Sequence[Anomaly], basis: Basis, most: int, queries: Look) -> Table:
    language = basis.language
    return Table(
        columns=("services", "what is odd", QUERY),
        rows=[(one.count, one.sentence, one.query) for one in found[:most]],
        title=_title(kind, language),
        aside=basis.aside(),
        notes=[*_notes(kind, len(found), most, language), *basis.notes(estimates=False)],
        looks={"services": Look.COUNT, "what is odd": Look.PROSE, QUERY: queries},
        headings={**headings(language), "what is odd": language.phrase("what is odd")},
        queries={"services": QUERY},
    )


def _title(kind: Kind, language: Language) -> Words:
    return {
        Kind.RARE: language.phrase("Kinds of device that hardly exist"),
        Kind.REPRESENTED: language.phrase("Far more, or less, common here than elsewhere"),
        Kind.NEW: language.phrase("New in the newest snapshot"),
        Kind.BROKEN: language.phrase("Networks whose exposure broke"),
    }[kind]


def _notes(kind: Kind, found: int, most: int, language: Language) -> Iterator[str]:
    if found <= most:
        yield language.plural("{n} finding.", "{n} findings.", found)
    else:
        yield language.phrase(
            "{n} findings, the {most} oddest are shown (-n {all} for all).",
            n=found,
            most=most,
            all=str(found),
        )
    if kind in _TESTED:
        yield language.phrase(
            "Of findings like these {level} % are chance (Benjamini-Hochberg).",
            level=round(FDR * 100),
        )
