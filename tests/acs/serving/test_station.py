"""The whole house over real sockets: a device calls, is told, obeys; and whatever else comes."""

import gzip
import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acs.serving.conftest import Site
from tests.acs.serving.cpe import Cpe

from gatewatch.acs.firmware import Store, make_key, read_statement, sign
from gatewatch.acs.serving.station import Plan
from gatewatch.acs.state.changes import AddFile, Claim, KeepCredential
from gatewatch.acs.state.records import Credential
from gatewatch.model.errors import BadArguments
from gatewatch.protocol.cwmp import Download, GetParameterValues, Reboot, SetParameterValues

ID = "00259E-HG8245-S1"
Open = Callable[..., Site]


@pytest.fixture
def lab(site: Open) -> Site:
    return site(lab=True)


@pytest.fixture
def enrolled(site: Open) -> Site:
    """A station that knows the device S1 by its own credential."""
    opened = site()
    opened.state.apply([KeepCredential(Credential("gw-1", "word", ID, used=1))])
    return opened


def known(site: Site, **given: str) -> Cpe:
    return Cpe(site.port, username="gw-1", **given)


def test_a_device_proves_who_it_is_and_is_then_known(enrolled: Site) -> None:
    assert known(enrolled).session("1 BOOT") == []
    device = enrolled.state.device(ID)
    assert device
    assert (device.software, device.events, device.informs) == ("1.0", ("1 BOOT",), 1)
    assert device.address == "127.0.0.1"
    values = enrolled.state.parameters(ID)
    assert values["Device.DeviceInfo.HardwareVersion"].value == "V1"


def test_what_is_ordered_is_asked_and_kept(enrolled: Site) -> None:
    cpe = known(enrolled)
    cpe.values["Device.X"] = "old"
    cpe.session()
    enrolled.orders.give(ID, "get", {"names": ["Device.X"]}, "ada")
    enrolled.orders.give(ID, "set", {"values": {"Device.X": ["new", "string"]}}, "ada")
    enrolled.orders.give(ID, "reboot", {}, "ada")
    kinds = [type(one) for one in cpe.session()]
    assert kinds == [GetParameterValues, SetParameterValues, Reboot]
    assert cpe.values["Device.X"] == "new"
    assert enrolled.state.parameters(ID)["Device.X"].value == "new"
    assert {task.state for task in enrolled.state.tasks()} == {"done"}
    assert [(one.before, one.after) for one in enrolled.state.history(ID)] == [("old", "new")]
    assert cpe.session() == []


def test_before_a_proof_nothing_is_parsed(enrolled: Site) -> None:
    cpe = Cpe(enrolled.port)
    heard = cpe.post(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>")
    assert heard.status == 401
    assert not any("Basic" in one for one in heard.challenges)
    assert "bad-request" not in enrolled.station.desk.counts


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>",
        b"<SOAP-ENV:Envelope><broken",
        b"\x00\xff\xfe garbage",
        b"<a>" * 100,
        b"",
    ],
)
def test_whatever_is_no_session_is_answered_400(lab: Site, body: bytes) -> None:
    cpe = Cpe(lab.port, username="x")
    cpe._challenge = cpe.post().challenges[0]
    cpe.connect()
    assert cpe.post(body).status == 400
    assert Cpe(lab.port, username="x").session() == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_only_post_is_for_devices(enrolled: Site, method: str) -> None:
    heard = Cpe(enrolled.port).post(method=method)
    assert (heard.status, heard.headers["allow"]) == (405, "POST")


def test_a_stranger_is_heard_noted_and_told_nothing(enrolled: Site) -> None:
    known(enrolled).session()
    enrolled.orders.give(ID, "set", {"values": {"Device.Secret": ["x", "string"]}}, "ada")
    for name, word in (("nobody", "word"), ("gw-1", "wrong")):
        cpe = Cpe(enrolled.port, username=name, password=word)
        cpe.values["Device.DeviceInfo.SoftwareVersion"] = "evil"
        assert cpe.session() == []
    (stranger, *_) = enrolled.state.strangers()
    assert (stranger.claimed, stranger.software) == (ID, "evil")
    device = enrolled.state.device(ID)
    assert device
    assert device.software == "1.0"
    assert len(known(enrolled).session()) == 1


