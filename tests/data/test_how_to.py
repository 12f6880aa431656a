"""The how-to shows an entry that works and names every feature."""

import re
import tomllib
from pathlib import Path

from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.entries import read_fingerprints
from gatewatch.identify.proof import failures
from gatewatch.protocol.facts import FEATURES

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-fingerprint.md"


def test_the_entry_shown_is_accepted_and_proven() -> None:
    shown = re.findall(r"```toml\n(\[\[fingerprint\]\]\n.*?)```", PAGE.read_text(), re.DOTALL)
    (content,) = map(tomllib.loads, shown)
    entries = list(read_fingerprints(content, PAGE.name, "http.server", catalogue().vocabulary))
    assert [list(failures(entry)) for entry in entries] == [[]]


def test_every_feature_is_named_with_its_meaning() -> None:
    rows = re.findall(r"^\| `([a-z.]+)` \| .+ \|$", PAGE.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(FEATURES)
