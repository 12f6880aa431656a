"""Fingerprints on the command line: listed, explained, proven, looked over."""

import io
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.model.observation import Observation

Gatewatch = Callable[..., tuple[int, str, str]]

PASTED = (
    b'HTTP/1.1 401 Unauthorized\nServer: gSOAP/2.9\nWWW-Authenticate: Basic realm="TD-8817"\n\n'
)
ENTRY = """
[[fingerprint]]
id = "acme"
description = "Acme router."
source = "Acme manual"
pattern = '^Acme/(?P<version>[0-9.]{1,9})$'
asserts = { software = "gSOAP", "software.version" = "{version}" }
confidence = 0.9
examples = [{ value = "Acme/1.0", gives = { "software.version" = "1.0" } }]
counter_examples = ["Acme"]
"""


Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], object]


def rows(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def written(text: str, name: str = "http_server.toml") -> Path:
    folder = Path("ours") / "fingerprints"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def paste(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_a_word_finds_entries_in_every_column(gatewatch: Gatewatch) -> None:
    found = {row["rule"] for row in rows(gatewatch("fingerprints", "list", "actiontec")[1])}
    assert {"http_realm/actiontec-bhr", "http_body/actiontec"} <= found
    code, out, err = gatewatch("fingerprints", "list", "no such thing")
    assert (code, out) == (1, "")
    assert "no fingerprint has" in err


def test_a_pasted_answer_is_explained(
    gatewatch: Gatewatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    paste(monkeypatch, PASTED)
    code, out, err = gatewatch("fingerprints", "explain", "-")
    said = rows(out)
    assert code == 0
    assert "--exact keeps them" in err
    assert {row["value"] for row in said if row["kind"] == "match"} >= {"TP-Link", "TD-8817"}
    assert "http_server/gsoap" in {row["rule"] for row in said if row["kind"] == "nearly"}


def test_an_answer_in_a_file_is_explained_to_people(gatewatch: Gatewatch) -> None:
    Path("answer.txt").write_bytes(PASTED.replace(b"\n", b"\r\n"))
    code, out, err = gatewatch("fingerprints", "explain", "answer.txt", "--format", "table")
    assert (code, err) == (0, "")
    assert out.startswith("What this answer is taken for\n")
    assert "Nearly matched\n" in out


def test_bare_line_ends_are_evidence_where_they_are_meant(gatewatch: Gatewatch) -> None:
    Path("livebox.txt").write_bytes(
        b'HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest\n realm="home",\n qop="auth",\n'
        b' nonce="0f1e2d3c4b5a69788796a5b4c3d2e1f0"\n\n'
    )
    mended = gatewatch("fingerprints", "explain", "livebox.txt")[1]
    exact = gatewatch("fingerprints", "explain", "livebox.txt", "--exact")[1]
    assert "Orange tr069agent" not in {r["value"] for r in rows(mended) if r["kind"] == "match"}
    assert "Orange tr069agent" in {r["value"] for r in rows(exact) if r["kind"] == "match"}


@pytest.mark.parametrize("data", [b"", b"\n\n"])
def test_nothing_pasted_is_refused(
    gatewatch: Gatewatch, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    paste(monkeypatch, data)
    code, out, err = gatewatch("fingerprints", "explain", "-")
    assert (code, out) == (2, "")
    assert "holds no answer: paste it whole" in err


def test_what_is_no_http_says_what_is_missing(
    gatewatch: Gatewatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    paste(monkeypatch, b"hello\n")
    code, out, _ = gatewatch("fingerprints", "explain", "-", "--format", "table")
    assert code == 1
    assert "It does not begin with a status line" in out


def test_a_file_that_is_not_there_is_told(gatewatch: Gatewatch) -> None:
    assert gatewatch("fingerprints", "explain", "nowhere.txt")[0] == 2
    assert gatewatch("fingerprints", "test", "nowhere.toml")[0] == 2


def test_entries_of_ones_own_are_proven(gatewatch: Gatewatch) -> None:
    code, out, err = gatewatch("fingerprints", "test", str(written(ENTRY)))
    assert (code, out) == (0, "")
    assert "1 fingerprint, 2 examples: 0 errors, 0 notes" in err


def test_an_example_that_is_not_true_is_an_error(gatewatch: Gatewatch) -> None:
    file = written(ENTRY.replace('["Acme"]', '["Acme/2.0"]'))
    code, out, _ = gatewatch("fingerprints", "test", str(file))
    (row,) = rows(out)
    assert code == 2
    assert (row["where"], row["what"]) == (
        "http_server.toml: acme",
        'counter-example "Acme/2.0" matches',
    )


def test_every_broken_entry_is_told_not_the_first_alone(gatewatch: Gatewatch) -> None:
    broken = (
        ENTRY.replace("source", "sauce"),
        ENTRY.replace("acme", "slow").replace("[0-9.]{1,9}", "(?:[0-9]+)+"),
    )
    code, out, _ = gatewatch("fingerprints", "lint", "--catalogue", "ours")
    assert code == 2
    written("".join(broken))
    code, out, _ = gatewatch("fingerprints", "lint", "--catalogue", "ours")
    assert code == 2
    assert [str(row["what"]).partition(" ")[0] for row in rows(out)] == ["unknown", "pattern"]


def test_what_replaces_or_repeats_ours_is_noted(gatewatch: Gatewatch) -> None:
    again = ENTRY.replace("Acme/", "gSOAP/").replace("1.0", "2.7").replace("[0-9.]{1,9}", "2.7")
    written(again + ENTRY.replace('"acme"', '"gsoap"'))
    code, out, err = gatewatch("fingerprints", "lint", "--catalogue", "ours")
    told = {(row["where"], row["what"]) for row in rows(out)}
    assert code == 0
    assert "0 errors, 2 notes" in err
    assert (
        "http_server.toml: gsoap",
        "replaces the entry of that name that gatewatch brings",
    ) in told
    assert (
        "http_server.toml: acme",
        "gatewatch's own gsoap asserts the same of all its examples",
    ) in told


def test_ours_has_nothing_to_mend(gatewatch: Gatewatch) -> None:
    code, out, _ = gatewatch("fingerprints", "lint")
    assert (code, out) == (0, "")


def test_two_catalogues_are_compared_by_services(
    gatewatch: Gatewatch, seen: Seen, make_lake: Make
) -> None:
    make_lake([seen("192.0.2.1"), seen("192.0.2.2"), seen("192.0.2.3", "huawei")])
    written(
        ENTRY.replace("Acme/", "gSOAP/")
        .replace("1.0", "2.7")
        .replace('software = "gSOAP", "software.version"', "model")
        .replace('"software.version"', "model")
    )
    code, out, err = gatewatch("fingerprints", "diff", "--catalogue", "ours", "--lake", "lake")
    (row,) = rows(out)
    assert code == 0
    assert row == {
        "field": "model", "before": None, "after": "2.7", "responses": 1, "services": 2,
    }  # fmt: skip
    assert "2 of 3 services of snapshot 2026-11-20 are understood otherwise" in err
    before, after = re.findall(r"[0-9a-f]{8,}", err)[:2]
    again = gatewatch("diff", "--catalogue", before, after, "--lake", "lake")
    assert again == (code, out, err)
    code, _, err = gatewatch("fingerprints", "diff", "0123", "--lake", "lake")
    assert code == 2
    assert 'keeps no understanding with catalogue "0123": the last 3 are kept: ' in err
