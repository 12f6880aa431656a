# Invariant: any bytes in the manifest's place are a manifest or an error of the house that names
# the file; so are any values under a checksum that fits; time is linear.
"""Tries store/manifest.py."""

import json
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.laws import check_one_line

from gatewatch.model.errors import LakeCorrupt, LakeTooNew
from gatewatch.store.manifest import FORMAT, NAME, load_manifest

__all__ = ["SEEDS", "SNAPSHOT", "TOKENS", "one"]

SNAPSHOT: dict[str, object] = {
    "id": "2026-11-20-zgrab2-1",
    "tool": "zgrab2",
    "inputs": ["scan.jsonl"],
    "details": {},
    "created_at": 1_795_132_800_000_000,
    "first_seen": 1_795_132_800_000_000,
    "last_seen": 1_795_132_800_000_000,
    "services": 1,
    "hosts": 1,
    "responses": 1,
    "duplicates": 0,
    "rejected": 0,
    "unanswered": {"io-timeout": 2},
    "partial": False,
    "located_by": {"networks": 1},
    "networks": ["geo (2026-11)"],
    "catalogue": "0123456789abcdef",
    "version": "0.1",
    "files": {"services-4.parquet": {"size": 1, "sha256": "00"}},
}
_LAKE = {
    "catalogue": "0123456789abcdef",
    "snapshots": [SNAPSHOT],
    "responses": {"responses-1.parquet": {"size": 1, "sha256": "00"}},
}


def _manifest(lake: object) -> bytes:
    """A manifest whose checksum fits."""
    checksum = sha256(json.dumps(lake, sort_keys=True).encode()).hexdigest()
    outer = {"format": FORMAT, "sha256": checksum, "lake": lake}
    return json.dumps(outer, indent=1).encode()


SEEDS = [_manifest(_LAKE), _manifest({}), json.dumps(_LAKE).encode(), b"", b"{}", b"[]"]
TOKENS = [b'"format":', b'"sha256":', b'"lake":', b'"snapshots":', b'"responses":', b'"inputs":']


def one(data: bytes) -> None:
    """Loads `data` as a manifest, and the values in it under a checksum of their own."""
    with TemporaryDirectory() as folder:
        lake = Path(folder)
        _load(lake, data)
        try:
            values = json.loads(data)
        except (ValueError, RecursionError):
            return
        _load(lake, _manifest(values))


def _load(lake: Path, data: bytes) -> None:
    (lake / NAME).write_bytes(data)
    try:
        assert load_manifest(lake) is not None
    except (LakeCorrupt, LakeTooNew) as error:
        check_one_line(error)
        _check_named(error, lake)


def _check_named(error: LakeCorrupt | LakeTooNew, lake: Path) -> None:
    assert str(lake) in str(error)
