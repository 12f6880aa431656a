"""A network as its operator sees it: what is exposed, how bad it is, and what became of it.

What was done about it is proven by two snapshots: of the vulnerable services of before, those
that still are, those that were mended, and those that fell silent, which prove nothing.
"""

from collections.abc import Sequence

from gatewatch.model.address import parse_network
from gatewatch.model.errors import BadArguments
from gatewatch.model.fields import FIELDS
from gatewatch.model.table import Lines, Look, Table
from gatewatch.query.asking import Question
from gatewatch.query.nodes import PRESENT, Condition, Node, all_of
from gatewatch.query.parser import Query
from gatewatch.query.printing import printed
from gatewatch.report.network import Moment, NetworkView, names_of, network_node, network_view
from gatewatch.report.proof import Proof, proof
from gatewatch.report.tables import network as tables
from gatewatch.report.tables.basis import Basis
from gatewatch.web.figures import figure_of
from gatewatch.web.state import url
from gatewatch.web.told import command_of
from gatewatch.web.visit import Page, Redirect, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = None

_MODELS = 10


def system(visit: Visit) -> Reply:
    """An autonomous system."""
    number = visit.part["number"]
    node = network_node(f"AS{number[2:] if number[:2].upper() == 'AS' else number}")
    assert isinstance(node, Condition), node
    if number != str(node.value):
        return Redirect(visit.state.having(f"/as/{node.value}"))
    return _network(visit, f"AS{number}")


def block(visit: Visit) -> Reply:
    """A block of addresses; one with host bits leads to the block, a single one to its host."""
    text = visit.part["cidr"]
    try:
        network, length = parse_network(text), text.partition("/")[2].strip()
        if network.first != network.last and not length:
            raise ValueError("it has no prefix length")
    except ValueError as error:
        mend = "write /net/192.0.2.0/24 or /as/64500"
        what = f'"{text}" is no block of addresses ({error})'
        raise BadArguments(where="network", what=what, mend=mend) from None
    if network.first == network.last:
        return Redirect(visit.state.having(f"/host/{network.first}"))
    plain = f"{network.first}/{int(length)}"
    return _network(visit, text) if plain == text else Redirect(visit.state.having(f"/net/{plain}"))


def _network(visit: Visit, text: str) -> Reply:
    node = network_node(text)
    every = all_of([node, Condition(FIELDS["snapshot"], ":", PRESENT)])
    with visit.asked(Query(every)) as question:
        infos = question.lake.snapshots
        with question.lake.reading([infos[-1].id]) as newest:
            found = network_view(
                question.con,
                newest,
                infos,
                node,
                _MODELS,
                visit.language,
                lag=visit.state.flag("lag"),
            )
        basis = Basis(infos, question.lake.manifest.catalogue, visit.now, visit.language)
        return Page(
            template="network.html",
            title=text,
            values=_values(visit, question, found, basis, text),
            query=printed(node),
            command=command_of("network", text),
        )


def _values(
    visit: Visit, question: Question, found: NetworkView, basis: Basis, text: str
) -> dict[str, object]:
    query, state, language = found.query, visit.state, visit.language

    def search(query: str) -> str:
        return url("/search", [("q", query)])

    last = found.moments[-1]
    seen = any(moment.services for moment in found.moments)
    pages = [_silence(found.moments, basis), *tables.for_people(found, basis)] if seen else []
    return {
        "name": text,
        "told": _name(question, text),
        "last": last,
        "seen": seen,
        "share": last.vulnerable / last.services if last.services else None,
        "figures": [figure_of(one, search, language) for one in pages],
        "several": len(found.moments) > 1,
        "lag": state.flag("lag"),
        "lag_url": state.having(lag="1"),
        "list_url": search(query),
        "bad_url": search(f"{query} verdict:{{vulnerable, likely}}"),
        "report_url": url("/report", [("q", query), ("by", "model")]),
        "exports": [
            (name, url("/search/export", [("q", query), ("format", name)]))
            for name in ("csv", "xlsx", "ndjson", "shadowserver", "stix", "cidrs")
        ],
        "choices": [moment.info.id for moment in found.moments],
        "proof": _proof(visit, question, network_node(text)),
        "diff_url": lambda a, b: url("/diff", [("q", query), ("a", a), ("b", b)]),
    }


def _name(question: Question, text: str) -> str:
    """What the network is called."""
    if not text.startswith("AS"):
        return ""
    number = int(text[2:])
    return names_of(question.con, [number]).get(number, "")


def _silence(moments: Sequence[Moment], basis: Basis) -> Table:
    """Exposed, vulnerable and silent addresses through time, one line each."""
    language = basis.language
    rows = [
        (one.info.id, words, value, one.broken or None)
        for one in moments
        for words, value in (
            (language.phrase("exposed services"), one.services),
            (language.phrase("vulnerable services"), one.vulnerable),
            (language.phrase("silent addresses"), one.known - one.hosts),
        )
    ]
    return Table(
        columns=("snapshot", "line", "n", "coverage"),
        rows=rows,
        title=language.phrase("Exposed, vulnerable, silent"),
        aside=basis.aside(),
        notes=[
            language.phrase(
                "Silent: addresses that answered before and do not now: filtered, off, or moved."
            )
        ],
        looks={"n": Look.COUNT, "coverage": Look.DATA, "snapshot": Look.WHOLE},
        headings={
            "snapshot": language.phrase("snapshot"),
            "line": language.phrase("what"),
            "n": language.phrase("how many"),
        },
        chart=Lines("snapshot", "n", series="line", broken="coverage"),
    )


def _proof(visit: Visit, question: Question, node: Node) -> Proof | None:
    """Before and after, when both were chosen."""
    state = visit.state
    if not state.one("a") or not state.one("b"):
        return None
    before, after = (question.lake.snapshot(state.one(name)).id for name in ("a", "b"))
    return proof(question.con, before, after, node)


ROUTES = (Route("/as/{number}", system), Route("/net/{cidr:path}", block))
