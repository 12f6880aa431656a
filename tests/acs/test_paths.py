"""Names in a device's data model, below both roots."""

import pytest

from gatewatch.acs.paths import IGD, TR181, is_partial, matches, parent, root_of, valid


@pytest.mark.parametrize(
    ("names", "root"),
    [
        (["InternetGatewayDevice.DeviceInfo.X"], IGD),
        (["odd", "Device.DeviceInfo.X"], TR181),
        (["DeviceInfo.X"], ""),
        ([], ""),
    ],
)
def test_the_root_is_that_of_the_first_name_with_one(names: list[str], root: str) -> None:
    assert root_of(names) == root


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Device.",
        "Device.A.1.B",
        "Device.A.[alias].B",
        "InternetGatewayDevice.X_ZTE-COM_T.Enable",
    ],
)
def test_names_of_real_models_are_valid(name: str) -> None:
    assert valid(name)


@pytest.mark.parametrize(
    "name",
    [".", "Device..A", "Device.A B", ".Device", "1.A", "Device.A;reboot", "A" * 257, "A.[]."],
)
def test_what_is_no_name_is_not_valid(name: str) -> None:
    assert not valid(name)


def test_a_name_that_ends_with_a_dot_is_partial() -> None:
    assert is_partial("")
    assert is_partial("Device.A.")
    assert not is_partial("Device.A")


@pytest.mark.parametrize(
    ("name", "above"),
    [("Device.A.B", "Device.A."), ("Device.A.", "Device."), ("Device.", ""), ("", "")],
)
def test_an_object_is_in_the_one_above(name: str, above: str) -> None:
    assert parent(name) == above


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("Device.A.1.B", True),
        ("Device.A.[x].B", True),
        ("Device.A.x.B", False),
        ("Device.A.1.B.C", False),
        ("Device.A.1.C", False),
    ],
)
def test_an_instance_is_a_number_or_an_alias(name: str, fits: bool) -> None:
    assert matches("Device.A.{i}.B", name) is fits
