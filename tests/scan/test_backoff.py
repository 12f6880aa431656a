import pytest

from gatewatch.model.address import parse_address
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke, Unanswered
from gatewatch.scan.backoff import BackOff
from gatewatch.scan.probe import Icmp, Probe, Result

PROBE = Probe(0, parse_address("192.0.2.1"))


def told(icmp: Icmp, *, local: bool = False) -> Result:
    return Result(PROBE, Unanswered(Outcome.HOST_UNREACHABLE), icmp, local)


def accepted(spoke: Spoke) -> Result:
    return Result(PROBE, Observation(PROBE.address, 7547, 1, Answer(spoke, Outcome.IO_TIMEOUT)))


@pytest.mark.parametrize(
    ("icmp", "v6", "verdicts"),
    [
        ((3, 13), False, [None, None, "filtered"]),
        ((1, 1), True, [None, None, "filtered"]),
        ((11, 0), False, ["loop"]),
        ((3, 0), True, ["loop"]),
        ((3, 0), False, [None] * 5),
        ((1, 1), False, [None] * 5),
        ((3, 1), False, [None] * 5),
    ],
)
def test_what_routers_say(icmp: Icmp, v6: bool, verdicts: list[str | None]) -> None:
    backoff = BackOff(2)
    assert [backoff.saw(1, told(icmp), v6=v6) for _ in verdicts] == verdicts
    assert backoff.saw(0, told((3, 13)), v6=False) is None


def test_what_ends_on_this_machine_says_nothing_of_others() -> None:
    backoff = BackOff(1)
    verdicts = {backoff.saw(0, told((3, 13), local=True), v6=False) for _ in range(9)}
    assert verdicts == {None}


def test_sixteen_that_accept_and_say_nothing_are_a_tarpit() -> None:
    backoff = BackOff(1)
    verdicts = [backoff.saw(0, accepted(Spoke.CONNECTED), v6=False) for _ in range(16)]
    assert verdicts == [None] * 15 + ["accept-all"]


def test_not_when_one_in_ten_speaks_or_refuses() -> None:
    backoff = BackOff(1)
    refused = Result(PROBE, Unanswered(Outcome.CONNECTION_REFUSED))
    for number in range(250):
        result = refused if number % 8 == 0 else accepted(Spoke.OTHER)
        assert backoff.saw(0, result, v6=False) is None
