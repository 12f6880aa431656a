import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from gatewatch.cli.main import run
from gatewatch.model.observation import Observation, Place, Rejected
from gatewatch.model.snapshot import SnapshotInfo, Source
from gatewatch.pipeline.ingest import ingest_records
from gatewatch.pipeline.understand import catalogue_id

Seen = Callable[..., Observation]
Make = Callable[[Sequence[Observation]], SnapshotInfo]
Out = Callable[..., str]

ITALY, FRANCE = Place("IT", 64496, "Example Telecom"), Place("FR", 64497, "Exemple")
# Ages change every day; the tests stand two days after the last observation.
NOW = 1_795_305_600.0


@pytest.fixture
def out(
    seen: Seen,
    make_lake: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Out:
    """Runs `gatewatch report` on a small lake; gives stdout."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("time.time", lambda: NOW)
    make_lake(
        [
            *(seen(f"192.0.2.{n}", place=ITALY) for n in range(1, 6)),
            *(seen(f"192.0.2.{n}", "huawei", place=FRANCE) for n in range(6, 9)),
            seen("192.0.2.1", "huawei", port=80, place=ITALY),
            seen("198.51.100.9", "rompager", at="2026-11-20T00:00:00Z"),
        ]
    )

    def report(*argv: str, code: int = 0) -> str:
        assert run(["report", *argv]) == code
        return capsys.readouterr().out

    return report


def one_line(text: str) -> str:
    """`text` without its line ends."""
    return " ".join(text.split())


def test_people_see_ranks_shares_bars_and_the_rest(out: Out) -> None:
    assert out("--by", "server", "-n", "1", "--format", "table") == (
        "Services by server                               snapshot 2026-11-20, 2 days old\n"
        "rank  server           services   share  so far  query\n"
        "   1  gSOAP/2.7               5  50.0 %  50.0 %  server=gSOAP/2.7  █████████████\n"
        "      other (1 value)         1  10.0 %                            ██▋\n"
        "      no server               4  40.0 %          not server:*      ██████████▍\n"
        "Unit services, total 10 on 9 hosts, which shares are of; each is in one row.\n"
        "Coverage of 2026-11-20: test does not say what was asked.\n"
        f"Understood by catalogue {catalogue_id()[:8]}; no network data is imported.\n"
        "Behind the first row: gatewatch search server=gSOAP/2.7\n"
    )


def test_the_query_behind_each_row_is_shown_where_there_is_room(
    out: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = out("port:7547", "--by", "country", "--format", "table")
    assert text.startswith("Services by country: port:7547  ")
    assert "   1  IT                 5  55.6 %  55.6 %  port:7547 country=IT     █" in text
    assert "      no country         1  11.1 %          port:7547 not country:*  █" in text
    assert "Located by the source alone, no table is imported; understood by cat" in text
    monkeypatch.setenv("COLUMNS", "60")
    argv = ("port:7547", "--by", "country", "--format", "table")
    assert "country=IT  " not in out(*argv)
    assert "Behind the first row: gatewatch search 'port:7547 country=IT'" in " ".join(
        out(*argv).split()
    )
    assert "port:7547 not country:*" in out(*argv, "--queries")


def test_programs_get_one_object_a_row(out: Out) -> None:
    rows = [json.loads(line) for line in out("--by", "server", "-n", "1").splitlines()]
    assert rows == [
        {
            "field": "server", "bucket": "value", "rank": 1, "value": "gSOAP/2.7",
            "services": 5, "share": 0.5, "query": "server=gSOAP/2.7",
        },
        {
            "field": "server", "bucket": "other", "rank": None, "value": None,
            "services": 1, "share": 0.1, "query": "server:* not server=gSOAP/2.7",
        },
        {
            "field": "server", "bucket": "missing", "rank": None, "value": None,
            "services": 4, "share": 0.4, "query": "not server:*",
        },
    ]  # fmt: skip


def test_the_preset_of_2019_is_three_tables_and_the_default(out: Out) -> None:
    text = out("--preset", "censys-2019", "--format", "table")
    titles = [line for line in text.splitlines() if line.startswith("Services by ")]
    assert [title.split("  ")[0] for title in titles] == [
        "Services by server",
        "Services by product",
        "Services by country",
    ]
    assert out("--format", "table") == text
    rows = list(csv.DictReader(io.StringIO(out("--format", "csv"))))
    assert {row["field"] for row in rows} == {"server", "product", "country"}
    products = {row["value"]: row["query"] for row in rows if row["field"] == "product"}
    assert products["Huawei"] == "vendor=Huawei not model:*"
    assert products["RomPager"] == "not vendor:* not model:* software=RomPager"
    assert all(0 <= float(row["high_risk_share"]) <= 1 for row in rows)
    assert "at high risk" in text


def test_two_fields_make_a_cross_tab(out: Out) -> None:
    text = out("--by", "country", "--by", "server", "-n", "1", "--format", "table")
    assert text.startswith(
        "Services by country and server                   snapshot 2026-11-20, 2 days old\n"
        "country     gSOAP/2.7  other     no server  total\n"
        "IT                  5      0             1      6\n"
        "other               0      0             3      3\n"
        "no country          0      1  +          0      1\n"
        "Unit services, total 10; cells are counts; each is in one cell.\n"
    )
    rows = [
        json.loads(line)
        for line in out("--by", "country", "--by", "server", "-n", "1").splitlines()
    ]
    assert rows[0] == {
        "row_field": "country", "row_kind": "value", "row": "IT",
        "column_field": "server", "column_kind": "value", "column": "gSOAP/2.7",
        "services": 5, "share": 0.5, "row_share": 5 / 6, "column_share": 1.0, "expected": 3.0,
        "residual": 1.155, "query": "country=IT server=gSOAP/2.7",
    }  # fmt: skip
    shares = out("--by", "country", "--by", "server", "--cells", "row", "--format", "table")
    assert "IT             83.3 %" in shares
    assert "cells are shares of their row (country)" in shares


def test_hosts_are_another_unit(out: Out) -> None:
    text = out("--by", "port", "--unit", "hosts", "--format", "table")
    assert text.startswith("Hosts by port ")
    assert "Unit hosts, total 9, which shares are of; rows overlap: they add up to 1 more." in text


def test_the_rarest_come_first(out: Out) -> None:
    rows = [json.loads(line) for line in out("--by", "server", "--rare").splitlines()]
    assert [row["value"] for row in rows] == ["RomPager/4.07 UPnP/1.0", "gSOAP/2.7", None]


def test_a_sample_is_never_printed_as_a_total(out: Out, seen: Seen, tmp_path: Path) -> None:
    found = [seen(f"192.0.2.{n}", at="2026-11-21T00:00:00Z") for n in range(1, 31)]
    ingest_records(tmp_path / "lake", found, Source("test", sampled=0.1))
    text = out("--by", "server", "--format", "table")
    assert "services  at least  at most" in text
    assert "   1  gSOAP/2.7       300       269      300  100.0 %" in text
    assert "total about 300 (269 to 300)" in one_line(text)
    assert "A sample: 0.1 of the scope was asked" in text
    assert " 30 " not in text
    [row] = [json.loads(line) for line in out("--by", "server").splitlines()]
    assert (row["services"], row["high"], row["seen"]) == (300, 300, 30)


@pytest.mark.parametrize("asked", [["vendor:Huawei", "--survival"], ["--anomaly"]])
def test_counts_of_a_sample_are_said_to_be_no_more(
    out: Out, seen: Seen, tmp_path: Path, asked: list[str]
) -> None:
    kinds = ["gsoap"] * 200 + ["huawei"]
    found = [
        seen(f"198.51.100.{n}", kind, at="2026-11-21T00:00:00Z") for n, kind in enumerate(kinds)
    ]
    ingest_records(tmp_path / "lake", found, Source("test", sampled=0.1))
    text = one_line(out(*asked, "--format", "table"))
    assert "Counts here are those of the sample itself, not of the whole scope." in text
    assert "Figures are estimates" not in text


def test_a_trend_has_its_total_its_values_and_their_fates(
    out: Out, seen: Seen, make_lake: Make
) -> None:
    make_lake([seen(f"192.0.2.{n}", at="2026-11-21T00:00:00Z") for n in range(4)])
    text = out("--by", "server", "--over", "snapshots", "--format", "table")
    assert "2026-11-21         4          ports 80+7547 to 7547" in text
    assert "Coverage changed at 2026-11-21" in text
    assert "First and last seen, by server" in text
    assert "RomPager/4.07 UPnP/1.0  2026-11-20  2026-11-20         1    0" in text
    rows = [json.loads(line) for line in out("--over", "snapshots").splitlines()]
    assert [(row["snapshot"], row["services"]) for row in rows] == [
        ("2026-11-20", 10),
        ("2026-11-21", 4),
    ]
    assert rows[1]["query"] == "snapshot=2026-11-21"


def test_two_sides_are_compared(out: Out) -> None:
    text = out("--by", "server", "--compare", "country:IT..country:FR", "--format", "table")
    assert "gSOAP/2.7           5           0          -5  x 0.00  83.3 %    0.0 %  went" in text
    rows = [
        json.loads(line) for line in out("--by", "port", "--compare", "port:80..*").splitlines()
    ]
    assert [(row["value"], row["before"], row["after"]) for row in rows] == [
        (7547, 0, 9),
        (80, 1, 1),
    ]


def test_survival_says_what_it_cannot_know(out: Out, seen: Seen, make_lake: Make) -> None:
    make_lake([seen("192.0.2.6", "huawei", at="2026-11-22T00:00:00Z")])
    text = one_line(out("vendor:Huawei", "--survival", "--format", "table"))
    assert "Of 3 hosts with a stable address 0 (0.0 %) no longer satisfy the query" in text
    assert "A host that is not seen again is not counted as mended." in text


def test_what_is_odd_is_told_in_sentences(out: Out, seen: Seen, make_lake: Make) -> None:
    day = "2026-11-21T00:00:00Z"
    kinds = ["gsoap"] * 200 + ["huawei"]
    make_lake([seen(f"198.51.100.{n}", kind, at=day) for n, kind in enumerate(kinds)])
    text = out("--rare", "--format", "table")
    assert "Kinds of device that hardly exist" in text
    assert "1  Only 1 of 201 services is of type " in text
    assert out("--anomaly", "--format", "table").startswith(text[:40])
    row = json.loads(out("--anomaly").splitlines()[0])
    assert (row["kind"], row["services"], row["verdict"]) == ("rare", 1, None)
    assert row["query"].startswith("device.type=")


def test_nothing_odd_ends_with_one(
    out: Out, seen: Seen, make_lake: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    make_lake([seen(f"198.51.100.{n}", at="2026-11-21T00:00:00Z") for n in range(200)])
    out("--rare", code=1)
    out("status:299", "--anomaly", code=1)


def test_snapshots_of_different_samples_make_a_trend_but_no_sum(
    out: Out, seen: Seen, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [seen(f"192.0.2.{n}", at="2026-11-21T00:00:00Z") for n in range(1, 11)]
    ingest_records(tmp_path / "lake", found, Source("test", sampled=0.1))
    text = one_line(out("--over", "snapshots", "--format", "table"))
    assert "2026-11-20 10 10 10" in text
    assert "2026-11-21 100 " in text
    assert "A sample: 0.1 of the scope was asked" in text
    assert run(["report", "snapshot:*", "--by", "server"]) == 2
    assert "different shares of their scope" in capsys.readouterr().err


def test_the_same_report_twice_is_the_same_text(out: Out) -> None:
    assert out("--by", "ip") == out("--by", "ip")


def test_what_could_not_be_counted_is_said(
    out: Out, seen: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = seen("192.0.2.1", at="2026-11-21T00:00:00Z")
    ingest_records(tmp_path / "lake", [whole, Rejected("line 2", "no ip")], Source("test"))
    text = out("--by", "port", "--format", "table")
    assert "Coverage of 2026-11-21: test does not say what was asked; 1 record could not" in text
    ingest_records(tmp_path / "lake", [whole], Source("test"), lambda: True)
    assert "incomplete, its input was cut" in one_line(out("--by", "port", "--format", "table"))


def test_the_command_behind_a_row_names_the_lake_that_was_named(out: Out, tmp_path: Path) -> None:
    lake = str(tmp_path / "lake")
    text = out("--by", "port", "--format", "table", "--lake", lake)
    assert f"gatewatch search port=7547 --lake {lake}" in " ".join(text.split())


def test_nothing_found_ends_with_one(out: Out, capsys: pytest.CaptureFixture[str]) -> None:
    assert out("status:299", "country:IT", "--by", "server", code=1) == ""


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        (["--by", "sever"], 'report --by: there is no field "sever": did you mean server? "gate'),
        (["--preset", "x"], 'report --preset: there is no preset "x": there are censys-2019'),
        (["--by", "ip", "--preset", "censys-2019"], "report: --by and --preset exclude each other"),
        (["--by", "ip", "--by", "port"], "report: ip has a value for each host, which makes no"),
        (["--by", "ip", "--by", "port", "--by", "asn"], "report: --by three times is one too"),
        (["--over", "snapshots"], "report: a trend needs two snapshots, and 2026-11-20 is the"),
        (["--survival"], "report: survival needs two snapshots"),
        (["--compare", "a", "--by", "ip"], "report: --compare takes two sides: write A..B"),
        (["--compare", "a..b"], "report: --compare needs a field to compare by: add --by"),
        (["--by", "ip", "--anomaly"], "report: --anomaly looks at all fields by itself"),
        (["--rare", "--survival"], "report: --survival and --rare exclude each other"),
        (["--by", "ip", "--by", "asn", "--rare"], "report: --rare goes with one field"),
        (["--by", "ip", "-n", "0"], "gatewatch report: argument -n: '0' is not a number from 1 to"),
        (["contry:IT", "--by", "ip"], 'query:1: unknown field "contry"; did you mean country?'),
    ],
)
def test_a_mistake_is_one_line(
    out: Out, argv: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", *argv]) == 2
    assert capsys.readouterr().err.removeprefix("gatewatch: ").startswith(complaint)


def test_a_report_on_vulnerabilities_tells_matches_and_expected(out: Out) -> None:
    table = out("--by", "cve", "-n", "2", "--format", "table")
    assert "matches  expected  certain" in table
    assert "Expected is the sum of their confidences" in " ".join(table.split())
    rows = [json.loads(line) for line in out("--by", "finding", "--format", "ndjson").splitlines()]
    ivy = next(row for row in rows if row["value"] == "CVE-2017-9765")
    assert ivy["expected"] == pytest.approx(0.85 * ivy["services"], abs=0.1)
    assert ivy["certain"] == 0


def test_a_report_speaks_french_and_its_data_does_not(out: Out) -> None:
    report = ("--by", "server", "-n", "1")
    page = out(*report, "--lang", "fr", "--format", "table")
    assert page.startswith("Services par server")
    assert "instantané 2026-11-20, il y a 2 jours" in page
    assert "autres (1 valeur)" in page
    assert "Unité\u202f: services, total 10 sur 9 hôtes, base des parts\u202f; chacun" in page
    assert out(*report, "--lang", "fr") == out(*report, "--lang", "en")
