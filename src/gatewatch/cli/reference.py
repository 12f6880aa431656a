"""Writes the pages of docs/reference that are made from the program itself.

`python -m gatewatch.cli.reference docs/reference`, or `./check --docs`. A test compares each
page with what this would write, so that a page never says what the program does not do.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gatewatch.assess.catalogue import catalogue
from gatewatch.assess.feeds import feed_readers
from gatewatch.assess.schemes import schemes
from gatewatch.cli.commands import command_words, load_command
from gatewatch.cli.main import build_parser
from gatewatch.cli.parser import arguments_of, sentence_of, sub_commands
from gatewatch.cli.settings import ACCESSIBLE, COLOR, ERRORS, QUIET, SETTINGS
from gatewatch.enrich.read import readers as network_readers
from gatewatch.formats.export import exporters
from gatewatch.formats.limits import targets
from gatewatch.formats.read import readers
from gatewatch.formats.write import writers
from gatewatch.model.errors import Exit, all_errors
from gatewatch.model.fields import FIELDS
from gatewatch.watch.sources import sources
from gatewatch.web.api.openapi import document as description

__all__ = ["pages"]

_NOTICE = "<!-- Made by ./check --docs from the program; change it there. -->"
_EVERYWHERE = {entry.name for entry in (QUIET, ACCESSIBLE, COLOR, ERRORS)} | {"help"}


def pages() -> dict[str, str]:
    """File name to text of each generated page."""
    makers = {
        "advisories.md": _advisories,
        "api.md": _api,
        "commands.md": _commands,
        "errors.md": _errors,
        "exit-codes.md": _exit_codes,
        "fields.md": _fields,
        "formats.md": _formats,
        "settings.md": _settings,
    }
    return {name: "\n".join([_NOTICE, "", *make(), ""]) for name, make in makers.items()}


def _api() -> Iterator[str]:
    document = description()
    yield "# The API"
    yield ""
    yield (
        "`gatewatch serve` answers programs under `/api/v1`, in the words of the commands; the "
        "same as OpenAPI 3.1 is at `/api/v1/openapi.json`. Where people have to log in, a program "
        "sends `Authorization: Bearer` and a token ([how](../how-to/serve.md)). Answers carry an "
        "`ETag`, which `If-None-Match` saves from being sent again."
    )
    for path, methods in document["paths"].items():
        operation = methods["get"]
        yield from ("", f"## GET {path}", "", operation["summary"])
        taken = operation["parameters"]
        if taken:
            yield from ("", "| parameter | is |", "| --- | --- |")
            for one in taken:
                needed = " Needed." if one["required"] else ""
                yield f"| `{one['name']}` | {_cell(one['description'])}{needed} |"
        [(kind, answer)] = operation["responses"]["200"]["content"].items()
        names = ", ".join(f"`{name}`" for name in answer["schema"].get("properties", ()))
        yield from ("", f"Answers with `{kind}`{f': {names}' if names else ''}.")
    yield from ("", "## Errors", "", "| status | means |", "| --- | --- |")
    for name, response in document["components"]["responses"].items():
        yield f"| {name[1:]} | {response['description']} |"
    yield ""
    yield (
        "An error is `application/json`: `error` (an [id](errors.md) that never changes), "
        "`message` (where, what is wrong, how to mend it), `mend`, and for a query `query` with "
        "`start` and `end`, offsets from 0."
    )


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield ""
    yield (
        "Data goes to stdout, talk to stderr. What a command ends with: "
        "[exit codes](exit-codes.md). How errors read: [errors](errors.md)."
    )
    parser = build_parser()
    words = sub_commands(parser)
    yield from ("", "| command | does |", "| --- | --- |")
    for word in command_words():
        yield f"| [{word}](#gatewatch-{word}) | {load_command(word).HELP} |"
    yield from ("", "## Options of every command", "")
    some = next(iter(words.values()))
    while below := sub_commands(some):
        some = next(iter(below.values()))
    yield from _arguments(one for one in arguments_of(some) if one.dest in _EVERYWHERE)
    for word in command_words():
        yield from _command(word, words[word])


def _command(word: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    command = load_command(word)
    yield from ("", f"## gatewatch {word}", "", command.HELP)
    aliases: Sequence[str] = getattr(command, "ALIASES", ())
    if aliases:
        yield f"Also: {', '.join(f'`{alias}`' for alias in aliases)}."
    yield from _takes(parser)
    yield from _sub_commands(parser, "###")
    yield from ("", "```console", *(f"$ {line}" for line in command.EXAMPLES), "```")


def _sub_commands(parser: argparse.ArgumentParser, heading: str) -> Iterator[str]:
    for sub in dict.fromkeys(sub_commands(parser).values()):
        name = sub.prog.rpartition(" ")[2]
        yield from ("", f"{heading} {sub.prog}", "", _sentence(sentence_of(parser, name)))
        yield from _takes(sub)
        yield from _sub_commands(sub, f"{heading}#")


def _sentence(text: str) -> str:
    """`text`, which argparse shows in a list, as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _takes(parser: argparse.ArgumentParser) -> Iterator[str]:
    arguments = [one for one in arguments_of(parser) if one.dest not in _EVERYWHERE]
    if arguments:
        yield ""
        yield from _arguments(arguments)


