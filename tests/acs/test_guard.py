"""Where connection requests go: the attacks that a device's own URL can try."""

import pytest

from gatewatch.acs.guard import Guard, Refused

SOURCE = "192.0.2.7"


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("http://192.0.2.7:7547/abc?x=1", SOURCE),
        ("http://192.0.2.7/", SOURCE),
        ("http://192.0.2.7:7547", SOURCE),
        ("http://[2001:db8::7]:7547/", "2001:db8::7"),
        ("http://192.0.2.7:7547/", "::ffff:192.0.2.7"),
        ("http://[::ffff:192.0.2.7]:7547/", SOURCE),
    ],
)
def test_the_devices_own_address_is_asked(url: str, source: str) -> None:
    target = Guard().target(url, source)
    assert target.path.startswith("/")


@pytest.mark.parametrize(
    "url",
    [
        "https://192.0.2.7:7547/",
        "ftp://192.0.2.7:7547/",
        "http://192.0.2.8:7547/",
        "http://device.example.org:7547/",
        "http://localhost:7547/",
        "http://127.0.0.1:7547/",
        "http://127.1:7547/",
        "http://2130706433:7547/",
        "http://0x7f000001:7547/",
        "http://[::1]:7547/",
        "http://[::ffff:127.0.0.1]:7547/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]:7547/",
        "http://0.0.0.0:7547/",
        "http://224.0.0.1:7547/",
        "http://192.0.2.7:22/",
        "http://192.0.2.7:25/",
        "http://192.0.2.7:0/",
        "http://192.0.2.7:99999/",
        "http://192.0.2.7:x/",
        "http://user:pass@192.0.2.7:7547/",
        "http://192.0.2.7:7547@evil.example.org/",
        "http://192.0.2.7:7547/\r\nX: y",
        "http://192.0.2.7:7547/ x",
        "http://192.0.2.7:7547/\u00e9",
        "http://192.0.2.7:7547/" + "a" * 600,
        "//192.0.2.7:7547/",
        "",
    ],
)
def test_nothing_else_is_asked(url: str) -> None:
    with pytest.raises(Refused):
        Guard().target(url, SOURCE)


def test_not_even_when_the_device_called_from_there() -> None:
    for source in ("127.0.0.1", "169.254.1.1"):
        with pytest.raises(Refused, match="loopback or link-local"):
            Guard().target(f"http://{source}:7547/", source)
    with pytest.raises(Refused, match="no device"):
        Guard(["169.254.0.0/16"], lab=True).target("http://169.254.169.254/", "169.254.169.254")


def test_a_listed_network_and_port_are_allowed() -> None:
    guard = Guard(["198.51.100.0/24"], ports=[443])
    target = guard.target("http://198.51.100.9:443/x", SOURCE)
    assert (target.host, target.port, target.authority) == (
        "198.51.100.9",
        443,
        "198.51.100.9:443",
    )


def test_a_lab_lives_on_loopback() -> None:
    assert Guard(lab=True).target("http://127.0.0.5:7547/", "127.0.0.5").host == "127.0.0.5"
    with pytest.raises(Refused):
        Guard(lab=True).target("http://127.0.0.6:7547/", "127.0.0.5")
