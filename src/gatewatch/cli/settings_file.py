"""Settings files: where a user's own is, and TOML read within bounds, as one error or as values."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from gatewatch.model.errors import BadSettingsFile

__all__ = ["line_of", "read_toml", "user_file"]

# A settings file is a dozen lines; anything larger is some other file under that name.
_FILE_LIMIT = 64 * 1024


def user_file() -> Path | None:
    """A user's own settings; None without a home.

    A relative XDG_CONFIG_HOME is ignored (XDG base directories 0.8).
    """
    base = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    if not base.is_absolute():
        base = Path(os.path.expanduser("~/.config"))  # noqa: PTH111  (Path.home raises without one)
    return base / "gatewatch" / "config.toml" if base.is_absolute() else None


def read_toml(path: Path, *, required: bool = False) -> tuple[Mapping[str, object], str]:
    """A file's values and text, both empty when there is none; raises BadSettingsFile."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(_FILE_LIMIT + 1)
    except OSError as error:
        if not required and isinstance(error, FileNotFoundError | NotADirectoryError):
            return {}, ""
        raise BadSettingsFile(where=path, what=error.strerror, mend="mend or remove it") from None
    if len(raw) > _FILE_LIMIT:
        raise BadSettingsFile(where=path, what="is over 64 KiB", mend="is it a settings file?")
    return _parsed(path, raw)


def _parsed(path: Path, raw: bytes) -> tuple[Mapping[str, object], str]:
    import tomllib  # only a user who has a settings file pays for the parser

    try:
        text = raw.decode()
        return tomllib.loads(text), text
    except RecursionError:
        what = "is nested too deeply"
    except ValueError as error:
        what = f"is not TOML, {error}"
    raise BadSettingsFile(where=path, what=what, mend='a line reads: lake = "folder"')


def line_of(name: str, text: str) -> int:
    """The line on which a name is given a value or a table."""
    key = re.compile(rf"""\s*\[{{0,2}}\s*["']?{re.escape(name)}["']?\s*[\].=]""")
    numbers = (n for n, line in enumerate(text.splitlines(), 1) if key.match(line))
    return next(numbers, 1)
