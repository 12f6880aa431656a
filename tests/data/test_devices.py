"""Simulated devices, read and understood as a scan does: none is taken for something else."""

import pytest

from gatewatch.acs.device_kinds import Kind, Place, device_kinds
from gatewatch.identify.matcher import identify
from gatewatch.model.observation import Answer
from gatewatch.protocol.facts import read_facts
from gatewatch.protocol.masking import mask
from gatewatch.protocol.response import Ending, ResponseReader

KINDS = device_kinds()
PLACE = Place("127.0.0.1", 7547, 1_795_514_400.0)

# A home device's access technology rarely shows: these may stand for each other.
AT_HOME = {"router", "gateway", "modem", "cable-modem", "ont"}
# What answers like any other service; its role stays open, which is not a mistake.
ROLE_UNKNOWN = {
    "goahead",  # in routers and cameras alike
    "gsoap-28-no-get",  # some SOAP service
    "mini-httpd-119",
    "mini-httpd-130",
    "miniupnpd",  # a router, but not its CWMP door
    "mute",  # says nothing
}


def answer_of(kind: Kind) -> Answer:
    reader = ResponseReader()
    reader.feed(kind.answer(PLACE))
    return mask(reader.answer(Ending.CLOSED), PLACE.address)


def best_of(kind: Kind) -> dict[str, str]:
    best = identify(read_facts(answer_of(kind)).features).best()
    return {field: value for field, (value, _) in best.items()}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_the_role_of_a_device_is_understood(kind: Kind) -> None:
    expected = None if kind.id in ROLE_UNKNOWN else kind.role
    assert best_of(kind).get("role") == expected


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_device_is_never_taken_for_another_type(kind: Kind) -> None:
    said = best_of(kind).get("device.type")
    alike = AT_HOME if kind.type in AT_HOME else {kind.type}
    assert said is None or said in alike


def test_most_kinds_are_told_apart() -> None:
    """Vendor, model, software or type: what a report can count."""
    told = {"vendor", "model", "software", "device.type"}
    known = [kind.id for kind in KINDS.values() if told & best_of(kind).keys()]
    assert len(known) >= 0.9 * len(KINDS)
