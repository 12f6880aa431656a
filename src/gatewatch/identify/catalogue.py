"""The catalogue: what is known of devices, read from data and proven to be well-formed.

`catalogue()` reads `data/fingerprints/*.toml`, `data/vocabulary/*.toml` and `data/signs/*.toml`
on first use. A user's own folder of the same layout is read first and never written: an entry
there with the id of one of ours replaces it, any other adds to it. docs/how-to/add-a-fingerprint.md
shows the format. What is wrong raises CatalogueBroken, which names file, entry and mend.

`catalogue_id()` is the version of all understanding: it changes whenever any of these bytes, the
code that reads answers, or the fields of a response change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from gatewatch.identify.entries import Fingerprint, Signs, read_fingerprints, read_signs
from gatewatch.identify.vocabulary import Vocabulary, read_vocabulary
from gatewatch.model.errors import CatalogueBroken
from gatewatch.model.fields import FIELDS, Home
from gatewatch.model.knowledge import code_of, folders, load_toml, toml_files, version_of
from gatewatch.protocol.facts import FEATURES

__all__ = ["Catalogue", "catalogue", "catalogue_id", "feature_of"]

_DATA_FOLDERS = ("fingerprints", "signs", "vocabulary")
# What turns an answer into features and features into an identity: part of the version.
_CODE_FOLDERS = ("protocol", "identify")


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Everything that is known; compared by identity, since there is one per folder."""

    fingerprints: Mapping[str, tuple[Fingerprint, ...]]
    """By the feature they match, in the order in which they are tried."""
    signs: Signs
    vocabulary: Vocabulary


@cache
def catalogue(overlay: Path | None = None) -> Catalogue:
    """The catalogue, with the entries of the user's folder `overlay`; raises CatalogueBroken."""
    roots = folders(overlay)
    vocabulary = read_vocabulary([root.joinpath("vocabulary") for root in roots])
    found: dict[tuple[str, str], Fingerprint] = {}
    for root in roots:
        for file in toml_files(root.joinpath("fingerprints")):
            feature = feature_of(file.name)
            content = _ours(file.name) if root is roots[-1] else load_toml(file)
            for entry in read_fingerprints(content, file.name, feature, vocabulary):
                found.setdefault((feature, entry.id), entry)
    by_feature: dict[str, list[Fingerprint]] = {}
    for (feature, _), entry in found.items():
        by_feature.setdefault(feature, []).append(entry)
    signs = files("gatewatch").joinpath("data", "signs", "cwmp.toml")
    return Catalogue(
        {feature: tuple(entries) for feature, entries in by_feature.items()},
        read_signs(load_toml(signs), signs.name, vocabulary),
        vocabulary,
    )


@cache
def _ours(name: str) -> dict[str, object]:
    """A file that gatewatch brings, which does not change while it runs; a user's may."""
    return load_toml(files("gatewatch").joinpath("data", "fingerprints", name))


@cache
def catalogue_id(overlay: Path | None = None) -> str:
    """16 hex digits that stand for this knowledge and this code, the same on every machine."""
    return version_of(_versioned(overlay))


def _versioned(overlay: Path | None) -> Iterator[tuple[str, bytes]]:
    for root in folders(overlay):
        for folder in _DATA_FOLDERS:
            for file in toml_files(root.joinpath(folder)):
                yield f"{folder}/{file.name}", file.read_bytes()
    for entry in FIELDS.values():
        if entry.home is Home.RESPONSE and not entry.computed:
            yield f"fields/{entry.name}", f"{entry.kind} {entry.many}".encode()
    yield from code_of(*_CODE_FOLDERS)


def feature_of(name: str) -> str:
    """`http_server.toml` holds the patterns for `http.server`; raises CatalogueBroken."""
    feature = name.removesuffix(".toml").replace("_", ".", 1)
    if feature not in FEATURES:
        known = ", ".join(known.replace(".", "_", 1) + ".toml" for known in FEATURES)
        raise CatalogueBroken(where=name, what="no such feature", mend=f"name it one of {known}")
    return feature
