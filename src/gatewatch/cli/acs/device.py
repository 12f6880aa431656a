"""`acs device`: see HELP."""

import argparse
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

from gatewatch.cli.acs_place import actor, add_place_options, now, opened
from gatewatch.cli.output import add_format_option, write_table
from gatewatch.model.errors import DeviceUnknown
from gatewatch.model.moment import iso
from gatewatch.model.table import Look, Table, Value

if TYPE_CHECKING:
    from gatewatch.acs.state.records import Device

HELP = "everything that is known of one device"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which device, and what of it."""
    parser.add_argument("device", metavar="DEVICE", help="its id, as acs devices shows it")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--history", action="store_true", help="what was seen to change, and when")
    what.add_argument("--tag", action="append", metavar="TAG", help="give it this tag")
    what.add_argument("--untag", action="append", metavar="TAG", help="take this tag from it")
    what.add_argument(
        "--forget", action="store_true", help="forget the device, and all that belongs to it"
    )
    add_place_options(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """Writes its facts and parameters, or what was asked for."""
    from gatewatch.acs.state.changes import Audit, RemoveDevice, Tagged
    from gatewatch.acs.state.records import AuditEntry

    with opened(args) as place:
        device = place.state.device(args.device)
        if device is None:
            raise DeviceUnknown(where=args.device)
        if args.forget:
            entry = AuditEntry(now(), actor(), "forgot", device.id)
            place.state.apply([RemoveDevice(device.id), Audit(entry)])
            rows: list[tuple[Value, ...]] = [("forgotten", device.id)]
            return write_table(Table(("what", "value"), rows), args)
        if args.tag or args.untag:
            tags = sorted({*device.tags, *(args.tag or ())} - {*(args.untag or ())})
            place.state.apply([Tagged(device.id, tuple(tags))])
            return write_table(Table(("what", "value"), [("tags", ", ".join(tags))]), args)
        if args.history:
            columns = ("at", "name", "before", "after")
            rows = [
                (iso(one.at), one.name, one.before, one.after)
                for one in place.state.history(device.id)
            ]
            return write_table(Table(columns, rows, looks={"name": Look.WHOLE}), args)
        told = place.state.parameters(device.id)
        rows = [*facts(device), *((name, one.value) for name, one in sorted(told.items()))]
        return write_table(Table(("what", "value"), rows, looks={"what": Look.WHOLE}), args)


def facts(device: "Device") -> Iterator[tuple[str, Value]]:
    """What is known beside the parameters."""
    for field in fields(device):
        value = getattr(device, field.name)
        if field.name in ("first_seen", "last_inform"):
            value = iso(value)
        yield field.name, ", ".join(value) if isinstance(value, tuple) else value
