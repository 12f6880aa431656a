"""The catalogue: what is refused, whose entry wins, what its version stands for."""

from pathlib import Path

import pytest

from gatewatch.identify.catalogue import catalogue, catalogue_id
from gatewatch.identify.matcher import identify
from gatewatch.identify.proof import failures
from gatewatch.model.errors import CatalogueBroken

ENTRY = {
    "id": '"acme"',
    "description": '"Acme router."',
    "source": '"Acme manual"',
    "pattern": "'^Acme/(?P<version>[0-9.]{1,9})$'",
    "asserts": '{ software = "gSOAP", "software.version" = "{version}" }',
    "confidence": "0.9",
    "examples": '[{ value = "Acme/1.0", gives = { "software.version" = "1.0" } }]',
    "counter_examples": '["Acme"]',
}


def overlay(folder: Path, file: str = "http_server.toml", /, **changes: str | None) -> Path:
    """A user's folder with one entry, ENTRY with `changes` (None: without that key)."""
    lines = [f"{key} = {value}" for key, value in {**ENTRY, **changes}.items() if value is not None]
    return overlay_text(folder, "[[fingerprint]]\n" + "\n".join(lines), file)


def overlay_text(folder: Path, text: str, file: str = "http_server.toml") -> Path:
    (folder / "fingerprints").mkdir()
    (folder / "fingerprints" / file).write_text(text, encoding="utf-8")
    return folder


def test_an_entry_of_the_users_own_adds_to_ours(tmp_path: Path) -> None:
    known = catalogue(overlay(tmp_path))
    assert identify({"http.server": "Acme/1.0"}, known).best()["software.version"][0] == "1.0"
    assert identify({"http.server": "gSOAP/2.7"}, known).best()["software"][0] == "gSOAP"


def test_an_entry_of_the_users_own_replaces_ours_of_the_same_id(tmp_path: Path) -> None:
    known = catalogue(
        overlay(
            tmp_path,
            id='"gsoap"',
            pattern="'^gSOAP/2\\.7$'",
            asserts='{ vendor = "Huawei" }',
            examples='["gSOAP/2.7"]',
        )
    )
    said = identify({"http.server": "gSOAP/2.7"}, known)
    assert [(one.field, one.value) for one in said.assertions] == [("vendor", "Huawei")]


def test_a_name_may_come_from_the_users_own_vocabulary(tmp_path: Path) -> None:
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "vendors.toml").write_text('"Acme" = []', encoding="utf-8")
    known = catalogue(
        overlay(
            tmp_path,
            pattern="'^Acme$'",
            asserts='{ vendor = "Acme" }',
            examples='["Acme"]',
            counter_examples='["Acme 2"]',
        )
    )
    assert identify({"http.server": "Acme"}, known).best()["vendor"][0] == "Acme"


BROKEN: dict[str, tuple[dict[str, str | None], str]] = {
    "unknown key": ({"vendor": '"x"'}, 'unknown key "vendor": use only also, asserts, '),
    "no source": ({"source": None}, "no source: docs/how-to/add-a-fingerprint.md"),
    "empty source": ({"source": '" "'}, "no source: add source as a text"),
    "id with blanks": ({"id": '"an entry"'}, "id is no name: use small letters"),
    "no example": ({"examples": "[]"}, "no example: add a real value"),
    "example without value": ({"examples": "[{ gives = {} }]"}, "an example has no value: "),
    "unknown field": ({"asserts": '{ colour = "{version}" }'}, 'cannot assert "colour": use one'),
    "nothing asserted": ({"asserts": "{}"}, "asserts nothing: "),
    "unknown name": (
        {"asserts": '{ software = "Acme", "software.version" = "{version}" }'},
        'software: "Acme" is not in the vocabulary of software: add it to vocabulary/software.toml',
    ),
    "another spelling": (
        {"asserts": '{ software = "GSOAP", "software.version" = "{version}" }'},
        'software: "GSOAP" is not in the vocabulary of software: write "gSOAP"',
    ),
    "capture not declared": (
        {"pattern": "'^Acme/[0-9.]{1,9}$'"},
        "asserts use {version}: capture it: (?P<version>...)",
    ),
    "capture not used": (
        {"asserts": '{ software = "gSOAP" }'},
        "nothing uses the capture version: use it",
    ),
    "group without name": (
        {"pattern": "'^(Acme)/(?P<version>[0-9.]{1,9})$'"},
        "a group has no name: write",
    ),
    "no counter-example": (
        {"counter_examples": None},
        "no counter-example: add a similar value that it must not match",
    ),
    "may hang": ({"pattern": "'^(?P<version>(?:a|b)*)$'"}, "pattern repeats without end"),
    "no regular expression": ({"pattern": "'('"}, "pattern is no regular expression, missing )"),
    "surer than certain": ({"confidence": "1.5"}, "confidence is 1.5: give confidence as a number"),
    "confidence no number": ({"confidence": '"high"'}, "confidence is high: "),
    "also unknown": ({"also": "{ 'http.colour' = 'x' }"}, 'no feature "http.colour": use one of'),
    "also no text": ({"also": "{ 'http.server' = 1 }"}, "also is no table of texts: "),
    "absence unknowable": ({"without": '["http.body"]'}, 'cannot know that "http.body" is absent'),
}


