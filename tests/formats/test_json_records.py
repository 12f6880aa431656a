"""Every whole object comes out, whatever stands around it."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewatch.formats.given import Given
from gatewatch.formats.json_records import JsonRecord, one_record_a_line, peek, read_each, records
from gatewatch.formats.lines import RAW_KEPT
from gatewatch.model.observation import Observation, Outcome, Rejected, Unanswered

ONE = b'{"ip":"192.0.2.1","data":{"http":{"body":"a } \\" { b"}}}'
TWO = b'{"ip":"192.0.2.2","data":{"list":[{"a":1},{"b":2}]}}'

plain = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
trees = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=8), trees, max_size=4)

STYLES: dict[str, Callable[[list[dict[str, Any]]], str]] = {
    "lines": lambda rows: "".join(json.dumps(row) + "\n" for row in rows),
    "lines, CRLF, UTF-8": lambda rows: "".join(
        json.dumps(row, ensure_ascii=False) + "\r\n" for row in rows
    ),
    "array": json.dumps,
    "array, indented": lambda rows: json.dumps(rows, indent=2),
    "objects, indented": lambda rows: "\n".join(json.dumps(row, indent=4) for row in rows),
    "without separator": lambda rows: "".join(map(json.dumps, rows)),
    "masscan": lambda rows: "[\n" + "".join(json.dumps(row) + "\n,\n" for row in rows) + "]\n",
    "masscan 1.0.3": lambda rows: (
        "".join(json.dumps(row) + ",\n" for row in rows) + "{finished: 1}\n"
    ),
    "two arrays, appended": lambda rows: json.dumps(rows) + "\n[\n]\n",
    "byte order mark": lambda rows: "\ufeff" + "\n".join(map(json.dumps, rows)),
}


def values(text: bytes) -> list[dict[str, Any]]:
    return [one.value for one in records(BytesIO(text)) if isinstance(one, JsonRecord)]


def rejected(text: bytes) -> list[tuple[str, str]]:
    return [(one.where, one.reason) for one in records(BytesIO(text)) if isinstance(one, Rejected)]


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=20)
@given(rows=st.lists(objects, max_size=5))
def test_every_style_gives_every_object(style: str, rows: list[dict[str, Any]]) -> None:
    text = STYLES[style](rows).encode()
    assert (values(text), rejected(text)) == (rows, [])


@pytest.mark.parametrize(
    ("text", "found", "problems"),
    [
        (b"", [], []),
        (b"[\n]\n", [], []),
        (b"junk\n{}\n", [{}], [("line 1", "not JSON")]),
        (b'{"a":1} words {"a":2}\n', [{"a": 1}, {"a": 2}], [("line 1", "not JSON")]),
        (b'INFO[0000] started {"a":1}\n{"a":2}\n', [{"a": 2}], []),
        (b'\x1b[36mINFO\x1b[0m[0001] done\n{"a":2}\n', [{"a": 2}], []),
        (b'time="2026-11-20T03:14:01Z" level=info msg=done\n{"a":2}\n', [{"a": 2}], []),
        (b'[INF] Running\n[{"a":2}]\n', [{"a": 2}], []),
        (b'{"a": 1]\n{"a":2}\n', [{"a": 2}], [("line 1", "broken off: the next")]),
        (b'{"a": }\n{"a":2}\n', [{"a": 2}], [("line 1", "not valid JSON")]),
        (b'{"a":"x\n{"a":2}\n', [{"a": 2}], [("line 1", "broken off inside a string")]),
        (b'{"a":1}\n{"a":', [{"a": 1}], [("line 2", "the file ends inside this record")]),
        (b'{"a":1}\n{"a":"\\', [{"a": 1}], [("line 2", "the file ends inside this record")]),
        (b'[1, "two"]\n{"a":1}\n', [{"a": 1}], [("line 1", "not JSON")]),
        (b'{"a":NaN}', [{"a": None}], []),
        (b'{"a":"tab\there"}', [{"a": "tab\there"}], []),
    ],
)
def test_damage_costs_only_what_it_touches(
    text: bytes, found: list[dict[str, Any]], problems: list[tuple[str, str]]
) -> None:
    assert values(text) == found
    told = rejected(text)
    assert [where for where, _ in told] == [where for where, _ in problems]
    for (_, reason), (_, expected) in zip(told, problems, strict=True):
        assert reason.startswith(expected)


@pytest.mark.parametrize("cut", range(1, len(ONE)))
def test_a_run_appended_to_a_cut_one_is_read_from_its_first_record(cut: int) -> None:
    text = ONE + b"\n" + ONE[:cut] + TWO + b"\n" + ONE + b"\n"
    assert values(text) == [json.loads(ONE), json.loads(TWO), json.loads(ONE)]
    assert [where for where, _ in rejected(text)] == ["line 2"]


@pytest.mark.parametrize("cut", range(len(ONE) + 1, 2 * len(ONE)))
def test_damage_inside_an_array_on_one_line_is_passed(cut: int) -> None:
    run = b"[" + ONE + b"," + ONE + b"]"
    text = run[:cut] + b"[" + TWO + b"," + ONE + b"]"
    assert values(text)[-2:] == [json.loads(TWO), json.loads(ONE)]


@pytest.mark.parametrize("cut", range(2, len(ONE)))
def test_indented_records_after_a_cut_one_are_found(cut: int) -> None:
    one, two = (json.dumps(json.loads(text), indent=2).encode() for text in (ONE, TWO))
    assert values(one[:cut] + b"\n" + two + b"\n" + one)[-2:] == [json.loads(TWO), json.loads(ONE)]


@settings(max_examples=40)
@given(rows=st.lists(objects, min_size=1, max_size=4), data=st.data())
def test_a_cut_file_keeps_every_whole_record(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    encoded = [json.dumps(row).encode() + b"\n" for row in rows]
    text = b"".join(encoded)
    cut = data.draw(st.integers(0, len(text)))
    whole = 0
    while whole < len(rows) and sum(map(len, encoded[: whole + 1])) - 1 <= cut:
        whole += 1
    assert values(text[:cut])[:whole] == rows[:whole]


@given(st.binary(max_size=300) | st.text(alphabet='{}[]",:\\\n a1\xe9', max_size=300))
def test_any_bytes_are_read_without_an_error(text: bytes | str) -> None:
    for one in records(BytesIO(text if isinstance(text, bytes) else text.encode("latin-1"))):
        assert isinstance(one.value if isinstance(one, JsonRecord) else {}, dict)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":' * 100_000,
        b'{"a":{"a":1}' * 50_000,
        b'{"a":"' * 100_000,
        b'{"a":"' + b"\\" * 1_500_001,
        b'{"a":1}\n{"a":' * 20_000,
        b'{"a":\n' * 50_000,
        b'{"a"}' * 50_000,
        b"[" * 1_000_000,
        b"\xff" * 1_000_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_work_grows_with_the_size_of_a_hostile_file_only(text: bytes) -> None:
    """Were it quadratic, the time limit of the suite would strike."""
    list(records(BytesIO(text)))


def test_bytes_that_are_no_utf8_become_characters_and_are_told() -> None:
    found = list(records(BytesIO(b'{"a":"caf\xe9 \xc3\xa9"}\n{"a":"half \\ud83d \\udc80"}\n')))
    assert [(one.value, one.lossy) for one in found if isinstance(one, JsonRecord)] == [
        ({"a": "caf\xe9 \xe9"}, True),
        ({"a": "half \ufffd \x80"}, True),
    ]


def test_deep_nesting_is_rejected() -> None:
    text = b'{"a":' * 3000 + b"1" + b"}" * 3000 + b'\n{"b":1}\n'
    assert values(text) == [{"b": 1}]
    assert rejected(text) == [("line 1", "not valid JSON")]


def test_a_record_over_the_limit_is_skipped() -> None:
    long = b'{"a":"' + b"x" * 3_000_000 + b'"}\n'
    found = list(records(BytesIO(b'{"a":1}\n' + long + b'{"a":2}\n'), limit=1 << 20))
    assert [type(one) for one in found] == [JsonRecord, Rejected, JsonRecord]
    assert isinstance(found[1], Rejected)
    assert found[1].reason == "longer than 1 MiB: no record of a scanner is that long"
    assert len(found[1].raw) == RAW_KEPT


def test_an_array_longer_than_the_limit_on_one_line_is_read() -> None:
    text = b"[" + b",".join([ONE] * 60_000) + b"]"
    assert sum(1 for _ in records(BytesIO(text), limit=1 << 20)) == 60_000


def test_records_tell_their_line() -> None:
    text = b'{"a":1}\n\n{\n "a":\n2}\n{"a":3} {"a":4}\n'
    assert [one.line for one in records(BytesIO(text)) if isinstance(one, JsonRecord)] == [
        1, 3, 6, 6,
    ]  # fmt: skip


@pytest.mark.parametrize("cut", range(1, len(TWO)))
def test_a_peek_shows_what_a_cut_object_holds_so_far(cut: int) -> None:
    found = peek(TWO[:cut])
    assert len(found) <= 1
    if cut > TWO.index(b',"data"'):
        assert found[0]["ip"] == "192.0.2.2"


def test_a_peek_shows_the_first_whole_objects() -> None:
    assert peek(b'INFO[0000] x\n{"a":1}\n{"a":2}\n{"a":') == ({"a": 1}, {"a": 2})


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b'{"a":1}\n{"a":2}\n', True),
        (b'{"a":1}\n{"a":2}\n{"a":', True),
        (b'\xef\xbb\xbfINFO[0000] x\r\n\r\n{"a":1}\r\n', False),
        (b'INFO[0000] x\r\n\r\n\xef\xbb\xbf{"a":1}\r\n', True),
        (b'{"a":1}', True),
        (b'{"a":1}{"a":2}\n', False),
        (b'[{"a":1}]\n', False),
        (b'{\n "a": 1\n}\n', False),
        (b'{"a":1},\n{"a":2},\n', False),
        (b"", False),
        (b"\n", False),
    ],
)
def test_only_json_lines_may_be_cut_after_any_line(head: bytes, expected: bool) -> None:
    assert one_record_a_line(head) is expected


def test_a_peek_at_hostile_nesting_is_bounded() -> None:
    assert peek(b'{"a":' + b"[," * 30_000) == ()


def test_the_reason_of_a_value_error_becomes_a_rejected_record() -> None:
    def observations(record: JsonRecord, given: Given) -> Any:
        yield Unanswered(Outcome.IO_TIMEOUT)
        raise ValueError(f'no "ip" for {given.name}')

    found: list[Observation | Unanswered | Rejected] = list(
        read_each(BytesIO(b'\n{"a":1}\n'), Given("scan"), observations)
    )
    assert found == [
        Unanswered(Outcome.IO_TIMEOUT),
        Rejected("line 2", 'no "ip" for scan', b'{"a":1}'),
    ]
