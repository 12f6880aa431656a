"""`gatewatch geo`: the tables that say in which country and network an address is."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gatewatch.cli.geo_update import tell_rejected, update
from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.parser import meant
from gatewatch.cli.progress import Progress, say
from gatewatch.cli.settings import add_lake_option, lake_of
from gatewatch.model.address import Address, parse_address
from gatewatch.model.errors import BadArguments, Exit, RangesMissing
from gatewatch.model.table import Look, Table, Value

if TYPE_CHECKING:
    from gatewatch.enrich.intake import Intake
    from gatewatch.enrich.ranges import Ranges
    from gatewatch.enrich.sources import Source

HELP = "Import, update, list, remove and ask the tables of countries and networks."
EXAMPLES = (
    "gatewatch geo import GeoLite2-Country.mmdb GeoLite2-ASN.mmdb",
    'gatewatch geo import ours.csv --name ours --licence "our own"',
    "gatewatch geo update",
    "gatewatch geo list",
    "gatewatch geo lookup 192.0.2.1 2001:db8::1",
    "gatewatch geo remove ours",
)

_STDIN = "-"
_HOW = '"gatewatch geo import FILE" brings it, until then every country is unknown'


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    importing = verbs.add_parser("import", help="take tables from files into the lake")
    importing.add_argument("files", nargs="+", metavar="FILE", help="a table; - is standard input")
    importing.add_argument(
        "--name", help="what to call it (default: the file's name without its date)"
    )
    importing.add_argument("--licence", metavar="TEXT", help="the notice its terms of use ask for")
    importing.set_defaults(verb=_import)
    updating = verbs.add_parser("update", help="fetch newer ones from those whom settings name")
    updating.add_argument("names", nargs="*", metavar="NAME", help="only these (default: all)")
    updating.set_defaults(verb=update)
    listing = verbs.add_parser("list", help="one line a table, in the order they are asked")
    listing.set_defaults(verb=_list)
    remove = verbs.add_parser("remove", help="take one out of the lake")
    remove.add_argument("name", metavar="NAME", help="its name")
    remove.set_defaults(verb=_remove)
    lookup = verbs.add_parser("lookup", help="where addresses are")
    lookup.add_argument("addresses", nargs="+", metavar="IP", help="an IPv4 or IPv6 address")
    lookup.set_defaults(verb=_lookup)
    for verb in (importing, updating, listing, remove, lookup):
        add_lake_option(verb)
    for verb in (updating, listing, lookup):
        add_format_option(verb)


def run(args: argparse.Namespace) -> int:
    """Runs the verb."""
    code: int = args.verb(args)
    return code


def _import(args: argparse.Namespace) -> int:
    from gatewatch.enrich.sources import FOLDER
    from gatewatch.store.lock import writer_lock

    files = _named(args.files, args.name)
    # All files are read before the first is kept, so that a broken one changes nothing.
    intakes = {name: _read(file, args) for name, file in files.items()}
    lake = lake_of(args)
    with writer_lock(lake / FOLDER):
        for name, intake in intakes.items():
            _save(lake, name, files[name], intake, args)
    return Exit.PARTIAL if any(one.rejected for one in intakes.values()) else Exit.FOUND


def _named(files: Sequence[str], name: str | None) -> dict[str, str]:
    """Name of each table to the file it comes from; raises BadArguments."""
    from gatewatch.enrich.intake import plain_name
    from gatewatch.enrich.sources import is_table_name

    if name is not None and len(files) > 1:
        raise BadArguments(
            where="--name", what=f"is one name for {len(files)} files", mend="import one by one"
        )
    if name is not None and not is_table_name(name):
        raise BadArguments(
            where="--name",
            what=f'"{name}" cannot name a table',
            mend="give small letters, digits, dots and hyphens, 64 at most",
        )
    named: dict[str, str] = {}
    for file in files:
        key = name or ("stdin" if file == _STDIN else plain_name(Path(file)))
        if key in named:
            raise BadArguments(
                where=file,
                what=f'would be called "{key}", like {named[key]}',
                mend="import one by one with --name",
            )
        named[key] = file
    return named


def _read(file: str, args: argparse.Namespace) -> "Intake":
    from gatewatch.enrich.intake import read_file

    path = Path("/dev/stdin" if file == _STDIN else file)
    with Progress(f"geo import {file}", "rows", args) as progress:
        return read_file(path, progress.show)


def _save(lake: Path, name: str, file: str, intake: "Intake", args: argparse.Namespace) -> None:
    from gatewatch.enrich.intake import named_date
    from gatewatch.enrich.tables import save_table

    path = Path(file)
    source = save_table(
        lake, name, intake, file=path.name, data_date=named_date(path), licence=args.licence
    )
    told = {"asn": "network", "country": "country", "both": "country and network"}[source.kind]
    say(
        f"geo import {file}: {source.ranges4:,} IPv4 and {source.ranges6:,} IPv6 ranges with "
        f'{told}, called "{name}" ({intake.format})',
        args,
    )
    if source.licence is None:
        say(f'geo import {file}: no licence is known; --licence "..." records one', args)
    tell_rejected(f"geo import {file}", intake, args)


def _list(args: argparse.Namespace) -> int:
    from gatewatch.enrich.sources import sources

    columns = (
        *("name", "tells", "ranges", "data_date", "imported_at", "format", "licence", "file"),
        "from",
    )
    rows = [_described(source) for source in sources(lake_of(args))]
    if not rows:
        say(f"{lake_of(args)}: no network data; {_HOW}", args)
    looks = {"name": Look.WHOLE, "data_date": Look.WHOLE, "imported_at": Look.WHOLE}
    return write_table(Table(columns, rows, looks=looks), args)


def _described(source: "Source") -> Sequence[Value]:
    return (
        source.name,
        source.kind,
        source.ranges4 + source.ranges6,
        source.data_date,
        source.imported_at,
        source.format,
        source.licence,
        source.file,
        source.origin.url if source.origin else None,
    )


def _remove(args: argparse.Namespace) -> int:
    from gatewatch.enrich.sources import FOLDER, sources
    from gatewatch.enrich.tables import remove_table
    from gatewatch.store.lock import writer_lock

    lake = lake_of(args)
    if (lake / FOLDER).is_dir():
        with writer_lock(lake / FOLDER):
            if remove_table(lake, args.name):
                say(f"geo: {args.name} is removed", args)
                return Exit.FOUND
    names = [source.name for source in sources(lake)]
    raise BadArguments(
        where=lake,
        what=f'has no table "{args.name}"',
        mend=f'{meant(args.name, names)}"gatewatch geo list" shows all',
    )


def _lookup(args: argparse.Namespace) -> int:
    from gatewatch.enrich.sources import as_names, sources
    from gatewatch.enrich.tables import load_ranges

    addresses = [_address(text) for text in args.addresses]
    lake = lake_of(args)
    ranges = load_ranges(lake)
    if ranges is None:
        raise RangesMissing(where=lake)
    rows = _located(addresses, ranges, as_names(lake))
    unknown = sum(row[1] is None and row[3] is None for row in rows)
    notes = [str(source) for source in sources(lake)]
    if unknown:
        notes.insert(0, f"{unknown:,} of {len(rows):,} addresses are unknown to every table")
    write_table(Table(("ip", "country", "country.name", "asn", "as.name"), rows, notes=notes), args)
    return Exit.NOTHING if unknown == len(rows) else Exit.FOUND


def _address(text: str) -> Address:
    try:
        return parse_address(text)
    except ValueError as error:
        raise BadArguments(
            where=f'"{text}"', what=error, mend="give IPv4 or IPv6 addresses"
        ) from None


def _located(
    addresses: Sequence[Address], ranges: "Ranges", names: dict[int, str]
) -> list[Sequence[Value]]:
    import numpy as np

    from gatewatch.enrich.countries import country_name, unpack

    rows: list[Sequence[Value]] = []
    for address in addresses:
        high, low = (np.array([half or 0], dtype=np.int64) for half in address)
        found = ranges.locate(high, low, 4 if address.high is None else 6)
        asn, code = int(found[0][0]), unpack(int(found[1][0]))
        name = country_name(code) if code else None
        rows.append((str(address), code, name, asn or None, names.get(asn)))
    return rows
