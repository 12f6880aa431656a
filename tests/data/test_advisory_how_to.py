"""The how-to shows an entry that works."""

import re
import tomllib
from pathlib import Path

from gatewatch.assess.proof import failures
from gatewatch.assess.reading import read_advisory

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-an-advisory.md"


def test_the_entry_shown_is_accepted_and_proven() -> None:
    [shown] = re.findall(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    entry = read_advisory(tomllib.loads(shown), "cve-2099-0001.toml")
    assert list(failures(entry)) == []
