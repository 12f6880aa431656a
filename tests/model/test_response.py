from dataclasses import replace

import pytest

from gatewatch.model.observation import Answer, Mark, Outcome, Spoke
from gatewatch.model.response import response_id, shown_id

PLAIN = Answer(Spoke.HTTP, Outcome.SUCCESS, b"HTTP/1.1 401 x\r\n\r\n", b"body")


def test_the_id_never_changes_between_machines_and_versions() -> None:
    assert shown_id(response_id(PLAIN)) == "797baf69ac648112"


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, body=b""),
        replace(PLAIN, head=PLAIN.head + b"b", body=b"ody"),
        replace(PLAIN, outcome=Outcome.IO_TIMEOUT),
        replace(PLAIN, spoke=Spoke.OTHER),
        replace(PLAIN, marks=frozenset({Mark.NO_BODY})),
        replace(PLAIN, tls=(("subject", "router"),)),
    ],
)
def test_each_part_of_an_answer_tells_responses_apart(other: Answer) -> None:
    assert response_id(other) != response_id(PLAIN)


def test_the_order_of_marks_does_not_matter() -> None:
    one = replace(PLAIN, marks=frozenset([Mark.NO_BODY, Mark.REBUILT]))
    two = replace(PLAIN, marks=frozenset([Mark.REBUILT, Mark.NO_BODY]))
    assert response_id(one) == response_id(two)


@pytest.mark.parametrize(("number", "text"), [(-1, "ffffffffffffffff"), (1, "0000000000000001")])
def test_ids_are_shown_as_sixteen_hex_digits(number: int, text: str) -> None:
    assert shown_id(number) == text
