"""`gatewatch watch`: who of our people signs in from behind an exposed router."""

import argparse

from gatewatch.cli.watching import Word, watch_words

HELP = "Find people who sign in from behind an exposed router or round the VPN, and get it mended."
EXAMPLES = tuple(line for module in watch_words().values() for line in module.EXAMPLES)


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command for each file in `cli/watching`."""
    words = parser.add_subparsers(metavar="WORD", required=True)
    for word, module in watch_words().items():
        told = module.HELP[:1].lower() + module.HELP[1:].rstrip(".")
        epilog = "examples:\n" + "\n".join(f"  {line}" for line in module.EXAMPLES)
        sub = words.add_parser(word, help=told, description=module.HELP, epilog=epilog)
        module.configure(sub)
        sub.set_defaults(watching=module)


def run(args: argparse.Namespace) -> int:
    """Does what the word says."""
    word: Word = args.watching
    return word.run(args)
