"""The kinds of reports, from a question and an order to tables.

The command line, the pages and the API order here, so that the same words give the same figures
and the same refusals everywhere. No table at all means that nothing was found; for programs it is
one table.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import field_of
from gatewatch.model.language import ENGLISH, Language
from gatewatch.model.snapshot import SnapshotInfo
from gatewatch.model.table import Look, Map, Table
from gatewatch.query.asking import Question, Widened
from gatewatch.query.nodes import all_of
from gatewatch.query.parser import parse
from gatewatch.query.scope import Scope, scope
from gatewatch.report.anomaly.rare import rare_kinds
from gatewatch.report.anomaly.search import anomalies, newest_of
from gatewatch.report.before import before
from gatewatch.report.compare import compare
from gatewatch.report.counting import Unit
from gatewatch.report.crosstab import crosstab
from gatewatch.report.expected import expected
from gatewatch.report.groupings import Grouping, by_field
from gatewatch.report.looking_back import looking_back, within
from gatewatch.report.presets import PRESETS
from gatewatch.report.risk import at_high_risk
from gatewatch.report.survival import survival
from gatewatch.report.tables import anomalies as anomaly_tables
from gatewatch.report.tables import compare as compare_tables
from gatewatch.report.tables import crosstab as crosstab_tables
from gatewatch.report.tables import survival as survival_tables
from gatewatch.report.tables import top as top_tables
from gatewatch.report.tables import trend as trend_tables
from gatewatch.report.tables.basis import Basis
from gatewatch.report.tables.before import with_before
from gatewatch.report.tables.expected import with_expected
from gatewatch.report.top import Report, top
from gatewatch.report.trend import trend

__all__ = ["Answer", "Order", "answer_to", "facets", "widening"]

_VALUES = 25
# Where people read: columns of a cross-tab, lines of a trend.
_COLUMNS, _LINES = 12, 6
# More than there are countries: on a map none is left over.
_EVERY_COUNTRY = 300
_EXCLUSIVE = ("over", "survival", "compare", "rare", "anomaly", "map")


@dataclass(frozen=True, slots=True)
class Order:
    """What report is wanted, for whom."""

    by: tuple[str, ...] = ()
    """Names of one field or two; none: a preset, or a kind of report that needs none."""
    count: int | None = None
    """So many values; None: as many as that kind of report usually has."""
    unit: Unit = Unit.SERVICES
    over: bool = False
    """A trend over the snapshots."""
    survival: bool = False
    compare: str = ""
    """`A..B`."""
    rare: bool = False
    anomaly: bool = False
    map: bool = False
    before: bool = False
    """With what each count was in the snapshot before."""
    cells: str = "count"
    preset: str = ""
    people: bool = True
    """Who reads: people, in `language`, or programs."""
    language: Language = ENGLISH
    queries: bool = False
    """Rows show their query even where room is short."""
    now: float = 0.0
    """Seconds since 1970, for the age of the data."""
    typed: Callable[[str], str] | None = None
    """From a query to the command line that runs it; None: none is told."""

    @property
    def spoken(self) -> Language:
        """The language of sentences: programs get the same ones everywhere."""
        return self.language if self.people else ENGLISH


class Answer(Protocol):
    """One kind of report."""

    def __call__(self, question: Question, order: Order) -> Sequence[Table]:
        """The tables that answer."""


def answer_to(order: Order) -> Answer:
    """The function that answers; raises BadArguments before anything is read."""
    if order.by and order.preset:
        raise _bad("--by and --preset exclude each other", "take one of them away")
    if len(order.by) > 2:
        raise _bad("--by three times is one too often", "count by two fields at most")
    kinds = [name for name in _EXCLUSIVE if getattr(order, name)]
    if len(kinds) > 1:
        raise _bad(f"--{kinds[0]} and --{kinds[1]} exclude each other", "take one of them away")
    if len(order.by) == 2:
        if kinds:
            raise _bad(f"--{kinds[0]} goes with one field", "take one --by away")
        return _crosstab
    if order.anomaly and order.by:
        raise _bad("--anomaly looks at all fields by itself", "take --by away")
    if order.compare and not all(order.compare.partition("..")):
        raise _bad("--compare takes two sides", "write A..B: two snapshots, or two queries")
    if order.compare and not order.by:
        raise _bad("--compare needs a field to compare by", "add --by server, or another field")
    if order.map and order.by != ("country",):
        raise _bad("--map is drawn of countries", "write --by country --map")
    return {
        "over": _trend,
        "survival": _survival,
        "compare": _compare,
        "anomaly": _anomaly,
        "rare": _top if order.by else _rare,
    }.get("".join(kinds), _top)


def widening(order: Order) -> Widened | None:
    """What has a question look at every snapshot, where the order is about time."""
    return looking_back if order.over or order.survival else None


def facets(
    question: Question, order: Order, wanted: Sequence[tuple[Grouping, int]]
) -> Sequence[Table]:
    """The most frequent values of several fields, so many of each."""
    found = [
        top(question.con, question.scope, one, count, unit=order.unit) for one, count in wanted
    ]
    if not found[0].total:
        return []
    if not order.people:
        return [top_tables.for_programs(found)]
    basis = _basis(question, order)
    return [top_tables.for_people(one, basis) for one in found]


def _top(question: Question, order: Order) -> Sequence[Table]:
    """The most or least frequent values of one field, or of each of a preset."""
    con, scope, count = question.con, question.scope, _count(order)
    found = [
        top(con, scope, one, count, unit=order.unit, rarest=order.rare) for one in _groupings(order)
    ]
    if not found[0].total:
        return []
    # The tables of a preset are to be acted on; a single field is asked for its counts.
    risks = [] if order.by else [at_high_risk(con, scope, one) for one in found]
    weighed = expected(con, scope, found[0].grouping, found[0].unit) if order.by else None
    unit = str(order.unit)
    if not order.people:
        table = top_tables.for_programs(found, risks)
        return [table if weighed is None else with_expected(table, weighed, "value", unit)]
    basis = _basis(question, order)
    told = [
        _drawn(_told(question, order, one, basis, risk), one, order)
        for one, risk in zip(found, risks or [()] * len(found), strict=True)
    ]
    if weighed is None:
        return told
    return [with_expected(told[0], weighed, found[0].grouping.name, unit, basis.language)]


def _told(
    question: Question, order: Order, report: Report, basis: Basis, risk: Sequence[int]
) -> Table:
    """One report for people, with what was before and the command where they are wanted."""
    table = top_tables.for_people(report, basis, queries=_look(order), risk=risk)
    if order.before:
        table = with_before(table, report, before(question, report, order.language), basis.language)
    query = report.rows[0].query
    if query is None or order.typed is None:
        return table
    behind = order.language.phrase("Behind the first row: {command}", command=order.typed(query))
    return replace(table, notes=[*table.notes, behind])


def _drawn(table: Table, report: Report, order: Order) -> Table:
    return replace(table, chart=Map(report.grouping.name, str(order.unit))) if order.map else table


def _crosstab(question: Question, order: Order) -> Sequence[Table]:
    """Two fields against each other."""
    first, second = _groupings(order)
    count = order.count or _VALUES
    counts = (count, min(count, _COLUMNS) if order.people else count)
    table = crosstab(question.con, question.scope, (first, second), counts, order.unit)
    if not table.total:
        return []
    if not order.people:
        return [crosstab_tables.for_programs(table)]
    shown = crosstab_tables.Shown(order.cells)
    return [crosstab_tables.for_people(table, _basis(question, order), shown)]


def _trend(question: Question, order: Order) -> Sequence[Table]:
    """The query from snapshot to snapshot, in all and by the values of a field."""
    grouping = by_field(field_of(order.by[0], "report --by")) if order.by else None
    count = order.count or (_LINES if order.people else _VALUES)
    found = trend(question.con, question.scope, grouping, count, order.unit, order.spoken)
    if not any(found.total.counts):
        return []
    if not order.people:
        return [trend_tables.for_programs(found)]
    return trend_tables.for_people(found, _basis(question, order))


def _survival(question: Question, order: Order) -> Sequence[Table]:
    """How long hosts satisfy the query."""
    found = survival(question.con, question.scope)
    if not found.hosts + found.unstable:
        return []
    if not order.people:
        return [survival_tables.for_programs(found)]
    return [survival_tables.for_people(found, _basis(question, order))]


def _compare(question: Question, order: Order) -> Sequence[Table]:
    """Two snapshots, or two queries, by the values of a field."""
    first, _, second = order.compare.partition("..")
    sides = (_side(question, first), _side(question, second))
    [grouping, *_] = _groupings(order)
    infos = {info.id: info for side in sides for info in side.infos}
    count = order.count or _VALUES
    with question.lake.reading(list(infos)) as con:
        found = compare(con, sides, (first, second), grouping, count, order.unit, order.spoken)
    if not any(found.totals):
        return []
    if not order.people:
        return [compare_tables.for_programs(found)]
    return [compare_tables.for_people(found, _basis(question, order, list(infos.values())))]


def _anomaly(question: Question, order: Order) -> Sequence[Table]:
    """What is odd: rare kinds, values out of proportion, what is new, networks that broke."""
    found = anomalies(question.lake, question.scope, order.spoken)
    if not found:
        return []
    if not order.people:
        return [anomaly_tables.for_programs(found)]
    most = order.count or _VALUES
    return anomaly_tables.for_people(found, _basis(question, order), most, queries=_look(order))


def _rare(question: Question, order: Order) -> Sequence[Table]:
    """Kinds of device that hardly exist."""
    newest = newest_of(question.scope)
    with question.lake.reading(newest.ids) as con:
        found = rare_kinds(con, newest, order.spoken)
    if not found:
        return []
    if not order.people:
        return [anomaly_tables.for_programs(found)]
    most = order.count or _VALUES
    return anomaly_tables.for_people(found, _basis(question, order), most, queries=_look(order))


def _side(question: Question, text: str) -> Scope:
    """What one side of a comparison looks at: a snapshot by its name, else a query."""
    node, every = question.scope.node, question.lake.snapshots
    if text == "latest" or any(info.id == text for info in every):
        return scope(within(question.lake.snapshot(text).id, node), every)
    return scope(all_of([parse(text).node, question.scope.query]), every)


def _basis(
    question: Question, order: Order, snapshots: Sequence[SnapshotInfo] | None = None
) -> Basis:
    """What the figures rest on: the snapshots of the question, or those given."""
    infos = question.scope.infos if snapshots is None else snapshots
    return Basis(infos, question.lake.manifest.catalogue, order.now, order.language)


def _count(order: Order) -> int:
    return order.count or (_EVERY_COUNTRY if order.map else _VALUES)


def _look(order: Order) -> Look:
    return Look.WHOLE if order.queries else Look.SPARE


def _groupings(order: Order) -> Sequence[Grouping]:
    if order.by:
        return [by_field(field_of(name, "report --by")) for name in order.by]
    name = order.preset or next(iter(PRESETS))
    if name not in PRESETS:
        raise BadArguments(
            where="report --preset",
            what=f'there is no preset "{name}"',
            mend=f"there are {', '.join(PRESETS)}",
        )
    return PRESETS[name]


def _bad(what: str, mend: str) -> BadArguments:
    return BadArguments(where="report", what=what, mend=mend)
