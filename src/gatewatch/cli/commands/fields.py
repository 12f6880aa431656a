"""`gatewatch fields`: what can be searched, counted and shown."""

import argparse

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.progress import say

HELP = "List the fields that queries and reports know, or those that a word finds."
EXAMPLES = ("gatewatch fields", "gatewatch fields server", "gatewatch fields services.port")


def configure(parser: argparse.ArgumentParser) -> None:
    """A word to look for."""
    parser.add_argument(
        "word", nargs="?", default="", help="part of a name, an alias or the sentence"
    )
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """One row per field; a name of another search engine finds ours."""
    from gatewatch.model.fields import FIELDS, similar_names
    from gatewatch.model.table import Look, Table

    word = args.word.lower()
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
