"""`gatewatch doctor`: what this machine and this lake can and cannot do, and how to mend it."""

import argparse
import locale
import os
import resource
import select
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from gatewatch.cli.output import add_format_option, write_table
from gatewatch.cli.settings import SETTINGS, add_lake_option, effective, lake_of
from gatewatch.model.errors import Exit, GatewatchError
from gatewatch.model.moment import SECOND

HELP = "Look for what could go wrong on this machine and say how to mend it."
EXAMPLES = ("gatewatch doctor", "gatewatch doctor --lake ./other --format json")

_OLDEST_PYTHON = (3, 11)
_PACKAGES = (
    *("duckdb", "numpy", "orjson", "zstandard", "maxminddb"),
    *("cvss", "netaddr", "xlsxwriter", "resvg_py", "stix2"),
)
# A snapshot of 20 million services takes some 300 MB, and as much again while it is written.
_ROOM = 2**30
# One socket for each service that is being asked, and some files.
_OPEN_FILES = 4096
_NETWORK_DATA_DAYS = 90


class _Finding(NamedTuple):
    """`state`: ok, note (works, could be better) or fault (something will fail)."""

    check: str
    state: str
    what: str
    mend: str | None = None


def configure(parser: argparse.ArgumentParser) -> None:
    """Which lake to look at."""
    add_lake_option(parser)
    add_format_option(parser)


def run(args: argparse.Namespace) -> int:
    """One row per finding; 3 when one of them is a fault. Raises what is wrong with settings."""
    from gatewatch.model.table import Look, Table

    findings = [finding for check in _CHECKS for finding in check(args)]
    looks = {"what": Look.PROSE, "mend": Look.PROSE}
    write_table(Table(_Finding._fields, findings, looks=looks), args)
    return Exit.DATA if any(one.state == "fault" for one in findings) else Exit.FOUND


def _python(args: argparse.Namespace) -> Iterator[_Finding]:
    del args
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= _OLDEST_PYTHON:
        yield _Finding("python", "ok", f"Python {version}")
    else:
        yield _Finding("python", "fault", f"Python {version}", "install Python 3.11 or later")


def _packages(args: argparse.Namespace) -> Iterator[_Finding]:
    del args
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        mend = "start the ./gatewatch of the project, which installs them"
        yield _Finding("packages", "fault", f"missing: {', '.join(missing)}", mend)
    else:
        yield _Finding("packages", "ok", "all are installed")


def _platform(args: argparse.Namespace) -> Iterator[_Finding]:
    del args
    if hasattr(select, "epoll"):
        yield _Finding("platform", "ok", f"{sys.platform} with epoll")
    else:
        mend = "import, search and report work here; scan from a Linux machine"
        yield _Finding("platform", "note", f"{sys.platform} has no epoll to scan with", mend)


def _settings(args: argparse.Namespace) -> Iterator[_Finding]:
    known = {entry.variable for entry in SETTINGS.values()}
    for name in sorted(os.environ):
        if name.startswith("GATEWATCH_") and name not in known:
            mend = 'unset it, or see "gatewatch config" for those that exist'
            yield _Finding("settings", "note", f"{name} is set but means nothing", mend)
    for entry in SETTINGS.values():
        effective(entry, args)
    yield _Finding("settings", "ok", "all have valid values")


def _lake(args: argparse.Namespace) -> Iterator[_Finding]:
    from gatewatch.store.manifest import load_manifest

    path = lake_of(args)
    try:
        manifest = load_manifest(path)
    except GatewatchError as error:
        yield _Finding("lake", "fault", str(error), "see there")
        return
    if manifest is None and path.exists() and not path.is_dir():
        yield _Finding("lake", "fault", f"{path}: is no folder", "choose another --lake")
    elif manifest is None:
        mend = '"gatewatch import FILE" or "gatewatch demo" makes one'
        yield _Finding("lake", "note", f"{path}: no lake is here", mend)
    else:
        count = len(manifest.snapshots)
        yield _Finding("lake", "ok", f"{path}: {count:,} snapshots, readable")
    yield from _room(_nearest(path))


def _room(place: Path) -> Iterator[_Finding]:
    if not os.access(place, os.W_OK | os.X_OK):
        mend = "choose a --lake that you may write; reading works"
        yield _Finding("rights", "note", f"{place}: you may not write here", mend)
    else:
        yield _Finding("rights", "ok", f"{place}: you may write here")
    free = shutil.disk_usage(place).free
    told = f"{place}: {free / 1e9:,.1f} GB are free"
    if free < _ROOM:
        yield _Finding("space", "note", told, "free some, or choose another --lake")
    else:
        yield _Finding("space", "ok", told)


def _networks(args: argparse.Namespace) -> Iterator[_Finding]:
    from gatewatch.enrich.sources import sources

    try:
        tables = sources(lake_of(args))
    except GatewatchError as error:
        yield _Finding("network data", "fault", str(error), "see there")
        return
    if not tables:
        mend = '"gatewatch geo import FILE" or "gatewatch geo update" brings countries and networks'
        yield _Finding("network data", "note", "none: countries and networks are unknown", mend)
    for table in tables:
        age = int(max(0.0, time.time() - table.moment / SECOND) / 86400)
        dated = f"data of {table.data_date}" if table.data_date else "no date, so since its import"
        told = f"{table.name}: {age:,} days old ({dated})"
        if age > _NETWORK_DATA_DAYS:
            newer = '"gatewatch geo import FILE" with a newer one'
            mend = f'"gatewatch geo update {table.name}"' if table.origin else newer
            yield _Finding("network data", "note", told, mend)
        else:
            yield _Finding("network data", "ok", told)


def _open_files(args: argparse.Namespace) -> Iterator[_Finding]:
    del args
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = hard if hard != resource.RLIM_INFINITY else max(soft, _OPEN_FILES)
    if most < _OPEN_FILES:
        mend = f'"ulimit -n {_OPEN_FILES}" as root, or LimitNOFILE of the service'
        yield _Finding("open files", "note", f"at most {most:,}: scans will be slow", mend)
    else:
        yield _Finding("open files", "ok", f"up to {most:,}")


def _text(args: argparse.Namespace) -> Iterator[_Finding]:
    del args
    encoding = locale.getpreferredencoding(do_setlocale=False)
    if encoding.replace("-", "").lower() == "utf8":
        yield _Finding("text", "ok", "UTF-8")
    else:
        mend = "set LANG=C.UTF-8"
        yield _Finding("text", "note", f"{encoding}: bars and names are written in ASCII", mend)


def _privileges(args: argparse.Namespace) -> Iterator[_Finding]:
    del args
    told = "root, which no command needs" if os.geteuid() == 0 else "none, and none are needed"
    yield _Finding("privileges", "ok", told)


_CHECKS: tuple[Callable[[argparse.Namespace], Iterator[_Finding]], ...] = (
    _python, _packages, _platform, _settings, _lake, _networks, _open_files, _text, _privileges,
)  # fmt: skip


def _nearest(path: Path) -> Path:
    """`path`, or the closest folder above it that exists."""
    path = path.absolute()
    return next(place for place in (path, *path.parents) if place.is_dir())
