"""The parameters that matter to us, under both roots: what each means, its type, its dangers.

One file a topic, `data/parameters/<topic>.toml`, with a table for each parameter:
- its key, such as `connection-request.enable`, is what it is called here;
- `sentence`: what it is for; `type`: as in SetParameterValues; `writable` (true unless said);
- `igd`, `device`: its names below the two roots, lists of patterns in which `{i}` stands for an
  instance; one of the two may be missing;
- `hidden`: reads back empty, so it is never compared; `guarded`: a wrong value strands the device
  or opens it, so it is changed only after a second confirmation.

Sources: TR-098 and TR-181 of the Broadband Forum; vendors' own names from published data models.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

from gatewatch.acs.paths import IGD, TR181, matches
from gatewatch.model.errors import CatalogueBroken
from gatewatch.protocol.cwmp import TYPES

__all__ = ["Known", "known_parameter", "known_parameters"]


@dataclass(frozen=True, slots=True)
class Known:
    """One parameter that matters."""

    key: str
    sentence: str
    type: str = "string"
    igd: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    writable: bool = True
    hidden: bool = False
    guarded: bool = False

    def names(self, root: str) -> tuple[str, ...]:
        """Its patterns below one of the two roots; none where the model does not have it."""
        return {IGD: self.igd, TR181: self.device}.get(root, ())


@cache
def known_parameters() -> Mapping[str, Known]:
    """Every parameter by key, sorted; raises CatalogueBroken."""
    folder = files("gatewatch").joinpath("data", "parameters")
    found: dict[str, Known] = {}
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name.endswith(".toml"):
            for one in _read(entry.name, entry.read_text("utf-8")):
                if one.key in found:
                    _refuse(entry.name, f'"{one.key}" is there twice', "keep one of them")
                found[one.key] = one
    return dict(sorted(found.items()))


def known_parameter(name: str) -> Known | None:
    """The parameter whose pattern `name` is; None for one that we know nothing of."""
    by_length = _by_length()
    for pattern, known in by_length.get(name.count("."), ()):
        if matches(pattern, name):
            return known
    return None


@cache
def _by_length() -> Mapping[int, list[tuple[str, Known]]]:
    found: dict[int, list[tuple[str, Known]]] = {}
    for known in known_parameters().values():
        for pattern in (*known.igd, *known.device):
            found.setdefault(pattern.count("."), []).append((pattern, known))
    return found


def _read(name: str, text: str) -> list[Known]:
    where = f"parameters/{name}"
    try:
        return [_known(where, key, entry) for key, entry in _tables("", tomllib.loads(text))]
    except (TypeError, tomllib.TOMLDecodeError) as error:
        _refuse(where, str(error), "see the keys in acs/data_model.py")


def _tables(above: str, table: Mapping[str, object]) -> list[tuple[str, dict[str, object]]]:
    """(dotted key, entry) of each parameter; TOML nests what is dotted."""
    found = []
    for key, value in table.items():
        if not isinstance(value, dict):
            raise TypeError(f'"{key}" belongs to no parameter')
        dotted = f"{above}{key}"
        if "sentence" in value:
            found.append((dotted, value))
        else:
            found += _tables(f"{dotted}.", value)
    return found


def _known(where: str, key: str, entry: dict[str, object]) -> Known:
    listed: dict[str, Any] = {**entry}
    for root in ("igd", "device"):
        listed[root] = tuple(listed.get(root, ()))
    known = Known(key, **listed)
    for root, patterns in ((IGD, known.igd), (TR181, known.device)):
        for pattern in patterns:
            if not pattern.startswith(root):
                _refuse(where, f'{key}: "{pattern}" is not below {root}', "name it below it")
    if not (known.igd or known.device):
        _refuse(where, f"{key} has no name", "give igd, device or both")
    if known.type not in TYPES:
        _refuse(where, f'{key}: no type "{known.type}"', f"use {', '.join(TYPES)}")
    return known


def _refuse(where: str, what: str, mend: str) -> NoReturn:
    raise CatalogueBroken(where=where, what=what, mend=mend)
