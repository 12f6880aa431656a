"""The catalogue: ours, a user's own folder before it, and what feeds tell on top."""

from pathlib import Path

import pytest

from gatewatch.assess.catalogue import catalogue, catalogue_id
from gatewatch.assess.conditions import Subject
from gatewatch.assess.evidence import Epss, Kev
from gatewatch.assess.matcher import assess
from gatewatch.assess.severity import severity_of
from gatewatch.assess.tables import Feed, merged
from gatewatch.model.errors import CatalogueBroken
from gatewatch.model.knowledge import Knowledge

OWN = """
no_cve = true
name = "Ours"
component = "web UI"
summary = "A sentence."
decidable = "A sentence."
fix = "A sentence."
references = ["our own laboratory"]

[[case]]
when = { model = "Example 1" }
confidence = 0.5
path = "same-service"
because = "A sentence."

[[example.affected]]
is = { model = "Example 1" }
verdict = "possible"

[[example.unaffected]]
is = { model = "Example 2" }
verdict = "no finding"

[[example.undecided]]
is = { role = "cpe" }
verdict = "no finding"
"""
FEED = Feed("2026-11-23", "2026-11-24T10:00:00Z", "nvd.json", 3, 1)


def own(folder: Path, name: str, text: str = OWN) -> Knowledge:
    (folder / "advisories").mkdir(exist_ok=True)
    (folder / "advisories" / name).write_text(text)
    return Knowledge(folder)


def test_a_users_own_entry_adds_to_ours(tmp_path: Path) -> None:
    known = catalogue(own(tmp_path, "ours.toml"))
    assert len(known.entries) == len(catalogue().entries) + 1
    seen = Subject({"model": ("Example 1", 1.0)}, {"spoke": "http"})
    assert "OURS" in [one.id for one in assess(seen, known).findings]


def test_a_users_own_entry_of_the_same_name_replaces_ours(tmp_path: Path) -> None:
    text = OWN.replace("no_cve = true", 'cves = ["CVE-2017-9765"]')
    known = catalogue(own(tmp_path, "cve-2017-9765.toml", text))
    assert known.entries["CVE-2017-9765"].name == "Ours"


def test_an_error_in_a_users_folder_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(CatalogueBroken, match=r"^ours\.toml: no name"):
        catalogue(own(tmp_path, "ours.toml", OWN.replace('name = "Ours"', "")))


def told() -> str:
    text = merged("", "epss", FEED, {"CVE-2017-9765": Epss(0.9, 0.99, "2026-11-23", "v4", "FIRST")})
    text = merged(text, "kev", FEED, {"CVE-2021-21783": Kev("2026-11-01", True, "2026-11-23")})
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    return merged(text, "nvd", FEED, {"CVE-2017-9765": severity_of(vector, "NVD")})


def test_feeds_override_what_is_shipped() -> None:
    entries = catalogue(Knowledge(feeds=told())).entries
    ivy = entries["CVE-2017-9765"]
    assert ivy.severity is not None
    assert ivy.severity.score == 9.8
    assert ivy.exploitation == 0.9
    assert ivy.documented == 0.3
    second_number = entries["CVE-2020-13576"]
    assert second_number.kev is not None
    assert second_number.exploitation == 1.0
    assert catalogue().entries["CVE-2020-13576"].kev is None


def test_the_id_changes_with_entries_and_feeds(tmp_path: Path) -> None:
    ids = {
        catalogue_id(),
        catalogue_id(own(tmp_path, "ours.toml")),
        catalogue_id(Knowledge(feeds=told())),
    }
    assert len(ids) == 3
    assert catalogue_id() == catalogue_id(Knowledge())
