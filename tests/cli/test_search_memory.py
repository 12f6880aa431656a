import os
import subprocess
from pathlib import Path

import pytest
from tests.conftest import MakeLake, MakeObservation

MANY = 60_000
FIELDS = "ip,port,scan_time,server,software,vendor,model,realm"
# Rows kept as Python holds them would be some 40 MB.
GROWTH_KIB = 25_000


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_search_takes_no_more_memory_for_more_rows(
    program: list[str], make_lake: MakeLake, seen: MakeObservation, tmp_path: Path
) -> None:
    make_lake([seen(f"198.51.{n >> 8 & 255}.{n & 255}", port=1 + (n >> 16)) for n in range(MANY)])
    grown = {
        form: peak_kib(program, tmp_path, form, "0") - peak_kib(program, tmp_path, form, "100")
        for form in ("ndjson", "csv", "table", "xlsx", "parquet")
    }
    assert not {form: growth for form, growth in grown.items() if growth > GROWTH_KIB}


def peak_kib(program: list[str], folder: Path, form: str, limit: str) -> int:
    """The most memory that a search of its own process held, in KiB."""
    out = folder / f"out.{form}"
    command = ["search", "--lake", str(folder / "lake"), "--fields", FIELDS, "--limit", limit]
    with subprocess.Popen([*program, *command, "--format", form, "-o", str(out), "-q"]) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert out.stat().st_size > 0
    return usage.ru_maxrss