@pytest.mark.parametrize(("changes", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_entry_names_file_entry_and_mend(
    tmp_path: Path, changes: dict[str, str | None], message: str
) -> None:
    with pytest.raises(CatalogueBroken) as caught:
        catalogue(overlay(tmp_path, **changes))
    name = "an entry" if "id" in changes else "acme"
    assert str(caught.value).startswith(f"http_server.toml: {name}: {message}")


def test_an_id_may_stand_once_in_a_file(tmp_path: Path) -> None:
    entry = "[[fingerprint]]\n" + "\n".join(f"{key} = {value}" for key, value in ENTRY.items())
    with pytest.raises(CatalogueBroken, match="acme: this id is there twice"):
        catalogue(overlay_text(tmp_path, f"{entry}\n{entry}"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[fingerprint]", "http_server.toml: .* write it as TOML in UTF-8"),
        ("fingerprint = " + "[" * 9999, "http_server.toml: .* write it as TOML in UTF-8"),
        ("fingerprint = " + "9" * 9999, "http_server.toml: .* write it as TOML in UTF-8"),
        ("[[fingerprints]]", 'http_server.toml: unknown key "fingerprints"'),
        ("fingerprint = [1]", "http_server.toml: entry 1 is no table: begin it with"),
        ("fingerprint = 1", "http_server.toml: fingerprint is no list"),
        ("[[fingerprint]]", "http_server.toml: entry 1: no id"),
    ],
    ids=range(7),
)
def test_a_broken_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CatalogueBroken, match=message):
        catalogue(overlay_text(tmp_path, text))


def test_a_file_is_named_after_what_it_matches(tmp_path: Path) -> None:
    with pytest.raises(CatalogueBroken, match=r"servers\.toml: no such feature: name it one of"):
        catalogue(overlay(tmp_path, "servers.toml"))


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueBroken, match="is no folder"):
        catalogue(tmp_path / "nowhere")


def test_the_version_changes_with_the_users_own_entries(tmp_path: Path) -> None:
    assert catalogue_id() == catalogue_id()
    assert len(catalogue_id()) == 16
    assert catalogue_id(overlay(tmp_path)) != catalogue_id()


FALSE_EXAMPLES = {
    "no match": (
        {"examples": '["Acme"]'},
        'example "Acme" does not match',
    ),
    "other capture": (
        {"examples": '[{ value = "Acme/1.0", gives = { "software.version" = "1" } }]'},
        "example \"Acme/1.0\" gives {'software.version': '1.0'}, "
        "expected {'software.version': '1'}",
    ),
    "counter-example matches": (
        {"counter_examples": '["Acme/2.0"]'},
        'counter-example "Acme/2.0" matches',
    ),
}


@pytest.mark.parametrize(("changes", "said"), FALSE_EXAMPLES.values(), ids=FALSE_EXAMPLES.keys())
def test_an_entry_that_its_examples_disprove_is_told(
    tmp_path: Path, changes: dict[str, str | None], said: str
) -> None:
    entries = catalogue(overlay(tmp_path, **changes)).fingerprints["http.server"]
    (entry,) = (entry for entry in entries if entry.id == "acme")
    assert said in list(failures(entry))


def test_examples_are_masked_before_they_are_matched(tmp_path: Path) -> None:
    """A pattern on a nonce's digits would never match a stored response."""
    raw = 'nonce="0f1e2d3c4b5a69788796a5b4c3d2e1f0"'
    known = catalogue(
        overlay(
            tmp_path,
            "http_challenge.toml",
            pattern=f"'^Digest {raw}$'",
            asserts='{ software = "gSOAP" }',
            examples=f"['Digest {raw}']",
        )
    )
    (entry,) = (one for one in known.fingerprints["http.challenge"] if one.id == "acme")
    assert list(failures(entry)) == [f'example "Digest {raw}" does not match']