def _arguments(arguments: Iterable[argparse.Action]) -> Iterator[str]:
    rows = ((f"`{_spelling(one)}`", str(one.help or "")) for one in arguments)
    yield from _table(("argument", "meaning"), rows)


def _spelling(action: argparse.Action) -> str:
    value = ""
    if action.nargs != 0:
        metavar = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
        value = "|".join(map(str, action.choices)) if action.choices else metavar
    if not action.option_strings:
        many = {"*": f"[{value} ...]", "+": f"{value} ...", "?": f"[{value}]"}
        return many.get(str(action.nargs), value)
    return " ".join(filter(None, (", ".join(action.option_strings), value)))


def _fields() -> Iterator[str]:
    yield "# Fields"
    yield ""
    yield (
        "What queries, reports and tables know; how each kind compares is told in "
        "[the query language](query.md). The names of other search engines work as typed; in "
        "NDJSON and CSV the name in the first column is used."
    )
    yield ""
    rows = (
        (f"`{name}`", entry.shape, entry.sentence, f"`{entry.example}`", _code(entry.aliases))
        for name, entry in FIELDS.items()
    )
    yield from _table(("field", "kind", "meaning", "example", "also"), rows)


def _formats() -> Iterator[str]:
    yield "# Formats"
    yield from ("", "## Import", "", "`gatewatch import` finds out which one a file is.", "")
    read = ((f"`{name}`", module.SENTENCE) for name, module in readers().items())
    yield from _table(("format", "what it is"), read)
    yield from ("", "## Countries and networks", "", "For `gatewatch geo import`.", "")
    ranges = ((f"`{name}`", module.SENTENCE) for name, module in network_readers().items())
    yield from _table(("format", "what it is"), ranges)
    yield from ("", "## Logs of sign-ins", "", "`gatewatch watch import` finds out which one.", "")
    logs = ((f"`{name}`", module.SENTENCE) for name, module in sources().items())
    yield from _table(("source", "what it is"), logs)
    yield from ("", "## Write", "", "`--format`, or the ending of `-o FILE`, chooses one.", "")
    write = (
        (f"`{name}`", _code(module.SUFFIXES), module.SENTENCE) for name, module in writers().items()
    )
    yield from _table(("format", "endings", "what it is"), write)
    yield from ("", "## Export", "", "For `gatewatch export`; `--as` or the ending chooses.", "")
    sent = (
        (f"`{name}`", _code(module.SUFFIXES), module.SENTENCE)
        for name, module in exporters().items()
    )
    yield from _table(("format", "endings", "what it is"), sent)
    yield from ("", "Systems that `--for` knows, and what they hold:", "")
    systems = (
        (
            f"`{name}`", one.sentence, f"{one.limit.entries:,}",
            f"{one.limit.total:,}" if one.limit.total else "", f"{one.limit.because}.",
        )
        for name, one in targets().items()
    )  # fmt: skip
    yield from _table(("system", "what it is", "entries a file", "in all", "why"), systems)


