"""What every reader's test needs: its samples, read."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from gatewatch.formats.given import Given
from gatewatch.formats.read import Record, readers

Read = Callable[..., list[Record]]

SAMPLES = Path(__file__).parent / "samples"


@pytest.fixture
def read() -> Read:
    """Reads bytes, or the sample of that name, with the named reader."""

    def run(
        name: str, content: str | bytes, *, port: int | None = None, seen_at: int | None = None
    ) -> list[Record]:
        data = (SAMPLES / content).read_bytes() if isinstance(content, str) else content
        return list(readers()[name].read(BytesIO(data), Given("sample", port, seen_at)))

    return run
