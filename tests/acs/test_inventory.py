"""Devices behind a query: the language of searches, over other fields."""

import pytest

from gatewatch.acs.inventory import DEVICE_FIELDS, chosen
from gatewatch.acs.state.records import Device
from gatewatch.model.errors import BadQuery
from gatewatch.query.parser import parse

DAY = 1_795_478_400_000_000  # 2026-11-24
DEVICES = [
    Device("00259E-HG-S1", "Huawei", "00259E", "HG", "S1", model="HG8245", software="V1.9",
           address="192.0.2.7", last_inform=DAY, informs=3, events=("1 BOOT",), tags=("lab",)),
    Device("00259E-HG-S2", "Huawei", "00259E", "HG", "S2", model="HG8245", software="V1.10",
           address="192.0.2.8", last_inform=DAY - 86_400_000_000, informs=30, fault="9002"),
    Device("9CA2F4-IGD-S3", "TP-Link", "9CA2F4", "IGD", "S3", address="2001:db8::7"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "serials"),
    [
        ("", "S1 S2 S3"),
        ("*", "S1 S2 S3"),
        ("manufacturer:huawei", "S1 S2"),
        ("vendor:HUAWEI not serial:S1", "S2"),
        ("model:hg8245 or model:igd", "S1 S2 S3"),
        ("software<V1.10", "S1"),
        ("software:*", "S1 S2"),
        ("ip:192.0.2.0/24", "S1 S2"),
        ("ip:2001:db8::/32", "S3"),
        ("last_inform:2026-11-24", "S1"),
        ("informs>=30", "S2"),
        ('event:"1 BOOT"', "S1"),
        ("tag:lab", "S1"),
        ("not tag:lab", "S2 S3"),
        ("fault:9002", "S2"),
        ("huawei", "S1 S2"),
        ("lab", "S1"),
        ("serial=~`^S[12]$` oui:00259e", "S1 S2"),
        ("model:{HG8245, IGD}", "S1 S2 S3"),
    ],
)
def test_a_query_finds_devices(query: str, serials: str) -> None:
    assert [one.serial for one in chosen(DEVICES, query)] == serials.split()


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("server:gsoap", 'unknown field "server"; there are device, manufacturer'),
        ("informs:many", "informs"),
        ("serial=~`(`", "pattern"),
        ("(model:x", "bracket"),
    ],
)
def test_a_query_that_means_nothing_is_refused(query: str, what: str) -> None:
    with pytest.raises(BadQuery, match=what.replace("(", r"\(")):
        list(chosen(DEVICES, query))


@pytest.mark.parametrize("name", [one.name for one in dict.fromkeys(DEVICE_FIELDS.values())])
def test_the_example_of_each_field_is_a_query(name: str) -> None:
    parse(DEVICE_FIELDS[name].example, fields=DEVICE_FIELDS)
    list(chosen(DEVICES, DEVICE_FIELDS[name].example))
