"""Sessions as dialogues: each file in dialogues/ is one, read from top to bottom."""

from pathlib import Path

import pytest
from tests.acs.dialogue import play

DIALOGUES = sorted((Path(__file__).parent / "dialogues").glob("*.txt"))


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_a_session_goes_as_written(path: Path) -> None:
    script = path.read_text(encoding="utf-8")
    assert play(script) == script
