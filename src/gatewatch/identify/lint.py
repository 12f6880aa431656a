"""What is wrong, slow or hidden in fingerprints: all of it, where reading them stops at the first.

`lint` reads the user's folder, or ours, entry by entry. An `error` makes the catalogue refuse the
folder or is an example that is not true; a `note` is worth a look: an entry that replaces one of
ours, says what another one says already, or comes near the limit of work.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from gatewatch.identify.catalogue import catalogue, feature_of
from gatewatch.identify.entries import Fingerprint, read_fingerprints
from gatewatch.identify.matcher import assertions_of
from gatewatch.identify.patterns import WORK_LIMIT
from gatewatch.identify.proof import failures, features_of
from gatewatch.identify.vocabulary import Vocabulary, read_vocabulary
from gatewatch.model.errors import CatalogueBroken
from gatewatch.model.knowledge import folders, load_toml, toml_files

__all__ = ["Problem", "lint", "lint_file"]

# A pattern above this share of the limit may well be written better.
_MUCH = WORK_LIMIT // 4 * 3


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding."""

    kind: str
    """`error` or `note`."""
    where: str
    """File, and entry where it is one entry's."""
    what: str
    mend: str


def lint(overlay: Path | None) -> Iterator[Problem]:
    """The findings in the user's folder, or in ours where there is none; raises CatalogueBroken.

    Names of entries that are wrong may be missing in what follows, so mend errors first.
    """
    ours = catalogue()
    known, problem = _vocabulary(overlay)
    if problem:
        yield problem
    folder: Traversable = overlay or files("gatewatch").joinpath("data")
    entries: list[Fingerprint] = []
    for file in toml_files(folder.joinpath("fingerprints")):
        found, problems = lint_file(file, known)
        entries += found
        yield from problems
    yield from _alike(entries)
    if overlay:
        yield from _against(entries, ours.fingerprints)


def lint_file(file: Traversable, vocabulary: Vocabulary) -> tuple[list[Fingerprint], list[Problem]]:
    """The sound entries of one file, and what is wrong with the others and with examples."""
    try:
        feature = feature_of(file.name)
        content = load_toml(file)
        tables = content.get("fingerprint", [])
        if not isinstance(tables, list) or content.keys() - {"fingerprint"}:
            list(read_fingerprints(content, file.name, feature, vocabulary))
    except CatalogueBroken as error:
        return [], [_error(error)]
    entries: list[Fingerprint] = []
    problems: list[Problem] = []
    seen: set[object] = set()
    for table in tables if isinstance(tables, list) else []:
        try:
            (entry,) = read_fingerprints({"fingerprint": [table]}, file.name, feature, vocabulary)
        except CatalogueBroken as error:
            problems.append(_error(error))
            continue
        if entry.id in seen:
            where = f"{file.name}: {entry.id}"
            problems.append(Problem("error", where, "this id is there twice", "give it another id"))
        seen.add(entry.id)
        entries.append(entry)
        problems += _unproven(entry, file.name)
    return entries, problems


def _vocabulary(overlay: Path | None) -> tuple[Vocabulary, Problem | None]:
    try:
        return read_vocabulary([root.joinpath("vocabulary") for root in folders(overlay)]), None
    except CatalogueBroken as error:
        if overlay is None or not overlay.is_dir():
            raise
        return catalogue().vocabulary, _error(error)


def _error(error: CatalogueBroken) -> Problem:
    told = error.values
    return Problem("error", told["where"], told["what"], told["mend"])


def _unproven(entry: Fingerprint, file: str) -> Iterator[Problem]:
    where = f"{file}: {entry.id}"
    for failure in failures(entry):
        yield Problem("error", where, failure, "mend the pattern or the example")
    if entry.pattern.work > _MUCH:
        share = 100 * entry.pattern.work // WORK_LIMIT
        what = f"the pattern needs {share} % of the work that is allowed"
        yield Problem("note", where, what, "anchor it or bound its repeats")


def _alike(entries: Sequence[Fingerprint]) -> Iterator[Problem]:
    """Entries of one folder of which the later adds nothing."""
    for place, entry in enumerate(entries):
        for earlier in entries[:place]:
            if earlier.feature == entry.feature and _says_already(earlier, entry):
                yield Problem(
                    "note",
                    f"{_file(entry)}: {entry.id}",
                    f"{earlier.id} asserts the same of all its examples",
                    "leave one of them out, or assert what tells them apart",
                )


def _says_already(earlier: Fingerprint, entry: Fingerprint) -> bool:
    """Whether `earlier` alone makes every assertion of `entry` on its examples."""
    return all(
        _said(entry, features) <= _said(earlier, features)
        for example in entry.examples
        for features in [features_of(entry.feature, example)]
    )


def _said(entry: Fingerprint, features: dict[str, str]) -> set[tuple[str, str]]:
    return {(one.field, one.value) for one in assertions_of(entry, features) or ()}


def _against(
    entries: Iterable[Fingerprint], ours: Mapping[str, Sequence[Fingerprint]]
) -> Iterator[Problem]:
    """What the user's entries do to ours, and where ours say it already."""
    for entry in entries:
        where = f"{_file(entry)}: {entry.id}"
        for other in ours.get(entry.feature, ()):
            if other.id == entry.id:
                what = "replaces the entry of that name that gatewatch brings"
                yield Problem("note", where, what, "give it another id to keep both")
            elif _says_already(other, entry):
                what = f"gatewatch's own {other.id} asserts the same of all its examples"
                yield Problem("note", where, what, "leave it out, or assert what it adds")


def _file(entry: Fingerprint) -> str:
    return f"{entry.feature.replace('.', '_')}.toml"
