"""Parameters in little room, without loss, without secrets, within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.acs.state.packing import (
    MOST,
    is_secret,
    kept,
    packed,
    packed_changes,
    unpacked,
    unpacked_changes,
)
from gatewatch.acs.state.records import Parameter

LETTERS = st.characters(exclude_categories=["Cc", "Cs"])
NAMES = st.lists(
    st.sampled_from(["WiFi", "1", "Stats", "UpTime", "X_A-B"]), min_size=1, max_size=4
).map(lambda parts: ".".join(("Device", *parts)))
TOLD = st.dictionaries(
    NAMES,
    st.builds(
        Parameter,
        st.text(LETTERS, max_size=40),
        st.sampled_from(["string", "unsignedInt"]),
        st.sampled_from([True, False, None]),
    ),
    max_size=8,
)


@given(TOLD)
def test_what_is_packed_is_unpacked(told: dict[str, Parameter]) -> None:
    stored = packed(told)
    assert unpacked(stored.names.text, stored.values, stored.moving) == told


@given(TOLD, TOLD)
def test_changes_lead_from_the_one_to_the_other(
    before: dict[str, Parameter], after: dict[str, Parameter]
) -> None:
    names, blob = packed_changes(before, after)
    told = unpacked_changes(blob) if blob else []
    assert [name for name, _, _ in told] == names
    for name, old, new in told:
        assert old == (before[name].value if name in before else None)
        assert new == (after[name].value if name in after else None)


def test_devices_of_one_model_share_their_names() -> None:
    one, two = (packed({"Device.A": Parameter(value)}) for value in ("1", "2"))
    assert one.names.digest == two.names.digest
    assert one.digest != two.digest


def test_what_moves_by_itself_is_no_change_of_the_rest() -> None:
    one, two = (
        packed({"Device.A": Parameter("1"), "Device.DeviceInfo.UpTime": Parameter(value)})
        for value in ("1", "2")
    )
    assert one.digest == two.digest
    assert one.moving != two.moving


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("Device.ManagementServer.Password", True),
        ("Device.ManagementServer.ConnectionRequestPassword", True),
        ("Device.WiFi.AccessPoint.1.Security.KeyPassphrase", True),
        ("InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.PreSharedKey.1.PreSharedKey", True),
        ("InternetGatewayDevice.LANDevice.1.WLANConfiguration.1.WEPKey.1.WEPKey", True),
        ("InternetGatewayDevice.UserInterface.X_HW_CLIUserInfo.1.Userpassword", True),
        ("InternetGatewayDevice.DeviceInfo.X_ALU-COM_ServiceManage.DebugDyPass.PriKey", True),
        ("InternetGatewayDevice.UserInterface.PasswordRequired", True),
        ("Device.ManagementServer.ParameterKey", False),
        ("Device.ManagementServer.Username", False),
        ("Device.DeviceInfo.SerialNumber", False),
    ],
)
def test_names_of_secrets_are_known(name: str, secret: bool) -> None:
    assert is_secret(name) is secret
    assert (kept({name: Parameter("word")})[name].value == "") is secret


def test_absurd_names_and_values_are_bounded() -> None:
    told = {
        "Device." + "a" * 300: Parameter("x"),
        "Device.\n": Parameter("x"),
        "Device.Long": Parameter("x" * 1_000_000),
        "Device.Zero": Parameter("a\0b"),
    }
    found = kept(told)
    assert sorted(found) == ["Device.Long", "Device.Zero"]
    assert len(found["Device.Long"].value) == 32 * 1024
    assert found["Device.Zero"].value == "ab"


def test_a_device_has_no_more_parameters_than_are_kept() -> None:
    stored = packed({f"Device.{number:06}": Parameter("x") for number in range(MOST + 10)})
    assert len(unpacked(stored.names.text, stored.values, stored.moving)) == MOST
