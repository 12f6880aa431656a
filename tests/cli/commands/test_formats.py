import json
from collections.abc import Callable

from gatewatch.enrich.read import readers as network_readers
from gatewatch.formats.export import exporters
from gatewatch.formats.read import readers
from gatewatch.formats.write import writers

Gatewatch = Callable[..., tuple[int, str, str]]


def test_every_format_is_listed(gatewatch: Gatewatch) -> None:
    code, out, _ = gatewatch("formats")
    listed = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    for direction, names in (
        ("import", list(readers())),
        ("geo import", list(network_readers())),
        ("write", list(writers())),
        ("export", list(exporters())),
    ):
        assert [row["format"] for row in listed if row["direction"] == direction] == names
    assert all(row["sentence"].endswith(".") for row in listed)
