"""`gatewatch scan`: asks the addresses of a scope file, politely, and keeps a snapshot."""

import argparse
from collections.abc import Callable
from typing import NamedTuple

from gatewatch.cli.scanning import planning, running, setup, steering
from gatewatch.model.errors import Exit

HELP = "Scan the addresses of a scope file with one GET each; plan first, then run."
EXAMPLES = (
    "gatewatch scan plan --scope ours.txt --exclude exclude.txt --contact mailto:noc@example.net",
    "gatewatch scan run --scope ours.txt --exclude exclude.txt --contact https://scan.example.net",
    "gatewatch scan run --scope lab.txt --lab",
    "gatewatch scan resume gatewatch-lake/scans/20261124T100000Z",
    "gatewatch scan exclude 198.51.100.0/24 --reason noc@example.net",
)


class _Action(NamedTuple):
    help: str
    configure: tuple[Callable[[argparse.ArgumentParser], None], ...]
    run: Callable[[argparse.Namespace], int]


def plan(args: argparse.Namespace) -> int:
    """Shows the plan."""
    made = planning.made_plan(args)
    print("\n".join(planning.told(made, args)))
    if args.check:
        print("\n".join(setup.missing(made)))
    return Exit.FOUND


_ACTIONS = {
    "plan": _Action(
        "show what would be asked, and send nothing",
        (planning.configure_plan, setup.configure_check),
        plan,
    ),
    "run": _Action(
        "show the plan, follow it, and store what was seen as a snapshot",
        (planning.configure_plan, running.configure_run),
        running.run,
    ),
    "resume": _Action(
        "go on with a scan that was stopped or killed", (running.configure_resume,), running.resume
    ),
    "status": _Action(
        "show where scans stand", (steering.configure_status,), steering.status
    ),
    "stop": _Action("stop a scan that runs", (steering.configure_stop,), steering.stop),
    "exclude": _Action(
        "leave addresses out of a scan that runs, and of later ones",
        (steering.configure_exclude,),
        steering.exclude,
    ),
    "commit": _Action(
        "store what a scan has found so far", (running.configure_commit,), running.commit
    ),
    "setup": _Action(
        "write the pages by which others find out who scans", (setup.configure,), setup.run
    ),
}  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command for each action."""
    actions = parser.add_subparsers(metavar="ACTION", required=True, dest="action")
    for word, action in _ACTIONS.items():
        sub = actions.add_parser(word, help=action.help, description=f"{action.help}.".capitalize())
        for step in action.configure:
            step(sub)


def run(args: argparse.Namespace) -> int:
    """Does the action; scan's own exit codes are told in the guide."""
    return _ACTIONS[args.action].run(args)
