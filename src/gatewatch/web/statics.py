"""Style sheet, script and pictures, under names that change with their content.

Such a name can be kept for a year; the plain name is answered, too, and asked for anew each time.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

__all__ = ["PREFIX", "Static", "static", "static_url"]

PREFIX = "/static/"
_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_MARK = 12


class Static(NamedTuple):
    """One file."""

    content: bytes
    media_type: str
    mark: str
    """The beginning of its SHA-256."""
    lasting: bool = False
    """Asked for under the name that never means another content."""


@cache
def _files() -> dict[str, Static]:
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _TYPES:
            content = path.read_bytes()
            mark = sha256(content).hexdigest()[:_MARK]
            found[path.name] = Static(content, _TYPES[path.suffix], mark)
    return found


def static(name: str) -> Static | None:
    """The file called `style.css` or `style.<mark>.css`; None when there is none."""
    files = _files()
    if name in files:
        return files[name]
    stem, _, rest = name.partition(".")
    mark, _, suffix = rest.partition(".")
    found = files.get(f"{stem}.{suffix}")
    return found._replace(lasting=True) if found and found.mark == mark else None


def static_url(name: str) -> str:
    """The address of a file, to be kept as long as a browser likes."""
    stem, _, suffix = name.partition(".")
    return f"{PREFIX}{stem}.{_files()[name].mark}.{suffix}"
