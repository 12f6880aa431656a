"""A real server process on loopback, for browsers that are real, too."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["FLAGS", "served"]

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_PATIENCE_S = 60


@contextmanager
def served(lake: Path, *options: str) -> Iterator[str]:
    """`gatewatch serve` on a free port; gives its address, and ends it with the block."""
    command = [sys.executable, "-m", "gatewatch", "serve", "--port", "0", "--lake", str(lake)]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(lake.parent), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [*command, *options], stdout=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.match(r"(https?://\S+?)/\s*$", line)
        assert found, line
        yield found[1]
    finally:
        process.terminate()
        process.wait(_PATIENCE_S)
        if process.stdout is not None:
            process.stdout.close()
