import io
import json

import pytest

from gatewatch.formats.write.json import write
from gatewatch.model.table import Document, Table, Value


def written(rows: list[tuple[Value, ...]]) -> str:
    out = io.StringIO(newline="")
    write(Document([Table(("ip", "port", "server"), rows)]), out)
    return out.getvalue()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_one_array_of_objects(count: int) -> None:
    rows: list[tuple[Value, ...]] = [("192.0.2.1", None, "é")] * count
    assert json.loads(written(rows)) == [{"ip": "192.0.2.1", "port": None, "server": "é"}] * count


def test_a_person_can_read_it_line_by_line() -> None:
    rows: list[tuple[Value, ...]] = [("192.0.2.1", 80, "é"), ("192.0.2.2", None, "")]
    assert written(rows) == (
        '[\n{"ip":"192.0.2.1","port":80,"server":"é"},\n'
        '{"ip":"192.0.2.2","port":null,"server":""}\n]\n'
    )
