"""A network's own page: through time, what stands there, what ails it, how fast it mends."""

from collections.abc import Iterator
from dataclasses import replace

from gatewatch.model.language import Language
from gatewatch.model.table import QUERY, Lines, Look, Table, Value
from gatewatch.report.network import Moment, NetworkView
from gatewatch.report.survival import Survival
from gatewatch.report.tables import top
from gatewatch.report.tables.basis import Basis
from gatewatch.report.wording import headings

__all__ = ["for_people", "for_programs"]

_COLUMNS = ("snapshot", "services", "hosts", "vulnerable", "vulnerable_share", "known", "silent",
            "coverage", QUERY)  # fmt: skip


def for_people(found: NetworkView, basis: Basis) -> list[Table]:
    """Time, risk bands, findings, models, and how long the vulnerable stay so."""
    newest = replace(basis, snapshots=basis.snapshots[-1:])
    pages = [_time(found, basis)]
    if found.models.total:
        pages += [top.for_people(one, newest) for one in (found.bands, found.findings)]
        pages.append(top.for_people(found.models, newest))
    if found.lag is not None and found.lag_elsewhere is not None:
        pages.append(_lag(found.lag, found.lag_elsewhere, basis))
    return pages


def for_programs(found: NetworkView) -> Table:
    """A row for each snapshot; where one is a sample, with the share that was asked."""
    rows = [_row(one) for one in found.moments]
    shares = [one.info.sampled for one in found.moments]
    if min(shares) == 1:
        return Table(_COLUMNS, rows)
    told = [(*row, share) for row, share in zip(rows, shares, strict=True)]
    return Table((*_COLUMNS, "sampled"), told)


def _time(found: NetworkView, basis: Basis) -> Table:
    language = basis.language
    return Table(
        columns=_COLUMNS,
        rows=[_row(one) for one in found.moments],
        title=language.phrase("Exposed in {query}", query=found.query),
        aside=basis.aside(),
        notes=[*_notes(found, language), *basis.notes(estimates=False)],
        looks={
            **dict.fromkeys(("services", "hosts", "vulnerable", "known"), Look.COUNT),
            **dict.fromkeys(("vulnerable_share", "silent"), Look.SHARE),
            "coverage": Look.PROSE if any(one.broken for one in found.moments) else Look.DATA,
            QUERY: Look.DATA,
        },
        headings={
            **headings(language),
            "vulnerable": language.phrase("vulnerable"),
            "vulnerable_share": language.phrase("of services"),
            "known": language.phrase("known"),
            "silent": language.phrase("silent"),
            "coverage": language.phrase("changed in coverage"),
        },
        queries={"services": QUERY},
        chart=Lines("snapshot", "services", broken="coverage"),
    )


def _notes(found: NetworkView, language: Language) -> Iterator[str]:
    yield language.phrase(
        "Unit services; vulnerable: its answer says so, at least likely. Known are all addresses "
        "of the network that answered so far; those silent now are filtered, off, or have another "
        'address ("gatewatch report --anomaly" weighs which).'
    )
    yield language.phrase(
        "The list to work on: gatewatch search '{query}' --limit 0 -o network.csv",
        query=found.query,
    )


def _row(one: Moment) -> tuple[Value, ...]:
    share = one.vulnerable / one.services if one.services else None
    return (one.info.id, one.services, one.hosts, one.vulnerable, share, one.known, one.silent,
            one.broken or None, one.query)  # fmt: skip


def _lag(here: Survival, elsewhere: Survival, basis: Basis) -> Table:
    language = basis.language
    sides = (
        (language.phrase("this network"), here),
        (language.phrase("all others"), elsewhere),
    )
    rows = [
        (name, one.hosts, one.ended, one.ended / one.hosts if one.hosts else None, one.median,
         one.unstable)
        for name, one in sides
    ]  # fmt: skip
    return Table(
        columns=("where", "hosts", "mended", "share", "half", "left_out"),
        rows=rows,
        title=language.phrase("How long the vulnerable stay so"),
        aside=basis.aside(),
        notes=[
            language.phrase(
                "Of {n} vulnerable hosts with a stable address; a host that is not seen again is "
                "not counted as mended. Half: the days after which half are mended (Kaplan-Meier), "
                "empty when fewer are so far. Left out: the address showed two devices, or none "
                "that is known.",
                n=here.hosts,
            ),
            *basis.sampling(estimates=False),
        ],
        looks={
            **dict.fromkeys(("hosts", "mended", "half", "left_out"), Look.COUNT),
            "share": Look.SHARE,
        },
        headings={
            **headings(language),
            "where": language.phrase("where"),
            "mended": language.phrase("mended"),
            "half": language.phrase("half after"),
            "left_out": language.phrase("left out"),
        },
        units={"half": language.phrase("days")},
    )