def test_a_stranger_may_not_send_what_has_to_be_unpacked(enrolled: Site) -> None:
    cpe = Cpe(enrolled.port, username="nobody")
    cpe._challenge = cpe.post().challenges[0]
    cpe.connect()
    cpe.more = "Content-Encoding: gzip"
    assert cpe.post(gzip.compress(b"x")).status == 415


def test_a_known_device_may(enrolled: Site) -> None:
    cpe = known(enrolled)
    cpe._challenge = cpe.post().challenges[0]
    cpe.connect()
    cpe.more = "Content-Encoding: gzip"
    assert cpe.post(gzip.compress(bytes(4_000_000))).status == 413


def test_strangers_that_come_too_often_are_sent_away(enrolled: Site) -> None:
    statuses = []
    for _ in range(12):
        cpe = Cpe(enrolled.port, username="nobody")
        statuses.append(cpe.inform().status)
        cpe.close()
    assert statuses[:5] == [200] * 5
    assert statuses[-1] == 503


def test_a_device_with_another_ones_credential_is_a_stranger(enrolled: Site) -> None:
    enrolled.state.apply([KeepCredential(Credential("gw-2", "word", "00259E-HG8245-S2"))])
    known(enrolled).session()
    enrolled.orders.give(ID, "reboot", {}, "ada")
    liar = Cpe(enrolled.port, username="gw-2")
    assert liar.session() == []
    assert len(known(enrolled).session()) == 1


def test_first_contact_gives_a_device_credentials_of_its_own(site: Open) -> None:
    house = site()
    house.state.apply([KeepCredential(Credential("factory", "word"))])
    cpe = Cpe(house.port, username="factory")
    (asked,) = cpe.session("0 BOOTSTRAP")
    assert isinstance(asked, SetParameterValues)
    name = cpe.values["Device.ManagementServer.Username"]
    own = Cpe(house.port, username=name, password=cpe.values["Device.ManagementServer.Password"])
    assert own.session() == []
    credential = house.state.credential(name)
    assert credential
    assert credential.used
    assert credential.connection_password
    # From now on the shared word proves nothing for this device.
    assert Cpe(house.port, username="factory").session() == []
    assert [one.claimed for one in house.state.strangers()] == [ID]
    # It still lets another device in.
    assert len(Cpe(house.port, "S2", username="factory").session("0 BOOTSTRAP")) == 1


def test_a_lab_needs_no_credentials_but_is_loopback_only(lab: Site, tmp_path: Path) -> None:
    Cpe(lab.port, username="any").session()
    assert lab.state.device(ID)
    with pytest.raises(BadArguments, match="not loopback"):
        Plan("x", tmp_path, tmp_path, host="192.0.2.1", lab=True).check()


def test_a_session_goes_on_over_another_connection_by_its_cookie(enrolled: Site) -> None:
    cpe = known(enrolled)
    cpe.session()
    enrolled.orders.give(ID, "get", {"names": ["Device.X"]}, "ada")
    assert cpe.inform().status == 200
    cpe.connect()
    heard = cpe.post()
    assert isinstance(heard.message, GetParameterValues)
    cpe.close()


def test_another_process_that_serves_the_device_is_waited_for(enrolled: Site) -> None:
    enrolled.state.apply([Claim(ID, "another", "t", enrolled.now(), enrolled.now() + 10**9)])
    heard = known(enrolled).inform()
    assert heard.status == 503
    assert int(heard.headers["retry-after"]) > 0


