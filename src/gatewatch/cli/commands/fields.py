"""`gatewatch fields`: what can be searched, counted and shown."""

import argparse
from typing import TYPE_CHECKING

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say
from gatewatch.cli.settings import CATALOGUE, setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatewatch.model.fields import Field

HELP = "List the fields that queries and reports know, or those that a word finds."
EXAMPLES = (
    "gatewatch fields",
    "gatewatch fields tls",
    "gatewatch fields services.port",
    "gatewatch fields country",
)


def configure(parser: argparse.ArgumentParser) -> None:
    """A word to look for."""
    parser.add_argument(
        "word",
        nargs="?",
        default="",
        help="part of a name, an alias or the sentence; a name alone lists known values",
    )
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """One row per field; a name of another search engine finds ours."""
    from gatewatch.model.fields import FIELDS, field_named, similar_names
    from gatewatch.model.table import Look, Table
    from gatewatch.query.words import values_of

    word = args.word.lower()
    entry = field_named(word)
    if args.word and entry is not None and (values := values_of(entry, setting(CATALOGUE, args))):
        return write_table(Table((entry.name, "name"), _values(entry, values)), args)
    rows = [
        (entry.name, entry.shape, entry.sentence, entry.example, " ".join(entry.aliases))
        for entry in FIELDS.values()
        if any(word in text.lower() for text in (entry.name, entry.sentence, *entry.aliases))
    ]
    if not rows and (near := similar_names(word)):
        say(f'no field is called "{args.word}"; did you mean {" or ".join(near)}?', args)
    columns = ("field", "kind", "sentence", "example", "aliases")
    # The aliases help a search; on a terminal they would leave no room for the sentence.
    looks = {"sentence": Look.PROSE, "aliases": Look.DATA}
    return write_table(Table(columns, rows, looks=looks), args)


def _values(entry: "Field", values: "Sequence[str]") -> "list[tuple[str, str | None]]":
    """The values that a field is known to take; of countries their names as well."""
    from gatewatch.enrich.countries import country_name

    is_country = entry.name == "country"
    return [(one, country_name(one) if is_country else None) for one in values]
