"""The bundle is STIX 2.1 in the eyes of OASIS's own library, and accuses nobody."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import stix2

from gatewatch.model.exposed import Exposed

Make = Callable[..., Exposed]
Written = Callable[..., str]


@pytest.fixture
def bundle(service: Make, written: Written) -> Any:
    services = [service(), service(port=30005), service("192.0.2.2"), service("2001:db8::7")]
    return stix2.parse(written("stix", services))


def test_the_library_reads_it_and_no_id_comes_twice(bundle: Any) -> None:
    assert bundle.type == "bundle"
    assert set(Counter(one.id for one in bundle.objects).values()) == {1}


def test_what_services_share_is_there_once(bundle: Any) -> None:
    kinds = Counter(one.type for one in bundle.objects)
    shared = ("autonomous-system", "software", "location", "identity", "marking-definition")
    assert [kinds[one] for one in shared] == [1] * 5
    assert (kinds["vulnerability"], kinds["ipv4-addr"], kinds["ipv6-addr"]) == (2, 2, 1)
    assert (kinds["infrastructure"], kinds["observed-data"], kinds["network-traffic"]) == (4, 4, 4)


def test_a_victim_is_no_indicator(bundle: Any) -> None:
    kinds = {one.type for one in bundle.objects}
    assert not kinds & {"indicator", "malware", "threat-actor", "attack-pattern"}


def test_each_reference_leads_to_an_object_of_the_bundle(bundle: Any) -> None:
    ids = {one.id for one in bundle.objects}
    text = json.loads(bundle.serialize())
    for one in text["objects"]:
        for key, value in one.items():
            if key.endswith("_ref"):
                assert value in ids
            if key.endswith("_refs"):
                assert set(value) <= ids


def test_everything_but_the_marking_is_marked_amber(bundle: Any) -> None:
    (marking,) = [one for one in bundle.objects if one.type == "marking-definition"]
    assert marking.id == "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
    for one in bundle.objects:
        if one.type not in ("marking-definition", "identity"):
            assert one.object_marking_refs == [marking.id]


def test_a_vulnerability_is_tied_with_how_sure_it_is(bundle: Any) -> None:
    ties = [one for one in bundle.objects if one.get("relationship_type") == "has"]
    assert {(one.confidence, one.description) for one in ties} == {(85, "likely"), (30, "possible")}


def test_a_service_seen_again_is_the_same_infrastructure(service: Make, written: Written) -> None:
    first = stix2.parse(written("stix", [service()]))
    again = stix2.parse(written("stix", [service(text="another")]))
    ids = [
        {one.id for one in bundle.objects if one.type == "infrastructure"}
        for bundle in (first, again)
    ]
    assert ids[0] == ids[1]
