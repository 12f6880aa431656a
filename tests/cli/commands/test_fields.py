import json
from collections.abc import Callable

from gatewatch.model.fields import FIELDS

Gatewatch = Callable[..., tuple[int, str, str]]


def names(out: str) -> list[str]:
    return [json.loads(line)["field"] for line in out.splitlines()]


def test_every_field_is_listed(gatewatch: Gatewatch) -> None:
    code, out, _ = gatewatch("fields")
    assert code == 0
    assert names(out) == list(FIELDS)


def test_a_name_of_another_search_engine_finds_ours(gatewatch: Gatewatch) -> None:
    assert names(gatewatch("fields", "services.port")[1]) == ["port"]
    assert names(gatewatch("fields", "AUTONOMOUS")[1]) == ["asn", "as.name"]


def test_a_typo_is_told_what_was_meant(gatewatch: Gatewatch) -> None:
    assert gatewatch("fields", "contry") == (
        1,
        "",
        'no field is called "contry"; did you mean country?\n',
    )


def test_on_a_terminal_sentences_are_whole(gatewatch: Gatewatch) -> None:
    _, out, _ = gatewatch("fields", "server", "--format", "table")
    assert "…" not in out
    assert all(len(line) <= 80 for line in out.splitlines())
