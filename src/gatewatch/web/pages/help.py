"""How queries are written, for people who know other search engines; keys; the words used here."""

from collections.abc import Sequence

from gatewatch.model.errors import PageUnknown
from gatewatch.model.language import Language, Words
from gatewatch.web.examples import CENSYS, LEGACY, SHODAN, first_examples, translations
from gatewatch.web.told import command_of
from gatewatch.web.visit import Menu, Page, Reply, Route, Visit

__all__ = ["MENU", "ROUTES"]

MENU = Menu(90, "/help", lambda language: language.phrase("Help"))

# Each engine's queries by the dialect that they are read in.
_ENGINES = {
    "censys": ((LEGACY, "censys-legacy"), (CENSYS, "censys")),
    "shodan": ((SHODAN, "shodan"),),
}


def guide(visit: Visit) -> Reply:
    """The rules of the language in ten lines, keys, words."""
    language = visit.language
    return Page(
        template="help.html",
        title=language.phrase("Help"),
        values={
            "rules": _rules(language),
            "keys": _keys(language),
            "words": _words(language),
            "examples": first_examples(language),
        },
        command="gatewatch --help",
    )


def engine(visit: Visit) -> Reply:
    """Two columns: yours, ours."""
    name = visit.part["engine"]
    if name not in _ENGINES:
        raise PageUnknown(where=f"/help/{name}")
    language = visit.language
    titles = {
        "censys": language.phrase("For Censys users"),
        "shodan": language.phrase("For Shodan users"),
    }
    return Page(
        template="help_engine.html",
        title=titles[name],
        values={
            "heading": titles[name],
            "tables": [
                (_dialect_word(dialect, language), dialect, translations(queries, dialect))
                for queries, dialect in _ENGINES[name]
            ],
        },
        command=command_of("query", "convert", "port:7547,30005", **{"from": "shodan"}),
    )


def _dialect_word(dialect: str, language: Language) -> Words:
    words = {
        "censys-legacy": language.phrase("Censys until 2020"),
        "censys": language.phrase("Censys Search and Platform"),
        "shodan": language.phrase("Shodan"),
    }
    return words[dialect]


def _rules(language: Language) -> Sequence[tuple[str, Words]]:
    return (
        (
            "country:IT server:gSOAP",
            language.phrase("a blank means and; or, not and brackets work"),
        ),
        ('server:"gSOAP/2.7"', language.phrase("in text : finds a part, in any case")),
        ('server="gSOAP/2.7"', language.phrase("= is the whole value, exactly")),
        ("software.version<2.8", language.phrase("versions are ordered as versions")),
        ("status:[400 TO 499]", language.phrase("a range, both ends included")),
        ("port:{7547, 30005}", language.phrase("one of several values")),
        ('server=~"^gSOAP/2\\\\.[0-7]"', language.phrase("a pattern (RE2)")),
        ("ip:192.0.2.0/24", language.phrase("a network; an address alone opens its page")),
        ("not server:*", language.phrase("services without the field")),
        ("host(port:80) port:7547", language.phrase("some service of the same host says so")),
        ("snapshot:*", language.phrase("all snapshots; without it the latest")),
    )


def _keys(language: Language) -> Sequence[tuple[str, Words]]:
    return (
        ("/", language.phrase("to the query box")),
        ("j k", language.phrase("down and up in a list")),
        ("Enter", language.phrase("open what is under focus")),
        ("x", language.phrase("exclude the value under focus")),
        ("r", language.phrase("report")),
        ("e", language.phrase("export")),
        ("g s, g r, g w", language.phrase("go to search, report, watch")),
        ("?", language.phrase("show these keys")),
    )


def _words(language: Language) -> Sequence[tuple[Words, Words]]:
    return (
        (
            language.phrase("service"),
            language.phrase("an address with a port that was seen open: the unit of counting"),
        ),
        (language.phrase("host"), language.phrase("an address, with all its services")),
        (
            language.phrase("answer"),
            language.phrase("what a service said to one polite GET, as bytes"),
        ),
        (
            language.phrase("response"),
            language.phrase("an answer without what changes each time; equal ids, equal answers"),
        ),
        (
            language.phrase("snapshot"),
            language.phrase("one scan or one import; never changed afterwards"),
        ),
        (
            language.phrase("identity"),
            language.phrase("software, vendor, model and type of a response, with the evidence"),
        ),
        (
            language.phrase("finding"),
            language.phrase("a known vulnerability or a weak configuration, with how sure it is"),
        ),
        (
            language.phrase("verdict"),
            language.phrase("vulnerable, likely, possible, unknown or not affected"),
        ),
    )


ROUTES = (Route("/help", guide), Route("/help/{engine}", engine))