def test_a_task_that_a_killed_process_had_begun_is_put_back(enrolled: Site) -> None:
    from gatewatch.acs.state.changes import StartTask

    known(enrolled).session()
    order = enrolled.orders.give(ID, "reboot", {}, "ada")
    now = enrolled.now()
    enrolled.state.apply([Claim(ID, "dead", "t", now, now + 1)])
    enrolled.state.apply([StartTask(order.task, "t", now)])
    known(enrolled).session()
    task = enrolled.state.task(order.task)
    assert task
    assert (task.state, task.fault) == ("waiting", "interrupted")


def test_an_upgrade_is_a_link_of_the_devices_own(enrolled: Site) -> None:
    store = Store(enrolled.folder)
    store.signers.mkdir()
    make_key(enrolled.folder / "maker.pem").rename(store.signers / "maker.pub")
    image = enrolled.folder / "fw.bin"
    image.write_bytes(b"image" * 1000)
    said = read_statement(sign(image, "2.0", ["00259E/HG8245"], enrolled.folder / "maker.pem"))
    file = store.add(image, said, 0, "ada")
    enrolled.state.apply([AddFile(file)])
    cpe = known(enrolled)
    cpe.session()
    enrolled.orders.give(ID, "upgrade", {"sha256": file.sha256}, "ada")
    (asked,) = cpe.session()
    assert isinstance(asked, Download)
    assert asked.file_size == 5000
    prefix = f"http://127.0.0.1:{enrolled.port}"
    assert asked.url.startswith(f"{prefix}/files/")
    path = asked.url.removeprefix(prefix)
    assert Cpe(enrolled.port).post(method="GET", path=path).body == b"image" * 1000
    assert Cpe(enrolled.port).post(method="GET", path=path).status == 404


def test_a_firmware_that_changed_after_the_order_reaches_no_device(enrolled: Site) -> None:
    test_an_upgrade_is_a_link_of_the_devices_own(enrolled)
    (file,) = enrolled.state.files()
    order = enrolled.orders.give(ID, "upgrade", {"sha256": file.sha256}, "ada")
    Store(enrolled.folder).path(file.sha256).write_bytes(b"other")
    assert known(enrolled).session() == []
    task = enrolled.state.task(order.task)
    assert task
    assert task.state == "failed"
    assert "not what was signed" in task.fault


def test_passwords_are_in_no_line_of_log_or_counts(enrolled: Site) -> None:
    cpe = Cpe(enrolled.port, username="gw-1", password="hunter2")
    cpe.session()
    said = repr([enrolled.station.desk.counts, enrolled.said, enrolled.state.audit()])
    assert "hunter2" not in said


def test_when_nothing_can_be_written_no_device_is_told_otherwise(enrolled: Site) -> None:
    known(enrolled).session()
    enrolled.state.close()
    assert known(enrolled).inform().status == 503


def test_a_device_that_leaves_in_the_middle_leaves_its_task_for_later(enrolled: Site) -> None:
    cpe = known(enrolled)
    cpe.session()
    order = enrolled.orders.give(ID, "reboot", {}, "ada")
    cpe.inform()
    assert isinstance(cpe.post().message, Reboot)
    cpe.close()
    known(enrolled).session()
    task = enrolled.state.task(order.task)
    assert task
    assert (task.state, task.tries) == ("waiting", 1)


def test_a_new_task_has_its_device_asked_to_call(site: Open) -> None:
    house = site(lab=True)
    with socket.create_server(("127.0.0.1", 0)) as door:
        cpe = Cpe(house.port, username="x")
        port = door.getsockname()[1]
        url = f"http://127.0.0.1:{port}/x"
        cpe.values["Device.ManagementServer.ConnectionRequestURL"] = url
        cpe.session()
        house.orders.give(ID, "reboot", {}, "ada")
        door.settimeout(30)
        visitor, _ = door.accept()
        with visitor:
            assert visitor.recv(1000).startswith(b"GET /x HTTP/1.1\r\n")
            visitor.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert json.dumps(dict(house.station.desk.counts))
