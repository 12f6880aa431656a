import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import MakeLake, MakeObservation

from gatewatch.cli.main import run
from gatewatch.model.observation import Place

Told = Callable[..., list[dict[str, object]]]

ITALY, FRANCE = Place("IT", 64496, "Example Telecom"), Place("FR", 64497, "Exemple")


@pytest.fixture
def told(
    seen: MakeObservation,
    make_lake: MakeLake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Told:
    """Runs a command on a small lake; gives the rows it wrote as NDJSON."""
    monkeypatch.setenv("GATEWATCH_LAKE", str(tmp_path / "lake"))
    make_lake([
        *(seen(f"192.0.2.{n}", place=ITALY) for n in range(1, 6)),
        *(seen(f"192.0.2.{n}", "huawei", place=FRANCE) for n in range(6, 9)),
    ])  # fmt: skip

    def tell(*argv: str, code: int = 0) -> list[dict[str, object]]:
        assert run([*argv, "--format", "ndjson"]) == code
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return tell


def values(rows: list[dict[str, object]], field: str) -> list[tuple[object, object]]:
    return [(row["value"], row["services"]) for row in rows
            if row["field"] == field and row["bucket"] == "value"]  # fmt: skip


def test_each_facet_has_its_values_as_many_as_it_asks_for(told: Told) -> None:
    rows = told("stats", "--facets", "country:1,server")
    assert values(rows, "country") == [("IT", 5)]
    assert values(rows, "server") == [("gSOAP/2.7", 5)]
    assert [row["services"] for row in rows if row["bucket"] == "missing"] == [3]


def test_without_facets_there_are_countries_and_networks(told: Told) -> None:
    rows = told("stats", "country:FR")
    assert values(rows, "country") == [("FR", 3)]
    assert values(rows, "as.name") == [("Exemple", 3)]


def test_aggregate_counts_as_report_does(told: Told) -> None:
    assert values(told("aggregate", "*", "host.location.country", "-n", "5"), "country") == [
        ("IT", 5), ("FR", 3)
    ]  # fmt: skip
    assert told("aggregate", "country:DE", "server", code=1) == []


@pytest.mark.parametrize(("argv", "said"), [
    (["stats", "--facets", "country:many"], "'many' is not a number from 1 to 100,000"),
    (["stats", "--facets", "contry"], 'did you mean country?'),
    (["aggregate", "*", "contry"], 'did you mean country?'),
])  # fmt: skip
def test_what_cannot_be_counted_is_said(
    argv: list[str], said: str, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(argv) == 2
    assert said in capsys.readouterr().err


def test_convert_is_export(told: Told, tmp_path: Path) -> None:
    assert run(["convert", "country:FR", "-o", str(tmp_path / "france.cidrs")]) == 0
    assert (tmp_path / "france.cidrs").read_text() == "192.0.2.6/31\n192.0.2.8/32\n"
