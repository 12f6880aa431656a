"""Small files of a scan's folder, replaced in one step."""

import json
import os
from pathlib import Path
from typing import Any

__all__ = ["read_json", "replace_file"]

_LIMIT = 16 * 1024 * 1024


def replace_file(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Makes `content` the content of `path`: a reader sees the old or the new, never half."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    beside.replace(path)
    if durable:
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in `path`; None when it is missing or cannot be read as one."""
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_LIMIT))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
