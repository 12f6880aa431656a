"""The guide has a section for each source, so that a newcomer finds what to type."""

import re
from pathlib import Path

from gatewatch.watch.sources import sources

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "watch-import.md"


def test_the_guide_has_a_section_with_a_line_to_type_for_each_source() -> None:
    told = set()
    for section in re.split(r"^### ", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        head, _, rest = section.partition("\n")
        if "gatewatch watch" in rest:
            told |= set(re.findall(r"`([\w-]+)`", head.partition(":")[0]))
    assert told == set(sources())
