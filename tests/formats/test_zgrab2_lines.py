"""What is written as ZGrab2 does is read back identically, and is what others expect."""

import json
from io import BytesIO

from hypothesis import given
from tests.scan.test_spool import _SEEN

from gatewatch.formats.given import Given
from gatewatch.formats.read.zgrab2 import read, sniff
from gatewatch.formats.zgrab2_lines import zgrab2_line
from gatewatch.model.address import parse_address
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke

SEEN = Observation(
    parse_address("192.0.2.7"), 7547, 1_764_000_000_123_456,
    Answer(Spoke.HTTP, Outcome.SUCCESS,
           b"HTTP/1.1 401 Unauthorized\r\nServer: gSOAP/2.7\r\nX-A: 1\r\nx-a: 2\r\n\r\n", b"\xff"),
)  # fmt: skip


@given(_SEEN)
def test_every_observation_is_read_back_as_it_was(seen: Observation) -> None:
    assert list(read(BytesIO(zgrab2_line(seen).encode()), Given("x", None, None))) == [seen]


def test_others_find_what_zgrab2_writes() -> None:
    line = json.loads(zgrab2_line(SEEN))
    result = line["data"]["http"]
    assert (line["ip"], result["status"], result["protocol"]) == ("192.0.2.7", "success", "http")
    response = result["result"]["response"]
    assert (response["status_code"], response["status_line"]) == (401, "401 Unauthorized")
    assert response["headers"] == {"server": ["gSOAP/2.7"], "x_a": ["1", "2"]}


def test_it_is_recognised_as_zgrab2() -> None:
    assert sniff(zgrab2_line(SEEN).encode())


def test_a_damaged_exact_answer_is_not_believed() -> None:
    """The parsed response, which stands there too, is taken instead."""
    line = json.loads(zgrab2_line(SEEN))
    line["data"]["http"]["gatewatch"]["head"] = "&"
    (seen,) = read(BytesIO(json.dumps(line).encode()), Given("x", None, None))
    assert isinstance(seen, Observation)
    assert seen.answer.head != SEEN.answer.head
    assert b"gSOAP/2.7" in seen.answer.head
