"""A report on the command line: what report, stats and aggregate share."""

import argparse
import time
from typing import TYPE_CHECKING

from gatewatch.cli.output import for_people, language_of, write_table, write_tables
from gatewatch.cli.parser import as_typed
from gatewatch.cli.question import asked, say_why_nothing
from gatewatch.model.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gatewatch.model.table import Table
    from gatewatch.query.asking import Question
    from gatewatch.report.answers import Order

    Answering = Callable[[Question, Order], Sequence[Table]]

__all__ = ["number_of_values", "order_of", "write_answer"]

_MOST = 100_000


def number_of_values(word: str) -> int:
    """How many values a user wants to see."""
    if not word.isascii() or not word.isdigit() or not 0 < int(word[:9]) <= _MOST:
        message = f"{word!r} is not a number from 1 to {_MOST:,}"
        raise argparse.ArgumentTypeError(message)
    return int(word)


def order_of(args: argparse.Namespace) -> "Order":
    """An order for whoever reads what `args` writes; its kind is still to be chosen."""
    from gatewatch.report.answers import Order

    return Order(
        people=for_people(args),
        language=language_of(args),
        now=time.time(),
        typed=lambda query: as_typed(args, "search", query),
    )


def write_answer(args: argparse.Namespace, order: "Order", answer: "Answering") -> int:
    """Asks and writes one table a report, or one stream of rows in formats for programs."""
    from gatewatch.report.answers import widening

    with asked(args, widening(order)) as question:
        tables = answer(question, order)
        if not tables:
            say_why_nothing(question, args)
            return Exit.NOTHING
        return write_tables(tables, args) if order.people else write_table(tables[0], args)
