"""`gatewatch advisories`: what is known of vulnerabilities and weaknesses, and newer feeds."""

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option, for_people, write_table, write_tables
from gatewatch.cli.parser import meant
from gatewatch.cli.progress import Progress, say
from gatewatch.cli.settings import CATALOGUE, add_lake_option, lake_of, setting
from gatewatch.model.errors import BadArguments, Exit
from gatewatch.model.table import Look, Table, Value

if TYPE_CHECKING:
    from gatewatch.assess.entries import Advisory, Case, Conditions
    from gatewatch.model.knowledge import Knowledge

HELP = "List and show known vulnerabilities and weaknesses, and bring newer scores of them."
EXAMPLES = (
    "gatewatch advisories list",
    "gatewatch advisories show CVE-2017-9765",
    "gatewatch advisories update epss_scores-current.csv.gz known_exploited_vulnerabilities.json",
)

_LIST = ("id", "name", "component", "severity", "exploited", "kev", "epss", "level")
_CASES = ("when", "version", "sure", "attack.path", "because")


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="one line an entry")
    listing.set_defaults(verb=_list)
    show = verbs.add_parser("show", help="all that is known of one, and when it applies")
    show.add_argument("id", metavar="ID", help="CVE-2017-9765, C03-basic-in-clear ...")
    show.set_defaults(verb=_show)
    update = verbs.add_parser("update", help="take in EPSS, KEV and NVD, from files or addresses")
    update.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="a file, or an address that is then fetched"
    )
    update.set_defaults(verb=_update)
    for verb in (listing, show, update):
        add_lake_option(verb)
        add_format_option(verb)


def run(args: argparse.Namespace) -> int:
    """Runs the verb."""
    code: int = args.verb(args)
    return code


def _list(args: argparse.Namespace) -> int:
    from gatewatch.assess.catalogue import catalogue

    knowledge = _knowledge(args)
    rows = [_line(entry) for entry in catalogue(knowledge).entries.values()]
    looks = {"id": Look.WHOLE, "severity": Look.NUMBER, "epss": Look.NUMBER, "kev": Look.WHOLE}
    return write_table(Table(_LIST, rows, notes=list(_ages(knowledge)), looks=looks), args)


def _line(entry: "Advisory") -> Sequence[Value]:
    return (
        entry.id,
        entry.name,
        entry.component,
        entry.severity.score if entry.severity else None,
        entry.exploited.level if entry.exploited else None,
        entry.kev.added if entry.kev else None,
        entry.epss.score if entry.epss else None,
        entry.level,
    )


def _ages(knowledge: "Knowledge") -> Iterator[str]:
    """How old what is shown is."""
    from gatewatch.assess.feeds import feed_readers
    from gatewatch.assess.tables import feeds_of

    imported = feeds_of(knowledge.feeds)
    for name in feed_readers():
        if feed := imported.get(name):
            imported_at = feed.imported_at[:10]
            yield f"{name.upper()} of {feed.as_of}, imported {imported_at} ({feed.source})."
        else:
            yield f"{name.upper()}: as shipped; {_HOW}."


_HOW = '"gatewatch advisories update" brings newer values'


def _show(args: argparse.Namespace) -> int:
    from gatewatch.assess.catalogue import catalogue

    entries = catalogue(_knowledge(args)).entries
    by_name = {
        name.lower(): entry for entry in entries.values() for name in (entry.id, *entry.cves)
    }
    entry = by_name.get(args.id.lower())
    if entry is None:
        raise BadArguments(
            where="advisories show",
            what=f'there is no "{args.id}"',
            mend=f'{meant(args.id, list(entries))}"gatewatch advisories list" shows all',
        )
    facts = Table(
        ("what", "value"),
        [row for row in _facts(entry) if row[1] is not None],
        title=f"{entry.id}: {entry.name}",
        looks={"what": Look.WHOLE, "value": Look.PROSE},
    )
    if not for_people(args):
        return write_table(facts, args)
    return write_tables([facts, _cases(entry)], args)


def _facts(entry: "Advisory") -> Iterator[tuple[str, Value]]:
    yield "summary", entry.summary
    yield "fix", entry.fix
    yield "decidable", entry.decidable
    yield "component", entry.component
    yield "cve", list(entry.cves) or None
    yield "cwe", [f"CWE-{number}" for number in entry.cwe] or None
    yield "level", entry.level
    yield "severity", str(entry.severity) if entry.severity else None
    yield "exploited", str(entry.exploited) if entry.exploited else None
    yield "kev", str(entry.kev) if entry.kev else None
    yield "epss", str(entry.epss) if entry.epss else None
    if entry.level is None:
        yield "ssvc.provider", _decision(entry, enterprise=False)
        yield "ssvc.enterprise", _decision(entry, enterprise=True)
    yield "references", list(entry.references)


def _decision(entry: "Advisory", *, enterprise: bool) -> str:
    from gatewatch.assess.score import decision

    return decision(
        entry.documented, automatable=entry.automatable, total=entry.total, enterprise=enterprise
    )


def _cases(entry: "Advisory") -> Table:
    rows = [
        (_told(case.when, " and "),
         _bounds(case),
         case.confidence, case.path, case.because)
        for case in entry.cases
    ]  # fmt: skip
    looks = {"when": Look.PROSE, "sure": Look.SHARE, "because": Look.PROSE}
    notes = ["The first that holds counts; a finding is never surer than the identification."]
    return Table(_CASES, rows, title="When it applies", notes=notes, looks=looks)


def _told(conditions: "Conditions", joint: str) -> str:
    parts = []
    for name, patterns in conditions:
        words = [f"{'*' * one.before}{one.text}{'*' * one.after}" for one in patterns]
        parts.append(f"{name} {' or '.join(words)}")
    return joint.join(parts)


def _bounds(case: "Case") -> str | None:
    """`< 4.34`, `= 4.34 (disputed)`, `unknown`; None: the version does not matter."""
    if case.versions is None:
        return None
    ranges = {
        "affected": case.versions.affected.text,
        "disputed": f"{case.versions.disputed.text if case.versions.disputed else ''} (disputed)",
        "partly": f"partly {case.versions.affected.text}",
        "unknown": "unknown",
    }
    return " or ".join(text for state, text in ranges.items() if state in case.states)


def _update(args: argparse.Namespace) -> int:
    from gatewatch.pipeline.advisories import update_feeds

    with Progress("advisories update", "bytes", args) as progress:
        done = update_feeds(
            lake_of(args),
            args.sources,
            setting(CATALOGUE, args),
            lambda _, count: progress.show(count),
        )
    columns = ("feed", "as_of", "records", "known", "source")
    rows = [(one.name, one.feed.as_of, one.feed.records, one.feed.known, one.feed.source)
            for one in done]  # fmt: skip
    looks = {"as_of": Look.WHOLE, "records": Look.COUNT, "known": Look.COUNT, "source": Look.WHOLE}
    write_table(Table(columns, rows, looks=looks), args)
    say("answers are assessed anew when they are next asked for", args)
    return Exit.FOUND


def _knowledge(args: argparse.Namespace) -> "Knowledge":
    from gatewatch.pipeline.understand import known_to

    return known_to(lake_of(args), setting(CATALOGUE, args))
