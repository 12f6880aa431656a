"""Help and completion must be instant, so they load no heavy package."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gatewatch.cli.commands import command_words

SRC = Path(__file__).parents[2] / "src"
HEAVY = {
    "asyncio", "duckdb", "http", "jinja2", "maxminddb", "multiprocessing", "numpy", "orjson",
    "pyarrow", "sqlglot", "argon2", "sqlite3", "starlette", "uvicorn", "zstandard",
}  # fmt: skip
PROBE = """
import json, sys
from gatewatch.cli.main import run
try:
    run(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def loaded_by(*argv: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROBE, *argv],
        env={**os.environ, "PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=True,
    )
    modules: list[str] = json.loads(done.stderr)
    return set(modules)


@pytest.mark.parametrize(
    "argv",
    [["--help"], ["--version"], ["completion", "bash"], *([w, "--help"] for w in command_words())],
    ids=" ".join,
)
def test_help_loads_no_heavy_package(argv: list[str]) -> None:
    assert loaded_by(*argv) & HEAVY == set()
