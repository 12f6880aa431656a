"""`acs firmware`: see HELP."""

import argparse
from pathlib import Path

from gatewatch.cli.acs_place import actor, add_place_options, now, opened
from gatewatch.cli.output import add_format_option, write_table
from gatewatch.model.errors import Exit, FirmwareRefused
from gatewatch.model.moment import iso
from gatewatch.model.table import Table

HELP = "the catalogue of signed firmware"


def configure(parser: argparse.ArgumentParser) -> None:
    """One sub-command a verb."""
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    making = verbs.add_parser("keygen", help="make a key to sign with; keep it off the ACS")
    making.add_argument("key", type=Path, metavar="KEY", help="where to write the private key")
    making.set_defaults(verb=_keygen)
    signing = verbs.add_parser("sign", help="write a signed statement beside a file")
    signing.add_argument("file", type=Path, metavar="FILE", help="the firmware")
    signing.add_argument("--key", type=Path, required=True, metavar="KEY", help="of keygen")
    signing.add_argument(
        "--version", required=True, metavar="V", help="SoftwareVersion of a device that has it"
    )
    signing.add_argument(
        "--model",
        action="append",
        required=True,
        metavar="M",
        help="OUI/ProductClass or OUI/ProductClass/HardwareVersion that it is for; * is any",
    )
    signing.set_defaults(verb=_sign)
    trusting = verbs.add_parser("trust", help="take firmware that the owner of a key signed")
    trusting.add_argument("public", type=Path, metavar="PUB", help="the public key of keygen")
    trusting.set_defaults(verb=_trust)
    adding = verbs.add_parser("add", help="take a file whose statement lies beside it")
    adding.add_argument("file", type=Path, metavar="FILE", help="the firmware")
    adding.set_defaults(verb=_add)
    listing = verbs.add_parser("list", help="one line a file")
    listing.set_defaults(verb=_list)
    verifying = verbs.add_parser("verify", help="compare every file with its statement")
    verifying.set_defaults(verb=_verify)
    removing = verbs.add_parser("remove", help="take one out")
    removing.add_argument("sha256", metavar="SHA256", help="as the list shows it")
    removing.set_defaults(verb=_remove)
    for verb in (trusting, adding, listing, verifying, removing):
        add_place_options(verb)
    add_format_option(listing)


def run(args: argparse.Namespace) -> int:
    """Does it."""
    code: int = args.verb(args)
    return code


def _keygen(args: argparse.Namespace) -> int:
    from gatewatch.acs.firmware import make_key

    public = make_key(args.key)
    print(f"{args.key}: sign with it, and keep it away from the ACS")
    print(f'{public}: "gatewatch acs firmware trust {public}"')
    return Exit.FOUND


def _sign(args: argparse.Namespace) -> int:
    from gatewatch.acs.firmware import sign

    print(sign(args.file, args.version, args.model, args.key))
    return Exit.FOUND


def _trust(args: argparse.Namespace) -> int:
    from gatewatch.acs.state.changes import Audit
    from gatewatch.acs.state.records import AuditEntry

    with opened(args, make=True) as place:
        place.store.trust(args.public)
        entry = AuditEntry(now(), actor(), "trusted a signer", args.public.stem)
        place.state.apply([Audit(entry)])
    print(f"{args.public.stem}: trusted")
    return Exit.FOUND


def _add(args: argparse.Namespace) -> int:
    from gatewatch.acs.firmware import read_statement, statement_path
    from gatewatch.acs.state.changes import AddFile, Audit
    from gatewatch.acs.state.records import AuditEntry

    with opened(args) as place:
        said = read_statement(statement_path(args.file))
        file = place.store.add(args.file, said, now(), actor())
        entry = AuditEntry(now(), actor(), "added firmware", file.sha256, file.name)
        place.state.apply([AddFile(file), Audit(entry)])
    print(f"{file.sha256} {file.name}: {file.version} for {', '.join(file.models)}")
    return Exit.FOUND


def _list(args: argparse.Namespace) -> int:
    columns = ("name", "version", "models", "size", "signer", "added", "sha256")
    with opened(args) as place:
        rows = [
            (one.name, one.version, one.models, one.size, one.signer, iso(one.added), one.sha256)
            for one in place.state.files()
        ]
    return write_table(Table(columns, rows), args)


def _verify(args: argparse.Namespace) -> int:
    with opened(args) as place:
        files = place.state.files()
        wrong = {one: problem for one in files if (problem := place.store.check(one))}
    for one, problem in wrong.items():
        print(f"{one.name}: {problem}")
    if wrong:
        raise FirmwareRefused(
            where="catalogue",
            what=f"{len(wrong)} of {len(files)} files are not what was signed (named above)",
            mend="add them again, or remove them",
        )
    print(f"{len(files)} files are what was signed")
    return Exit.FOUND


def _remove(args: argparse.Namespace) -> int:
    from gatewatch.acs.state.changes import Audit, RemoveFile
    from gatewatch.acs.state.records import AuditEntry

    with opened(args) as place:
        entry = AuditEntry(now(), actor(), "removed firmware", args.sha256)
        there = place.state.apply([RemoveFile(args.sha256), Audit(entry)])[0]
        if there:
            place.store.path(args.sha256).unlink(missing_ok=True)
    print(f"{args.sha256}: {'removed' if there else 'there is none'}")
    return Exit.FOUND if there else Exit.NOTHING
