"""The admin API: a token always, two roles, one shape of error."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from gatewatch.acs.admin.api import admin_app
from gatewatch.acs.admin.process import AdminPlan
from gatewatch.acs.admin.tokens import add_token, holders, remove_token
from gatewatch.acs.firmware import Store
from gatewatch.acs.orders import Orders
from gatewatch.acs.state.changes import Informed, Learned
from gatewatch.acs.state.interface import State
from gatewatch.acs.state.records import Device, Parameter
from gatewatch.model.errors import BadArguments

ID = "00259E-HG8245-S1"
NOW = 1_700_000_000_000_000


class Client:
    """Asks the application without a socket between."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.headers: dict[str, str] = {}

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            base = "http://127.0.0.1"
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                headers = {**self.headers, **given.pop("headers", {})}
                return await client.request(method, path, headers=headers, **given)

        return asyncio.run(ask())

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)

    def delete(self, path: str) -> httpx.Response:
        return self.request("DELETE", path)


class Clock:
    now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(lone_state: State, tmp_path: Path, clock: Clock) -> Client:
    device = Device(ID, "Example", "00259E", "HG8245", "S1", software="1.0", last_inform=NOW)
    lone_state.apply([Informed(device), Learned(ID, NOW, {"Device.X": Parameter("1")})])
    orders = Orders(lone_state, Store(tmp_path), clock)
    return Client(admin_app(lone_state, orders, clock))


def sign_in(client: Client, state: State, name: str = "ada", role: str = "operator") -> None:
    client.headers["Authorization"] = f"Bearer {add_token(state, name, role, 1, NOW)}"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp4", "Bearer " + "x" * 9999])
@pytest.mark.parametrize("path", ["devices", f"devices/{ID}", "tasks", "audit", "firmware"])
def test_without_a_token_nothing_is_told(client: Client, header: str, path: str) -> None:
    heard = client.get(f"/api/v1/{path}", headers={"Authorization": header})
    assert heard.status_code == 401
    assert heard.json() == {
        "id": "token-wanted",
        "message": "send Authorization: Bearer TOKEN",
    }


def test_a_token_is_kept_as_a_hash_and_ends(
    client: Client, lone_state: State, clock: Clock
) -> None:
    sign_in(client, lone_state)
    token = client.headers["Authorization"].removeprefix("Bearer ")
    assert token not in repr(list(lone_state.documents("token")))
    assert client.get("/api/v1/devices").status_code == 200
    clock.now += 86_400_000_000
    assert client.get("/api/v1/devices").status_code == 401


def test_a_token_that_was_taken_is_good_for_nothing(client: Client, lone_state: State) -> None:
    sign_in(client, lone_state)
    assert [one.name for one in holders(lone_state)] == ["ada"]
    assert remove_token(lone_state, "ada") == 1
    assert client.get("/api/v1/devices").status_code == 401


def test_devices_are_found_by_a_query(client: Client, lone_state: State) -> None:
    sign_in(client, lone_state, role="viewer")
    found = client.get("/api/v1/devices", params={"q": "software:1.0 oui:00259e"}).json()
    assert [one["id"] for one in found["devices"]] == [ID]
    assert client.get("/api/v1/devices", params={"q": "software:2.0"}).json()["devices"] == []
    wrong = client.get("/api/v1/devices", params={"q": "nosuch:1"})
    assert (wrong.status_code, wrong.json()["id"]) == (400, "bad-query")


def test_a_device_is_told_with_its_parameters(client: Client, lone_state: State) -> None:
    sign_in(client, lone_state)
    told = client.get(f"/api/v1/devices/{ID}").json()
    assert told["parameters"]["Device.X"]["value"] == "1"
    missing = client.get("/api/v1/devices/nobody")
    assert (missing.status_code, missing.json()["id"]) == (404, "device-unknown")


def test_a_viewer_gives_no_orders(client: Client, lone_state: State) -> None:
    sign_in(client, lone_state, role="viewer")
    heard = client.post(f"/api/v1/devices/{ID}/tasks", json={"action": "reboot"})
    assert (heard.status_code, heard.json()["id"]) == (403, "role-wanted")
    assert lone_state.tasks() == []


def test_an_operator_gives_orders_and_the_log_names_the_token(
    client: Client, lone_state: State
) -> None:
    sign_in(client, lone_state)
    heard = client.post(f"/api/v1/devices/{ID}/tasks", json={"action": "reboot"})
    assert heard.json() == {"task": 1, "proposed": False}
    assert lone_state.audit()[0].actor == "token:ada"
    assert client.delete("/api/v1/tasks/1").json() == {"cancelled": True}
    assert client.get("/api/v1/tasks/1").json()["state"] == "cancelled"


def test_two_people_confirm_a_factory_reset(client: Client, lone_state: State) -> None:
    sign_in(client, lone_state)
    made = client.post(f"/api/v1/devices/{ID}/tasks", json={"action": "factory-reset"}).json()
    assert made == {"task": 1, "proposed": True}
    heard = client.post("/api/v1/tasks/1/confirm")
    assert (heard.status_code, heard.json()["id"]) == (409, "order-refused")
    sign_in(client, lone_state, "bob")
    assert client.post("/api/v1/tasks/1/confirm").status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"5", b'{"action": 5}', b'{"action":"shell"}', b"x" * 300_000]
)
def test_any_body_is_an_order_or_refused(client: Client, lone_state: State, body: bytes) -> None:
    sign_in(client, lone_state)
    heard = client.post(f"/api/v1/devices/{ID}/tasks", content=body)
    assert heard.status_code in (400, 409)
    assert set(heard.json()) == {"id", "message"}


def test_a_task_is_told_without_its_secrets(client: Client, lone_state: State) -> None:
    sign_in(client, lone_state)
    values = {"Device.WiFi.1.PreSharedKey": ["hunter2", "string"]}
    order = {"action": "set", "arguments": {"values": values}}
    client.post(f"/api/v1/devices/{ID}/tasks", json=order)
    told = client.get("/api/v1/tasks").text + client.get("/api/v1/audit").text
    assert "hunter2" not in told


@pytest.mark.parametrize("after", ["x", "-1", "9" * 50, "\u0661"])
def test_a_place_in_the_log_is_a_number(client: Client, lone_state: State, after: str) -> None:
    sign_in(client, lone_state)
    assert client.get("/api/v1/audit", params={"after": after}).status_code == 400


def test_history_firmware_and_quarantine_are_lists(client: Client, lone_state: State) -> None:
    sign_in(client, lone_state)
    assert client.get(f"/api/v1/devices/{ID}/history").json() == {"history": []}
    assert client.get("/api/v1/firmware").json() == {"firmware": []}
    assert client.get("/api/v1/quarantine").json() == {"strangers": []}


def test_tokens_never_travel_in_the_clear(tmp_path: Path) -> None:
    AdminPlan("x", tmp_path, tmp_path).check()
    AdminPlan("x", tmp_path, tmp_path, host="::1").check()
    with pytest.raises(BadArguments, match="in the clear"):
        AdminPlan("x", tmp_path, tmp_path, host="0.0.0.0").check()
    AdminPlan("x", tmp_path, tmp_path, host="0.0.0.0", certificate=tmp_path).check()
