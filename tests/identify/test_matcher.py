"""From features to an identity: how hints add up, and who wins when they disagree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.identify.matcher import identify
from gatewatch.model.observation import Answer, Mark, Outcome, Spoke
from gatewatch.protocol.facts import FEATURES, read_facts
from gatewatch.protocol.masking import mask

HOST = "192.0.2.1"


def understood(head: str, body: str = "", *marks: Mark) -> dict[str, str]:
    """The best value of each field for an answer, through masking and facts."""
    wire = head.replace("\n", "\r\n").encode("latin-1") + b"\r\n\r\n"
    answer = Answer(Spoke.HTTP, Outcome.SUCCESS, wire, body.encode("latin-1"), frozenset(marks))
    best = identify(read_facts(mask(answer, HOST)).features).best()
    return {field: value for field, (value, _) in best.items()}


def role_of(head: str, body: str = "", *marks: Mark) -> str | None:
    return understood(head, body, *marks).get("role")


def test_hints_on_one_value_add_up_with_their_evidence() -> None:
    features = {
        "http.realm": "HuaweiHomeGateway",
        "http.challenge": (
            'Digest realm="HuaweiHomeGateway",nonce="<hex32>", qop="auth", algorithm="MD5"'
        ),
    }
    found = identify(features)
    vendors = [one for one in found.assertions if one.field == "vendor"]
    assert [one.rule for one in vendors] == [
        "http_realm/huawei-home-gateway",
        "http_challenge/huawei-digest",
    ]
    assert vendors[0].evidence == "HuaweiHomeGateway"
    value, confidence = found.best()["vendor"]
    assert value == "Huawei"
    assert confidence > max(one.confidence for one in vendors)


def test_the_realm_decides_where_the_server_tells_no_vendor() -> None:
    assert understood(
        'HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm="TD-W8901G"\n'
        "Server: RomPager/4.07 UPnP/1.0"
    ) == {
        "software": "RomPager",
        "software.version": "4.07",
        "vendor": "TP-Link",
        "model": "TD-W8901G",
        "device.type": "modem",
        "role": "cpe",
    }


def test_a_honeypot_is_not_what_it_imitates() -> None:
    """HoneyThing says RomPager, which alone would make it a router."""
    assert understood(
        "HTTP/1.1 401 Unauthorized\nServer: RomPager/4.07 UPnP/1.0\nContent-Length: 0\n"
        'WWW-Authenticate: Digest algorithm=MD5, realm="Authusers", qop=auth, '
        "nonce=0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    ) == {"software": "HoneyThing", "role": "honeypot"}


def test_a_fixed_nonce_gives_a_honeypot_away() -> None:
    assert understood(
        "HTTP/1.1 200 OK\nServer: gSOAP/2.7\n"
        'WWW-Authenticate: Digest realm="IgdAuthentication", domain="/", '
        'nonce="N2UyNjgxMjA6NjQ1MWZiOTA6IDJlNjI5NDA=", qop="auth", algorithm=MD5'
    ) == {"software": "firstblood", "role": "honeypot"}


def test_an_acs_is_no_device() -> None:
    best = understood(
        "HTTP/1.1 405 Method Not Allowed\nAllow: POST\nConnection: close",
        "405 Method Not Allowed",
    )
    assert (best["software"], best["role"]) == ("GenieACS", "acs")


def test_an_acs_outranks_the_signs_of_a_device() -> None:
    features = {
        "http.server": "CPE-SERVER/1.0 Supports only GET",
        "http.header": "allow: POST",
        "http.status": "HTTP/1.1 405 Method Not Allowed",
    }
    assert identify(features).best()["role"][0] == "acs"


def test_a_version_goes_with_the_software_that_its_rule_names() -> None:
    """gSOAP serves, Broadcom's tr69c is what is served: 2.7 is not a version of tr69c."""
    best = understood(
        "HTTP/1.1 401 Unauthorized\nServer: gSOAP/2.7\n"
        'WWW-Authenticate: Digest realm="IgdAuthentication", domain="/", '
        'nonce="ZjVhNGY2YzI6MTUyNDM2N2Y6MzRiMGZjZjQ=", qop="auth", algorithm=MD5, '
        'opaque="5ccc09c403ebaf9f0171e9517f40e41"'
    )
    assert best["software"] == "Broadcom tr69c"
    assert "software.version" not in best


