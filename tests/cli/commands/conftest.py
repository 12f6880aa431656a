from collections.abc import Callable
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.cli.settings import SETTINGS

Gatewatch = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gatewatch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Gatewatch:
    """Runs a command line in an empty folder; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    for entry in SETTINGS.values():
        monkeypatch.delenv(entry.variable, raising=False)

    def gatewatch(*argv: str) -> tuple[int, str, str]:
        code = run(argv)
        return code, *capsys.readouterr()

    return gatewatch
