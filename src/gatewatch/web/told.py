"""The same question in other words: the command line and the call of the API.

Every page shows both, so that what was clicked together can be scripted.
"""

import shlex
from collections.abc import Sequence

from gatewatch.web.state import url

__all__ = ["call_of", "command_of"]

Value = str | int | bool | Sequence[str] | None


def command_of(word: str, /, *words: str, **options: Value) -> str:
    """`gatewatch report country:IT --by server -n 10`, quoted for a POSIX shell.

    Options without a value (None, False, nothing) are left out, True is a bare flag, several
    values are several options; one letter is a short option, `_` is written `-`.
    """
    flags: list[str] = []
    for name, value in options.items():
        flag = f"-{name}" if len(name) == 1 else f"--{name.replace('_', '-')}"
        if value is True:
            flags.append(flag)
        else:
            flags += [part for one in _several(value) for part in (flag, one)]
    # What begins with a dash, such as the query "-port:80", would be taken for an option.
    dashed = any(one.startswith("-") for one in words)
    line = [word, *flags, "--", *words] if dashed else [word, *words, *flags]
    return shlex.join(["gatewatch", *line])


def call_of(path: str, /, **values: Value) -> str:
    """`/api/v1/report?q=country%3AIT&by=server`."""
    pairs = [(name, one) for name, value in values.items() for one in _several(value)]
    return url(f"/api/v1{path}", pairs)


def _several(value: Value) -> list[str]:
    if value is None or value is False or value == "":
        return []
    if value is True:
        return ["1"]
    return [str(value)] if isinstance(value, str | int) else list(value)