def test_missing_headers_prove_absence_only_where_all_are_known() -> None:
    head = "HTTP/1.1 405 Method Not Allowed\nAllow: POST"
    body = "405 Method Not Allowed"
    assert understood(head, body, Mark.REBUILT)["software"] == "GenieACS"
    assert "software" not in understood(head, body, Mark.PARTIAL)


@pytest.mark.parametrize(
    ("head", "body", "role"),
    [
        (
            'HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest realm="acme cwmp"\n'
            "Content-Length: 0",
            "",
            "cpe",
        ),
        (
            "HTTP/1.1 401 Unauthorized\nServer: gSOAP/2.7\nContent-Length: 9\n"
            'WWW-Authenticate: Digest realm="acme"',
            "<fault />",
            "cpe",
        ),
        ("HTTP/1.1 200 OK\nServer: gSOAP/2.7\nContent-Length: 0", "", "cpe"),
        ("HTTP/1.1 404 Not Found\nContent-Length: 0\nConnection: close", "", "cpe"),
        ("HTTP/1.1 404 Not Found\nServer: acme\nContent-Length: 0", "", None),
        ("HTTP/1.1 302 Found\nLocation: https://example.net/", "", "not-cwmp"),
        ("HTTP/1.1 200 OK\nVia: 1.1 cache\nContent-Type: text/html", "<p>", "not-cwmp"),
        ("HTTP/1.1 200 OK\nServer: acme", f"<title>Shop</title>{'x' * 1024}", "not-cwmp"),
        ("HTTP/1.1 200 OK\nServer: nginx/1.22.1", "<p>hello</p>", "not-cwmp"),
        ("RTSP/1.0 400 Bad Request\nServer: acme", "", "not-cwmp"),
        ("HTTP/1.1 200 OK\nServer: acme", "hello", None),
    ],
)
def test_signs_of_cwmp_decide_where_no_fingerprint_knows(
    head: str, body: str, role: str | None
) -> None:
    assert role_of(head, body) == role


def test_the_points_stay_in_the_evidence() -> None:
    said = identify(
        {
            "http.status": "HTTP/1.1 401 Unauthorized",
            "http.challenge": 'Digest realm="acme"',
            "http.realm": "acme tr069",
            "http.body": "",
        }
    )
    (role,) = said.assertions
    assert (role.rule, role.confidence) == ("signs/cwmp", 0.8)
    assert role.evidence == "realm-names-cwmp +5, digest-without-body +3 = +8"


def test_signs_are_left_out_where_a_fingerprint_knows_the_role() -> None:
    said = identify({"http.realm": "realm@easycwmp"})
    assert {one.rule for one in said.assertions} == {"http_realm/easycwmp"}


def test_a_value_is_cut_before_it_is_matched() -> None:
    assert identify({"http.server": "x" * 100_000 + " UPnP/1.0 MiniUPnPd/1.5"}).assertions == ()


@given(st.dictionaries(st.sampled_from(sorted(FEATURES)), st.text(max_size=400)))
def test_no_features_raise(features: dict[str, str]) -> None:
    identify(features).best()


@given(st.binary(max_size=400), st.binary(max_size=200))
def test_no_answer_raises(head: bytes, body: bytes) -> None:
    answer = Answer(Spoke.HTTP, Outcome.SUCCESS, b"HTTP/1.1 200 OK\r\nServer:" + head, body)
    identify(read_facts(mask(answer, HOST)).features).best()