def _errors() -> Iterator[str]:
    yield "# Errors"
    yield ""
    yield (
        "An error is one line on stderr: where, what is wrong, how to mend it. With "
        "`--errors json` or `GATEWATCH_ERRORS=json` it is one JSON object with the keys `error` "
        "(the id below, which never changes), `message` and `exit`."
    )
    yield ""
    rows = (
        (f"`{error.id}`", str(int(error.exit_code)), f"`{(error.__doc__ or '').strip()}`")
        for error in all_errors()
    )
    yield from _table(("id", "exit", "message"), rows)


def _exit_codes() -> Iterator[str]:
    yield "# Exit codes"
    yield ""
    yield (
        "When several things happened in one run, the most serious one decides: interrupted, "
        "then an error, then done in part, then nothing found, then found."
    )
    yield ""
    yield from _table(("code", "meaning"), ((str(int(code)), code.meaning) for code in Exit))


def _advisories() -> Iterator[str]:
    entries = catalogue().entries.values()
    yield "# Advisories"
    yield ""
    yield (
        "What gatewatch brings; `gatewatch advisories show ID` tells all of one, with newer values "
        "where [feeds](../how-to/advisories.md) were imported. What the columns mean: "
        "[risk](../explanation/risk.md)."
    )
    yield from ("", "## Vulnerabilities", "")
    known = (
        (
            f"`{entry.id}`", entry.name, entry.component,
            f"{entry.severity.score:.1f}" if entry.severity else "",
            entry.exploited.level if entry.exploited else "",
            entry.kev.added if entry.kev else "", entry.decidable,
        )
        for entry in entries
        if entry.level is None
    )  # fmt: skip
    yield from _table(("id", "name", "component", "CVSS", "exploited", "KEV", "decidable"), known)
    yield from ("", "## Weaknesses of configuration", "")
    weak = (
        (f"`{entry.id}`", entry.name, entry.level, entry.summary, entry.fix)
        for entry in entries
        if entry.level is not None
    )
    yield from _table(("id", "name", "level", "why", "fix"), weak)
    yield from ("", "## How versions compare", "", "The oldest first.", "")
    counted = (
        (f"`{name}`", scheme.SENTENCE, _code(scheme.ORDER)) for name, scheme in schemes().items()
    )
    yield from _table(("scheme", "what it is", "in order"), counted)
    yield from ("", "## Feeds", "", "For `gatewatch advisories update`.", "")
    feeds = ((f"`{name}`", reader.SENTENCE) for name, reader in feed_readers().items())
    yield from _table(("feed", "what it is"), feeds)


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield (
        "A flag beats the environment, the environment beats `gatewatch.toml` in the current "
        "folder, that beats `~/.config/gatewatch/config.toml` (or `$XDG_CONFIG_HOME/gatewatch`). "
        "`gatewatch config` shows each value and where it came from."
    )
    yield ""
    rows = (
        (
            f"`{name}`", f"`{entry.variable}`", entry.kind, f"`{_plain(entry.default)}`",
            entry.sentence,
        )
        for name, entry in SETTINGS.items()
    )  # fmt: skip
    yield from _table(("setting", "environment", "value", "default", "meaning"), rows)
    yield from ("", "A file is TOML; paths in it start from its folder:", "")
    yield from ("```toml", 'lake = "/var/lib/gatewatch"', 'contact = "https://example.org/scan"')
    yield from ("", "[networks.registry]", 'url = "https://example.org/delegated-extended"', "```")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value in (None, ()) else str(value)


def _code(words: Iterable[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{' --- |' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    for file, page in pages().items():
        (Path(sys.argv[1]) / file).write_text(page, encoding="utf-8")
