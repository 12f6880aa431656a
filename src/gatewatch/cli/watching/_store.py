"""Where watch keeps things, as the command line says it."""

import argparse
from pathlib import Path

from gatewatch.cli.settings import WATCH, add_lake_option, add_option, setting

__all__ = ["add_places", "add_watch_option", "watch_of"]


def add_watch_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--watch DIR`."""
    add_option(parser, WATCH)


def add_places(parser: argparse.ArgumentParser) -> None:
    """Adds `--watch DIR` and `--lake DIR`."""
    add_watch_option(parser)
    add_lake_option(parser)


def watch_of(args: argparse.Namespace) -> Path:
    """The folder of watch, which need not exist."""
    return setting(WATCH, args)
