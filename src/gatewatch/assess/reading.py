"""Entries of the catalogue read from TOML tables, each checked.

An entry that could mislead is refused: unknown keys, no source, no example that is affected, one
that is not, and one that cannot be decided. Raises CatalogueBroken, which names file and entry.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from gatewatch.assess.conditions import KEYS, Pattern, read_pattern
from gatewatch.assess.entries import NO_FINDING, Advisory, Case, Conditions, Example, Versions
from gatewatch.assess.evidence import Epss, Exploitation, Kev
from gatewatch.assess.ranges import Range, read_range
from gatewatch.assess.score import ATTACK_PATHS, CONFIGURED, EXPLOITATION, Verdict
from gatewatch.assess.severity import VERSIONS, Severity, severity_of
from gatewatch.model.knowledge import Entry

__all__ = ["read_advisory", "read_weakness"]

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}")
_REFERENCE = re.compile(r"\S.{3,300}")
_DATE = re.compile(r"20[0-9]{2}(?:-[01][0-9](?:-[0-3][0-9])?)?")
_PORTS = re.compile(r"[0-9]{1,5}(?: [0-9]{1,5})*")
_STATES = ("affected", "disputed", "partly", "unknown")
_KINDS: Mapping[str, frozenset[str]] = {
    "affected": frozenset(set(Verdict) - {Verdict.NOT_AFFECTED}),
    "unaffected": frozenset({Verdict.NOT_AFFECTED, NO_FINDING}),
    "undecided": frozenset({Verdict.POSSIBLE, Verdict.UNKNOWN, NO_FINDING}),
}
"""Kinds of examples and what each may expect."""

_COMMON = frozenset({"name", "summary", "cwe", "fix", "references", "case", "example", "decidable"})
_ADVISORY = _COMMON | {
    *("cves", "component", "automatable", "total", "severity", "exploited", "kev", "epss"),
    *("versions", "no_cve"),
}
_WEAKNESS = _COMMON | {"level", "versions"}
_CASE = frozenset(
    {
        *("when", "unless", "port", "open", "version", "affected", "disputed"),
        *("confidence", "path", "behaviour", "because", "level"),
    }
)


def read_advisory(content: Mapping[str, object], file: str) -> Advisory:
    """The advisory in the file of that name; raises CatalogueBroken."""
    reader = _Reader(file, content)
    reader.keys(_ADVISORY)
    name = reader.id_of(file).upper()
    cves = tuple(reader.matching("cves", _CVE))
    if not cves and not reader.flag("no_cve"):
        raise reader.wrong("no cves", 'add cves = ["CVE-..."], or no_cve = true where none exists')
    if cves and cves[0] != name:
        mend = f"name the file {cves[0].lower()}.toml"
        raise reader.wrong(f"the first of its cves is {cves[0]}", mend)
    return _entry(reader, name, cves, reader.text("component"), level=None)


def read_weakness(content: Mapping[str, object], file: str) -> Advisory:
    """The weakness in the file of that name; raises CatalogueBroken."""
    reader = _Reader(file, content)
    reader.keys(_WEAKNESS)
    name = reader.id_of(file)
    level = reader.choice("level", CONFIGURED)
    return _entry(reader, name[:1].upper() + name[1:], (), "configuration", level)


def _entry(
    reader: "_Reader", name: str, cves: tuple[str, ...], component: str, level: str | None
) -> Advisory:
    references = tuple(reader.matching("references", _REFERENCE))
    if not references:
        raise reader.wrong("no references", 'add references = ["where it can be read"]')
    return Advisory(
        id=name,
        name=reader.text("name"),
        cves=cves,
        component=component,
        summary=reader.text("summary"),
        cwe=tuple(reader.whole("cwe")),
        fix=reader.text("fix"),
        references=references,
        decidable=reader.text("decidable"),
        cases=reader.cases(weakness=level is not None),
        examples=tuple(reader.examples()),
        level=level,
        severity=reader.severity(),
        exploited=reader.exploited(),
        kev=reader.kev(),
        epss=reader.epss(),
        automatable=reader.flag("automatable"),
        total=reader.flag("total"),
    )


class _Reader(Entry):
    """An entry with dates, choices, conditions and examples."""

    __slots__ = ()

    def id_of(self, file: str) -> str:
        """The entry's id, which is its file's name."""
        stem = file.removesuffix(".toml")
        if not _ID.fullmatch(stem):
            raise self.wrong("the file's name is no id", "use small letters, digits and hyphens")
        return stem

    def flag(self, key: str) -> bool:
        value = self.table.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(f"{key} is {value}", f"give {key} as true or false")
        return value

    def choice(self, key: str, choices: Iterable[str]) -> str:
        value = self.table.get(key)
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(f"{key} is {value}", f"give one of {', '.join(choices)}")
        return value

    def matching(self, key: str, form: re.Pattern[str]) -> Iterator[str]:
        for one in self.items(key):
            if not isinstance(one, str) or not form.fullmatch(one):
                raise self.wrong(f"{key} has {one}", f"write what matches {form.pattern}")
            yield one

    def whole(self, key: str) -> Iterator[int]:
        for one in self.items(key):
            if isinstance(one, bool) or not isinstance(one, int) or not 0 < one < 65_536:
                raise self.wrong(f"{key} has {one}", f"write {key} as a list of whole numbers")
            yield one

    def date(self, key: str) -> str:
        value = str(self.table.get(key, ""))
        if not _DATE.fullmatch(value):
            raise self.wrong(f"{key} is {value or 'missing'}", "write a date as 2026-11-24 or 2026")
        return value

    def under(self, key: str, known: frozenset[str]) -> "_Reader | None":
        """The table under `key`, None when there is none."""
        table = self.table.get(key)
        if table is None:
            return None
        if not isinstance(table, dict):
            raise self.wrong(f"{key} is no table", f"write [{key}]")
        inner = _Reader(f"{self.where}: {key}", table)
        inner.keys(known)
        return inner

    def tables(self, key: str) -> Iterator["_Reader"]:
        for number, table in enumerate(self.items(key), 1):
            if not isinstance(table, dict):
                raise self.wrong(f"{key} {number} is no table", f"begin it with [[{key}]]")
            yield _Reader(f"{self.where}: {key} {number}", table)

    def severity(self) -> Severity | None:
        inner = self.under("severity", frozenset({"vector", "score", "version", "source"}))
        if inner is None:
            return None
        if "vector" in inner.table:
            try:
                return severity_of(inner.text("vector"), inner.text("source"))
            except ValueError as error:
                raise inner.wrong(f"vector {error}", "copy it from the advisory") from error
        value = inner.table.get("score")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 10:
            raise inner.wrong(f"score is {value}", "give a vector, or a score above 0, up to 10")
        version = inner.choice("version", VERSIONS)
        return Severity(float(value), version, None, inner.text("source"))

    def exploited(self) -> Exploitation | None:
        inner = self.under("exploited", frozenset({"level", "by", "date", "source"}))
        if inner is None:
            return None
        level = inner.choice("level", EXPLOITATION)
        return Exploitation(level, inner.text("by"), inner.date("date"), inner.text("source"))

    def kev(self) -> Kev | None:
        inner = self.under("kev", frozenset({"added", "ransomware", "as_of"}))
        if inner is None:
            return None
        return Kev(inner.date("added"), inner.flag("ransomware"), inner.date("as_of"))

    def epss(self) -> Epss | None:
        inner = self.under("epss", frozenset({"score", "percentile", "date", "model", "source"}))
        if inner is None:
            return None
        percentile = inner.share("percentile") if "percentile" in inner.table else None
        return Epss(
            inner.share("score"), percentile, inner.text("date"), inner.text("model"),
            inner.text("source"),
        )  # fmt: skip

    def cases(self, *, weakness: bool) -> tuple[Case, ...]:
        versions = self.under("versions", frozenset({"of", "scheme", "affected", "disputed"}))
        cases = tuple(one.case(versions, weakness=weakness) for one in self.tables("case"))
        if not cases and not weakness:
            raise self.wrong("no case", "add [[case]], which says when it applies")
        return cases

    def case(self, versions: "_Reader | None", *, weakness: bool) -> Case:
        self.keys(_CASE)
        when = self.conditions("when")
        if not when:
            raise self.wrong("no when", 'add when = { software = "name" }')
        states = self.states(versions)
        return Case(
            when=when,
            unless=self.conditions("unless"),
            ports=frozenset(self.whole("port")),
            open=frozenset(self.whole("open")),
            states=states,
            versions=self.versions(versions) if states else None,
            confidence=self.share("confidence"),
            path="same-service" if weakness else self.choice("path", ATTACK_PATHS),
            behaviour=self.flag("behaviour"),
            because=self.text("because"),
            level=self.choice("level", CONFIGURED) if "level" in self.table else None,
        )

    def states(self, versions: "_Reader | None") -> frozenset[str]:
        said = self.table.get("version", "any" if versions is None else "affected")
        states = said if isinstance(said, list) else [] if said == "any" else [said]
        for one in states:
            if one not in _STATES:
                raise self.wrong(f"version is {one}", f"give any, or some of {', '.join(_STATES)}")
        return frozenset(states)

    def versions(self, outer: "_Reader | None") -> Versions:
        """The ranges of a case: its own, else those of the whole entry."""
        if outer is None:
            raise self.wrong("no versions", "add [versions] with of, scheme and affected")
        of = outer.text("of")
        if of not in ("software.version", "firmware"):
            raise outer.wrong(f"of is {of}", "give software.version or firmware")
        own = self if "affected" in self.table else outer
        disputed = own.range("disputed", outer) if "disputed" in own.table else None
        return Versions(of, own.range("affected", outer), disputed)

    def range(self, key: str, outer: "_Reader") -> Range:
        try:
            return read_range(self.text(key), outer.text("scheme"))
        except ValueError as error:
            raise self.wrong(f"{key}: {error}", 'write ">= 2.7.0, <= 2.8.47"') from error

    def conditions(self, key: str) -> Conditions:
        table = self.table.get(key, {})
        if not isinstance(table, dict):
            raise self.wrong(f"{key} is no table", f"write {key} = {{ software = 'name' }}")
        return tuple((name, tuple(self.patterns(name, said))) for name, said in table.items())

    def patterns(self, name: str, said: object) -> Iterator[Pattern]:
        if name not in KEYS:
            raise self.wrong(f'nothing is called "{name}"', f"use one of {', '.join(KEYS)}")
        for one in said if isinstance(said, list) else [said]:
            if not isinstance(one, str):
                raise self.wrong(f"{name} is {one}", "write a text, or a list of texts")
            try:
                yield read_pattern(one)
            except ValueError as error:
                raise self.wrong(
                    f"{name}: {error}", 'write "whole", "begin*" or "*part*"'
                ) from error

    def examples(self) -> Iterator[Example]:
        inner = self.under("example", frozenset(_KINDS))
        found = inner.table if inner else {}
        for kind, allowed in _KINDS.items():
            if not found.get(kind) and (self.table.get("case") or kind != "affected"):
                raise self.wrong(f"no example that is {kind}", f"add [[example.{kind}]]")
            if inner is not None:
                yield from (one.example(kind, allowed) for one in inner.tables(kind))

    def example(self, kind: str, allowed: frozenset[str]) -> Example:
        subject = self.texts("is")
        for name in subject.keys() - {*KEYS, "port", "open"}:
            raise self.wrong(f'nothing is called "{name}"', f"use one of {', '.join(KEYS)}")
        for name in ("port", "open"):
            if not _PORTS.fullmatch(subject.get(name, "0")):
                raise self.wrong(f"{name} is {subject[name]}", f'write {name} = "7547"')
        self.keys(frozenset({"is", "verdict"}))
        expected = self.choice("verdict", (*Verdict, NO_FINDING))
        if expected not in allowed:
            raise self.wrong(
                f"{kind}, yet {expected}", f"expect one of {', '.join(sorted(allowed))}"
            )
        return Example(kind, subject, expected)
