"""The API: the same answers as the command line, one shape of errors, a description that holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from starlette.testclient import TestClient
from tests.web.conftest import HOSTILE, Browser

from gatewatch.cli.main import run
from gatewatch.model.fields import FIELDS
from gatewatch.web.api import ROOT, endpoints
from gatewatch.web.api.openapi import document
from gatewatch.web.app import application
from gatewatch.web.site import Site

Command = Callable[..., list[dict[str, object]]]


@pytest.fixture
def command(
    hostile_lake: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs a command line on the lake; gives its rows."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(hostile_lake))

    def rows(*argv: str) -> list[dict[str, object]]:
        run([*argv, "--format", "ndjson"])
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return rows


def test_search_gives_the_rows_of_the_command(client: TestClient, command: Command) -> None:
    for query in ("", "country:IT", "not server:gSOAP*", "ip:2001:db8::/32"):
        told = client.get("/api/v1/search", params={"q": query, "at": ""}).json()
        assert told["rows"] == command("search", query, "--limit", "100")
        assert told["total"] == len(told["rows"])


def test_pages_follow_by_cursor_and_make_the_whole(client: TestClient) -> None:
    whole = client.get("/api/v1/search", params={"fields": "ip"}).json()["rows"]
    rows, after = [], ""
    while after is not None:
        params = {"fields": "ip", "limit": "4", "after": after}
        page = client.get("/api/v1/search", params=params).json()
        rows += page["rows"]
        after = page["next"]
    assert rows == whole
    wrong = client.get("/api/v1/search", params={"q": "port:7547", "after": "eA"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "bad-arguments")


def test_export_streams_what_search_without_a_limit_gives(
    client: TestClient, command: Command
) -> None:
    answer = client.get("/api/v1/export", params={"q": "country:IT"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in answer.text.splitlines()]
    assert rows == command("search", "country:IT", "--limit", "0")
    assert client.head("/api/v1/export").content == b""


def test_count_fields_and_snapshots(client: TestClient, command: Command) -> None:
    told = client.get("/api/v1/count", params={"q": "country:IT", "unit": "hosts"}).json()
    assert (told["count"], told["unit"], told["query"]) == (7, "hosts", "country:IT")
    named = [row["field"] for row in client.get("/api/v1/fields").json()["fields"]]
    assert named == list(FIELDS)
    ids = [row["snapshot"] for row in client.get("/api/v1/snapshots").json()["snapshots"]]
    assert ids == [row["snapshot"] for row in command("snapshot", "list")]


def test_a_chosen_snapshot_is_that_one(client: TestClient) -> None:
    first = client.get("/api/v1/snapshots").json()["snapshots"][0]["snapshot"]
    told = client.get("/api/v1/count", params={"at": first}).json()
    assert (told["count"], told["snapshots"]) == (11, [first])


def test_a_host_comes_with_evidence_and_history(client: TestClient) -> None:
    told = client.get("/api/v1/host/198.51.100.2").json()
    [service] = told["services"]
    assert service["values"]["software"] == "gSOAP"
    assert any("gSOAP" in one for belief in service["beliefs"] for one in belief["evidence"])
    assert len(told["history"]) == 2
    assert client.get("/api/v1/host/192.0.2.200").json()["services"] == []


def test_a_diff_tells_what_came_and_went(client: TestClient) -> None:
    first = client.get("/api/v1/snapshots").json()["snapshots"][0]["snapshot"]
    told = client.get("/api/v1/diff", params={"a": first}).json()
    assert (told["fates"]["new"], told["fates"]["gone"]) == (len(HOSTILE), 1)
    assert {row["ip"] for row in told["rows"]} >= set(HOSTILE)


@pytest.mark.parametrize(
    ("words", "params"),
    [
        (["--by", "server"], {"by": "server"}),
        (["--by", "country", "--by", "server", "-n", "3"], {"by": ["country", "server"], "n": "3"}),
        (["--by", "software", "--over", "snapshots"], {"by": "software", "over": "snapshots"}),
        (["--rare"], {"rare": "true"}),
        ([], {}),
    ],
)
def test_a_report_gives_the_rows_of_the_command(
    client: TestClient, command: Command, words: list[str], params: dict[str, str | list[str]]
) -> None:
    told = client.get("/api/v1/report", params=params).json()
    assert told["rows"] == command("report", *words)


def test_what_is_known_already_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/v1/count?q=country:IT")
    again = client.get(
        "/api/v1/count?q=country:IT", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/api/v1/count?q=country:FR")
    assert other.headers["etag"] != first.headers["etag"]


def test_what_is_asked_of_the_last_days_is_asked_anew(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, now = "/api/v1/count?q=scan_time>now-7d", [1_795_600_000.0]
    monkeypatch.setattr("gatewatch.web.serving.time.time", lambda: now[0])
    first = client.get(address).headers["etag"]
    now[0] += 3600
    assert client.get(address).headers["etag"] != first


def test_an_error_has_the_shape_of_the_command_lines(client: TestClient) -> None:
    answer = client.get("/api/v1/count", params={"q": "contry:IT"})
    told = answer.json()
    assert answer.status_code == 400
    assert told["error"] == "bad-query"
    assert told["query"]["start"] == 0
    assert told["query"]["end"] == 9
    assert "did you mean country" in told["mend"]


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        ("/api/v1/count?contry=IT", 400, "bad-arguments"),
        ("/api/v1/count?q=a&q=b", 400, "bad-arguments"),
        ("/api/v1/search?limit=0", 400, "bad-arguments"),
        ("/api/v1/search?limit=1001", 400, "bad-arguments"),
        ("/api/v1/search?fields=nope", 400, "bad-arguments"),
        ("/api/v1/host/nope", 400, "bad-arguments"),
        ("/api/v1/diff?a=nope", 404, "snapshot-unknown"),
        ("/api/v1/count?q=ip:@/etc/passwd", 400, "bad-query"),
        ("/api/v1/nope", 404, "page-unknown"),
    ],
)
def test_a_mistake_is_told_as_json(client: TestClient, path: str, status: int, word: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]) == (status, word)
    assert answer.headers["content-type"] == "application/json"


def test_hostile_text_travels_unharmed(client: TestClient) -> None:
    rows = client.get("/api/v1/search?q=ip:192.0.2.64/28&fields=ip,server").json()["rows"]
    said = {row["ip"]: row["server"] for row in rows}
    assert said["192.0.2.66"] == "<script>alert(1)</script>"
    assert set(said) <= set(HOSTILE)


@pytest.mark.parametrize("damage", ["none", "newer", "broken", "rows"])
def test_a_lake_that_cannot_be_read_says_what_to_do(
    browser: Browser, tmp_path: Path, hostile_lake: Path, damage: str
) -> None:
    import shutil

    lake = tmp_path / "lake"
    if damage != "none":
        shutil.copytree(hostile_lake, lake)
    manifest = lake / "manifest.json"
    if damage == "newer":
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "format": 99}))
    if damage == "broken":
        manifest.write_text("{")
    if damage == "rows":
        for file in lake.rglob("*.parquet"):
            file.write_bytes(b"PAR1 no more")
    answer = browser(lake=lake).get("/api/v1/count?q=server:gSOAP")
    told = {"none": (503, "lake-missing"), "newer": (503, "lake-too-new")}
    expected = told.get(damage, (500, "lake-corrupt"))
    assert (answer.status_code, answer.json()["error"]) == expected
    assert answer.json()["message"]


def test_every_endpoint_is_described(client: TestClient) -> None:
    told = client.get("/api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert set(told["paths"]) == {ROOT + one.PATH for one in endpoints().values()}
    assert told == json.loads(json.dumps(document()))


CHECKED = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def described(hostile_lake: Path) -> schemathesis.BaseSchema:
    """The API as its own description has it."""
    app = application(Site(lake=hostile_lake, hosts=("testserver",)))
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)


@pytest.mark.parametrize("path", [ROOT + one.PATH for one in endpoints().values()])
def test_whatever_the_description_allows_is_answered_as_described(
    described: schemathesis.BaseSchema, path: str
) -> None:
    @given(described[path]["GET"].as_strategy())
    @settings(max_examples=25, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    def ask(case: Any) -> None:
        case.call_and_validate(checks=CHECKED)

    ask()
