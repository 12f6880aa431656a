"""The parameters that matter: every file is sound, and names are found in both models."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from gatewatch.acs import data_model
from gatewatch.acs.data_model import known_parameter, known_parameters
from gatewatch.acs.paths import IGD, TR181, valid
from gatewatch.model.errors import CatalogueBroken

PASSWORDS = ("Password", "password")


def test_every_name_is_one_that_a_device_may_have() -> None:
    for known in known_parameters().values():
        for name in (*known.igd, *known.device):
            assert valid(name.replace("{i}", "1"))
        assert known.sentence.endswith(".")


def test_no_name_means_two_things() -> None:
    names = [name for one in known_parameters().values() for name in (*one.igd, *one.device)]
    assert len(names) == len(set(names))


def test_every_password_is_hidden_and_guarded() -> None:
    for known in known_parameters().values():
        if any(name.endswith(PASSWORDS) for name in (*known.igd, *known.device)):
            assert (known.key, known.hidden, known.guarded) == (known.key, True, True)


def test_what_strands_a_device_is_guarded() -> None:
    stranding = ("acs.url", "acs.username", "acs.password", "acs.enable", "inform.enable")
    assert all(known_parameters()[key].guarded for key in stranding)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Device.ManagementServer.HTTPConnectionRequestEnable", "connection-request.enable"),
        ("InternetGatewayDevice.DeviceInfo.SoftwareVersion", "info.software"),
        (
            "InternetGatewayDevice.WANDevice.1.WANConnectionDevice.3.WANPPPConnection.2.DNSServers",
            "dns.wan",
        ),
        ("Device.SSH.Server.1.Enable", "remote-access.ssh"),
    ],
)
def test_a_name_is_found_with_any_instance_numbers(name: str, key: str) -> None:
    known = known_parameter(name)
    assert known is not None
    assert known.key == key


@pytest.mark.parametrize("name", ["", "Device.", "Device.SSH.Server.x.Enable", "Device.A"])
def test_a_name_that_nobody_listed_is_unknown(name: str) -> None:
    assert known_parameter(name) is None


def test_a_parameter_may_have_a_name_in_one_model_only() -> None:
    boot = known_parameters()["firmware.boot"]
    assert boot.names(TR181) == ("Device.DeviceInfo.BootFirmwareImage",)
    assert boot.names(IGD) == boot.names("") == ()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[a]\nsentence='x'", "has no name"),
        ("[a]\nsentence='x'\nigd=['Device.A']", "is not below InternetGatewayDevice."),
        ("[a]\nsentence='x'\ndevice=['Device.A']\ntype='text'", 'no type "text"'),
        ("[a]\nsentence='x'\ndevice=['Device.A']\ndance=1", "dance"),
        ("a = 1", "belongs to no parameter"),
        ("[a", "Expected"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(
    text: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only(text, tmp_path, monkeypatch)
    with pytest.raises(CatalogueBroken, match=what):
        known_parameters.__wrapped__()


def test_a_file_dropped_into_the_folder_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only("[a.b]\nsentence='x'\ndevice=['Device.A']", tmp_path, monkeypatch)
    assert list(known_parameters.__wrapped__()) == ["a.b"]


def _only(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "one.toml").write_text(text)
    place = SimpleNamespace(joinpath=lambda *_: folder)
    monkeypatch.setattr(data_model, "files", lambda _: place)
