"""A MISP event by MISP's own templates, that no sensor acts upon."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.formats.export.conftest import ABOUT

from gatewatch.model.exposed import Exposed

Make = Callable[..., Exposed]
Written = Callable[..., str]

# misp-objects, objects/ip-port/definition.json (10) and objects/vulnerability/definition.json (2).
TEMPLATES = {
    "ip-port": {
        "ip": "ip-dst", "dst-port": "port", "protocol": "text", "AS": "AS",
        "country-code": "text", "first-seen": "datetime", "last-seen": "datetime", "text": "text",
    },
    "vulnerability": {"id": "vulnerability", "text": "text", "summary": "text"},
}  # fmt: skip


@pytest.fixture
def event(service: Make, written: Written) -> Any:
    return json.loads(written("misp", [service(), service("2001:db8::7")]))["Event"]


def test_objects_keep_to_their_templates(event: Any) -> None:
    assert [one["name"] for one in event["Object"]] == [
        *("vulnerability", "vulnerability", "ip-port", "ip-port"),
    ]
    for one in event["Object"]:
        template = TEMPLATES[one["name"]]
        for attribute in one["Attribute"]:
            assert template[attribute["object_relation"]] == attribute["type"]


def test_nothing_is_for_sensors(event: Any) -> None:
    attributes = [one for each in event["Object"] for one in each["Attribute"]]
    assert {one["to_ids"] for one in attributes} == {False}


def test_the_event_says_what_it_is(event: Any) -> None:
    assert event["info"] == "Exposed CWMP (TR-069) services: country:IT"
    assert event["date"] == "2026-11-20"
    assert [tag["name"] for tag in event["Tag"]] == [
        "tlp:amber", 'rsit:vulnerable="vulnerable-system"', "cwmp",
    ]  # fmt: skip


def test_references_lead_to_objects_of_the_event(event: Any) -> None:
    ids = [one["uuid"] for one in event["Object"]]
    assert len(set(ids)) == len(ids)
    for one in event["Object"]:
        for reference in one.get("ObjectReference", ()):
            assert (reference["object_uuid"], reference["referenced_uuid"] in ids) == (
                one["uuid"], True,
            )  # fmt: skip


def test_another_part_is_another_event(service: Make, written: Written) -> None:
    first = json.loads(written("misp", [service()]))["Event"]
    second = json.loads(written("misp", [service()], replace(ABOUT, part=2)))["Event"]
    assert first["uuid"] != second["uuid"]
    assert second["info"].endswith(", part 2")
