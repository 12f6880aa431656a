"""Stops a writer at a chosen step: a step makes something durable, visible or gone.

As a program it does one piece of work and dies at the step, without any clean-up, as SIGKILL or
a power cut would have it: `stopping.py STEP LAKE FILE replace|remove`.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from gatewatch.enrich.intake import read_file
from gatewatch.enrich.tables import remove_table, save_table

__all__ = ["KILLED", "stop_at"]

KILLED = 9


def stop_at(
    step: int, do: Callable[[], None], patch: Callable[[object, str, object], None]
) -> None:
    """Makes the `step`-th step `do` this first; `patch` sets attributes, as setattr does."""
    left = [step]

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                do()
            return real(*args, **more)

        return call

    patch(os, "fsync", counted(os.fsync))
    patch(Path, "replace", counted(Path.replace))
    patch(Path, "unlink", counted(Path.unlink))


def _main(step: int, lake: Path, file: Path, doing: str) -> None:
    intake = read_file(file)
    stop_at(step, lambda: os._exit(KILLED), setattr)
    if doing == "remove":
        remove_table(lake, "one")
    else:
        save_table(lake, "one", intake, file=file.name)


if __name__ == "__main__":
    _main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
