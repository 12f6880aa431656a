"""Rules that lack one thing, and what that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.matcher import identify
from gatewatch.identify.nearly import Near, nearly
from gatewatch.protocol.facts import FEATURES


def near(features: dict[str, str]) -> dict[str, Near]:
    return {one.fingerprint.rule: one for one in nearly(features, catalogue())}


@pytest.mark.parametrize(
    ("features", "rule", "why"),
    [
        (
            {"http.server": "gSOAP/2.9"},
            "http_server/gsoap",
            'begins with "gSOAP/2." as it should, then goes on otherwise',
        ),
        (
            {"http.server": "ROMPAGER/4.07 UPnP/1.0"},
            "http_server/rompager",
            "matches in other letters, upper or lower",
        ),
        (
            {"http.server": "RomPager/4.08 UPnP/1.0"},
            "http_server/rompager-with-upnp",
            "matches with other numbers",
        ),
        (
            {"http.realm": "HuaweiHomeGateway2"},
            "http_realm/huawei-home-gateway",
            'begins with "HuaweiHomeGateway" as it should, then goes on otherwise',
        ),
        (
            {"http.realm": "The HuaweiHomeGateway"},
            "http_realm/huawei-home-gateway",
            'holds "HuaweiHomeGateway", but not where or with what the pattern asks for',
        ),
        (
            {"http.realm": "Authusers", "http.server": "nginx"},
            "http_realm/catawampus",
            "also asks http.server for ^TornadoServer/",
        ),
        (
            {
                "http.names": "Allow Server",
                "http.server": "nginx",
                "http.header": "allow: POST\nserver: nginx",
                "http.status": "HTTP/1.1 405 Method Not Allowed",
                "http.body": "405 Method Not Allowed",
            },
            "http_body/genieacs",
            "http.server is sent, which may not be",
        ),
        (
            {
                "http.header": "allow: POST",
                "http.status": "HTTP/1.1 405 Method Not Allowed",
                "http.body": "405 Method Not Allowed",
            },
            "http_body/genieacs",
            "asks for an answer without http.server; the source kept some headers only",
        ),
    ],
)
def test_the_one_thing_that_is_missing_is_named(
    features: dict[str, str], rule: str, why: str
) -> None:
    assert near(features)[rule].why == why


@pytest.mark.parametrize(
    "features",
    [
        {"http.server": "gSOAP/2.7"},  # it matches
        {"http.server": "Acme"},
        {"http.realm": "Huawei"},  # too little of it
        {"http.server": "gSOAP/2.9 and a long text of another kind that is not like any example"},
        {"http.body": "405 Method Not Allowed"},  # three conditions are missing
    ],
)
def test_what_matches_or_lacks_more_is_not_near(features: dict[str, str]) -> None:
    assert not near(features).keys() & {
        "http_server/gsoap",
        "http_realm/huawei-home-gateway",
        "http_body/genieacs",
    }


def test_the_nearest_comes_first() -> None:
    found = nearly({"http.realm": "Authusers", "http.server": "tornadoserver/2.2"}, catalogue())
    assert found[0].alike == 1.0
    assert [one.alike for one in found] == sorted((one.alike for one in found), reverse=True)


@given(st.dictionaries(st.sampled_from(sorted(FEATURES)), st.text(max_size=300)))
def test_what_matched_is_never_near(features: dict[str, str]) -> None:
    matched = {one.rule for one in identify(features).assertions}
    settled = {"signs/cwmp"}
    assert not (matched - settled) & near(features).keys()
