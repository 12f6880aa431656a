"""Labels that other catalogues give, and that ours must not: each was published and believed."""

import pytest

from gatewatch.identify.matcher import identify
from gatewatch.model.observation import Answer, Outcome, Spoke
from gatewatch.protocol.facts import read_facts
from gatewatch.protocol.masking import mask


def best_of(head: str, body: str = "") -> dict[str, tuple[str, float]]:
    wire = head.replace("\n", "\r\n").encode() + b"\r\n\r\n"
    answer = mask(Answer(Spoke.HTTP, Outcome.SUCCESS, wire, body.encode()), "192.0.2.1")
    return dict(identify(read_facts(answer).features).best())


@pytest.mark.parametrize("server", ["RomPager/4.07 UPnP/1.0", "RomPager/4.51", "RomPager/4.07"])
@pytest.mark.parametrize("status", ["404 Not Found", "200 OK", "401 Unauthorized"])
def test_rompager_is_no_zyxel(server: str, status: str) -> None:
    """nmap's catch-all line says "ZyXEL ZyWALL 2"; 1,501 routers were counted by that label."""
    best = best_of(f"HTTP/1.1 {status}\nServer: {server}\nEXT:", "<h1>Object Not Found</h1>")
    assert best["software"][0] == "RomPager"
    assert {"vendor", "model"} & best.keys() == set()


def test_a_realm_on_rompager_names_the_maker_and_not_zyxel() -> None:
    best = best_of(
        'HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Basic realm="TD-8817"\n'
        "Server: RomPager/4.07 UPnP/1.0"
    )
    assert best["vendor"][0] == "TP-Link"


def test_a_netgear_switch_is_no_fritz_box() -> None:
    """ztag mapped this title to "AVM FRITZ!Box, cable modem"."""
    best = best_of("HTTP/1.1 200 OK", "<title>NETGEAR Web Smart Switch</title>")
    assert best["vendor"][0] == "NETGEAR"
    assert best["role"][0] == "not-cwmp"
    assert best.get("device.type", ("", 0.0))[0] != "cable-modem"


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
def test_a_module_name_of_rdk_b_is_no_proof_of_cisco(scheme: str) -> None:
    """Recog says Cisco; every RDK-B build has that module."""
    best = best_of(
        f'HTTP/1.1 401 Unauthorized\nWWW-Authenticate: {scheme} realm="Cisco_CCSP_CWMP_TCPCR"'
    )
    assert best["software"][0] == "RDK-B CCSP"
    assert best["vendor"][1] < 0.5


@pytest.mark.parametrize(
    ("realm", "software"),
    [("IgdAuthentication", "Broadcom tr69c"), ("gSOAP Web Service", "gSOAP")],
)
def test_a_constant_of_a_kit_names_the_kit_alone(realm: str, software: str) -> None:
    best = best_of(f'HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest realm="{realm}"')
    assert best["software"][0] == software
    assert "vendor" not in best


def test_the_chips_maker_is_not_the_boxs() -> None:
    best = best_of('HTTP/1.1 401 Unauthorized\nWWW-Authenticate: Digest realm="realtek.com.tw"')
    assert "vendor" not in best


@pytest.mark.parametrize("server", ["gSOAP/2.7", "gSOAP/2.8"])
def test_a_camera_with_gsoap_is_no_router(server: str) -> None:
    """The name of the library is that of most CWMP clients; the namespace tells them apart."""
    body = '<s:Envelope xmlns:tds="http://www.onvif.org/ver10/device/wsdl">'
    best = best_of(f"HTTP/1.1 400 Bad Request\nServer: {server}", body)
    assert (best["device.type"][0], best["role"][0]) == ("camera", "not-cwmp")


def test_an_edited_version_of_gsoap_is_not_believed() -> None:
    assert "software.version" not in best_of("HTTP/1.1 200 OK\nServer: gSOAP/2.8.33")


def test_an_acs_is_no_vulnerable_router() -> None:
    best = best_of("HTTP/1.1 405 Method Not Allowed\nAllow: POST", "405 Method Not Allowed")
    assert best["role"][0] == "acs"


@pytest.mark.parametrize(
    "head",
    [
        "HTTP/1.1 405 Method Not Allowed\nConnection: close\nContent-Length: 0",
        "HTTP/1.1 400 Bad Request\nContent-Length: 0",
        "HTTP/1.1 503 Service Unavailable\nConnection: close\nContent-Length: 0",
        "HTTP/1.1 200 OK\nConnection: Close\nContent-Length: 0",
    ],
)
def test_a_bare_answer_is_a_hint_at_a_maker_and_no_more(head: str) -> None:
    best = best_of(head)
    assert all(best[name][1] <= 0.5 for name in ("vendor", "software", "model") if name in best)
