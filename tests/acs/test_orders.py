"""Orders: a closed set, checked before anything is stored; what can strand a device needs two."""

from pathlib import Path
from typing import Any

import pytest

from gatewatch.acs.firmware import Store, make_key, read_statement, sign
from gatewatch.acs.orders import ACTIONS, Orders
from gatewatch.acs.state.changes import AddFile, Informed
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import Device
from gatewatch.model.errors import DeviceUnknown, GatewatchError, OrderRefused

ID = "00259E-HG8245-S1"
NOW = 1_700_000_000_000_000
SSID = "Device.WiFi.SSID.1.SSID"


@pytest.fixture
def orders(lone_state: State, tmp_path: Path) -> Orders:
    lone_state.apply([Informed(Device(ID, oui="00259E", product_class="HG8245"))])
    return Orders(lone_state, Store(tmp_path), lambda: NOW)


def test_an_order_becomes_a_task_and_a_line_in_the_log(orders: Orders, lone_state: State) -> None:
    order = orders.give(ID, "set", {"values": {SSID: ["x", "string"]}}, "ada")
    (task,) = lone_state.due(ID, NOW)
    assert (task.id, task.action, task.by) == (order.task, "set", "ada")
    (entry,) = lone_state.audit()
    assert (entry.actor, entry.action, entry.detail) == ("ada", "ordered set", f"{SSID}=x")


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("shell", {}),
        ("reboot", {"now": True}),
        ("get", {}),
        ("get", {"names": []}),
        ("get", {"names": ["Device.A"] * 1001}),
        ("get", {"names": ["SomethingElse."]}),
        ("get", {"names": [5]}),
        ("refresh", {"names": "Device."}),
        ("set", {"values": {"Device.A.": ["x", "string"]}}),
        ("set", {"values": {"Device.A": "x"}}),
        ("set", {"values": {"Device.A": ["x", "xml"]}}),
        ("set", {"values": {"Device.A": [5, "int"]}}),
        ("set", {"values": {"Device.\x1b": ["x", "string"]}}),
        ("set", {"values": {}}),
        ("upgrade", {}),
        ("upgrade", {"sha256": "ab" * 32}),
    ],
)
def test_what_is_no_order_is_refused_and_leaves_nothing(
    orders: Orders, lone_state: State, action: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(OrderRefused):
        orders.give(ID, action, arguments, "ada")
    assert lone_state.tasks() == []
    assert lone_state.audit() == []


def test_a_device_that_nobody_knows_gets_no_orders(orders: Orders) -> None:
    with pytest.raises(DeviceUnknown):
        orders.give("nobody", "reboot", {}, "ada")


@pytest.mark.parametrize(
    ("action", "arguments"),
    [
        ("factory-reset", {}),
        ("set", {"values": {"Device.ManagementServer.URL": ["http://x", "string"]}}),
        ("set", {"values": {"Device.ManagementServer.Password": ["x", "string"]}}),
    ],
)
def test_what_can_strand_a_device_waits_for_a_second_person(
    orders: Orders, lone_state: State, action: str, arguments: dict[str, Any]
) -> None:
    order = orders.give(ID, action, arguments, "ada")
    assert order.proposed
    assert lone_state.due(ID, NOW) == []
    with pytest.raises(OrderRefused, match="somebody else"):
        orders.confirm(order.task, "ada")
    orders.confirm(order.task, "bob")
    assert [task.action for task in lone_state.due(ID, NOW)] == [action]
    with pytest.raises(OrderRefused, match="does not wait"):
        orders.confirm(order.task, "bob")
    assert [entry.actor for entry in lone_state.audit()] == ["ada", "bob"]


def test_who_is_alone_says_so(orders: Orders, lone_state: State) -> None:
    order = orders.give(ID, "factory-reset", {}, "ada")
    orders.confirm(order.task, "ada", alone=True)
    assert lone_state.due(ID, NOW)


def test_a_password_is_neither_in_the_log_nor_told(orders: Orders, lone_state: State) -> None:
    name = "Device.ManagementServer.Password"
    orders.give(ID, "set", {"values": {name: ["hunter2", "string"]}}, "ada")
    assert "hunter2" not in repr(lone_state.audit())


def test_what_was_not_begun_can_be_taken_back(orders: Orders, lone_state: State) -> None:
    first = orders.give(ID, "reboot", {}, "ada")
    second = orders.give(ID, "factory-reset", {}, "ada")
    assert orders.cancel(first.task, "bob")
    assert orders.cancel(second.task, "bob")
    assert not orders.cancel(first.task, "bob")
    assert lone_state.due(ID, NOW) == []


@pytest.fixture
def firmware(lone_state: State, tmp_path: Path) -> str:
    store = Store(tmp_path)
    store.signers.mkdir()
    make_key(tmp_path / "maker.pem").rename(store.signers / "maker.pub")
    image = tmp_path / "fw.bin"
    image.write_bytes(b"image")
    path = sign(image, "2.0", ["00259E/HG8245"], tmp_path / "maker.pem")
    file = store.add(image, read_statement(path), 0, "ada")
    lone_state.apply([AddFile(file)])
    return file.sha256


def test_a_firmware_that_fits_is_ordered(orders: Orders, lone_state: State, firmware: str) -> None:
    orders.give(ID, "upgrade", {"sha256": firmware}, "ada")
    assert lone_state.due(ID, NOW)


def test_a_firmware_for_another_model_is_refused_before_the_device_hears_of_it(
    orders: Orders, lone_state: State, firmware: str
) -> None:
    lone_state.apply([Informed(Device("other", oui="00259E", product_class="HG9999"))])
    with pytest.raises(OrderRefused, match="is for 00259E/HG8245 and not for 00259E/HG9999"):
        orders.give("other", "upgrade", {"sha256": firmware}, "ada")
    assert lone_state.tasks() == []


def test_a_firmware_that_changed_on_the_disk_is_refused(
    orders: Orders, firmware: str, tmp_path: Path
) -> None:
    Store(tmp_path).path(firmware).write_bytes(b"other")
    with pytest.raises(OrderRefused, match="bytes have changed"):
        orders.give(ID, "upgrade", {"sha256": firmware}, "ada")


def test_each_action_says_what_it_does() -> None:
    assert set(ACTIONS) == {"get", "set", "refresh", "reboot", "factory-reset", "upgrade"}
    assert all(action.sentence for action in ACTIONS.values())
    assert issubclass(OrderRefused, GatewatchError)
