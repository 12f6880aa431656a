import re
import socket
import time
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from gatewatch.acs import devices as module
from gatewatch.acs.device_kinds import CLOSED, PLACEHOLDERS, Kind, Place, device_kinds, population
from gatewatch.acs.devices import SimulatedDevices
from gatewatch.model.errors import BadArguments, CatalogueBroken
from gatewatch.protocol.head import parse_head

DATA = Path(module.__file__).parents[1] / "data"
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PLACE = Place("127.77.0.9", 7547, 1_790_000_000.0)
# Sources show no blank line at the end of these heads, or no head at all.
WITHOUT_END = {"livebox", "cisco-dpc3828s", "ssh", "mute"}

SHAPES = {
    "date": r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT",
    "asctime": r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}",
    "unixtime": r"\d{10}",
    "host": r"127\.\d+\.\d+\.\d+",
    "port": r"\d+",
    "length": r"\d+",
    "hex8": "[0-9a-f]{8}",
    "hex32": "[0-9a-f]{32}",
    "hex34": "[0-9a-f]{34}",
    "hex40": "[0-9a-f]{40}",
    "alnum9": "[0-9A-Za-z]{9}",
    "b64_24": "[0-9A-Za-z+/]{22}==",
    "b64_a": "AAAAAAAAAAAAAP//[0-9A-Za-z+/]{11}=",
    "b64_words": "[0-9A-Za-z]{35}=",
    "mac_dashes": "00-00-5E-00-53-[0-9A-F]{2}",
    "mac_colons": "00:00:5E:00:53:[0-9A-F]{2}",
    "serial10": "CN[0-9a-f]{8}",
}


def template(kind: Kind) -> re.Pattern[bytes]:
    """The exact bytes of the kind's file, with only the placeholders left open."""
    body = kind.body
    if kind.chunked:
        body = f"{len(body):x}\r\n{body}\r\n0\r\n\r\n"
    pattern = re.escape(kind.head + body)
    for name, shape in SHAPES.items():
        pattern = pattern.replace(re.escape(f"{{{name}}}"), shape)
    return re.compile(pattern.encode("latin-1"))


def visit(address: str, port: int, request: bytes = REQUEST) -> bytes:
    with socket.create_connection((address, port), timeout=5) as sock:
        sock.sendall(request)
        return b"".join(iter(lambda: sock.recv(4096), b""))


def street(count: int) -> list[str]:
    return [f"127.77.{number >> 8}.{number & 255}" for number in range(1, count + 1)]


def test_there_are_more_than_fifty_kinds_of_twelve_types() -> None:
    kinds = device_kinds()
    assert len(kinds) > 50
    assert len({kind.type for kind in kinds.values() if kind.type}) >= 12
    assert {kind.role for kind in kinds.values()} == {
        "cpe", "acs", "honeypot", "middlebox", "not-cwmp",
    }  # fmt: skip


def test_types_and_roles_are_words_of_the_vocabulary() -> None:
    types = tomllib.loads((DATA / "vocabulary" / "device_types.toml").read_text("utf-8"))
    roles = tomllib.loads((DATA / "vocabulary" / "roles.toml").read_text("utf-8"))
    for kind in device_kinds().values():
        assert kind.type in {"", *types}, kind.id
        assert kind.role in roles, kind.id
        assert kind.weight >= 1, kind.id
        assert kind.name, kind.id
        assert kind.source, kind.id


@pytest.mark.parametrize("kind", device_kinds().values(), ids=list(device_kinds()))
def test_a_kind_has_one_whole_head(kind: Kind) -> None:
    answer = kind.answer(PLACE)
    head = re.match(rb"(?s).*?\r?\n\r?\n", answer)
    if kind.id in WITHOUT_END:
        assert head is None
    else:
        assert head is not None
        assert parse_head(head[0]).status is not None
    length = parse_head(head[0] if head else b"").get("content-length")
    if length and head and kind.id != "zte-h220n":
        assert int(length) == len(answer) - len(head[0])


def test_every_kind_says_its_bytes_on_the_wire() -> None:
    addresses = street(len(device_kinds()))
    with SimulatedDevices(addresses, port=0, closed=0) as devices:
        assert sorted(devices.kinds.values()) == sorted(device_kinds())
        for address, kind in devices.kinds.items():
            said = visit(address, devices.port)
            assert template(device_kinds()[kind]).fullmatch(said), kind
        assert devices.answers == len(addresses)


def test_what_changes_changes_and_what_belongs_to_the_device_stays() -> None:
    kind = Kind("x", "x", "x", 1, head="{hex32} {mac_colons} {serial10}")
    first, second = (kind.answer(PLACE).split() for _ in range(2))
    assert first[0] != second[0]
    assert first[1:] == second[1:]
    assert kind.answer(PLACE._replace(address="127.77.0.10")).split()[2] != first[2]


def test_every_placeholder_is_known_to_this_test_and_has_its_shape() -> None:
    assert PLACEHOLDERS.keys() | {"length"} == SHAPES.keys()
    for name, fill in PLACEHOLDERS.items():
        assert re.fullmatch(SHAPES[name], fill(PLACE)), name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('head = "x"', r"devices/x.toml: .*missing 3 required .* arguments"),
        ('name="n"\nsource="s"\nweight=1\nhead="{nonce}"', r"nothing fills {nonce}: use one of"),
        ('name="n"\nsource="s"\nweight=1\nhead="\u20ac"', "can't encode"),
        ('name="n"\nsource="s"\nweight=1\nhead="x"\ncolour="red"', "colour"),
    ],
)
def test_a_broken_file_says_where(text: str, message: str) -> None:
    from gatewatch.acs.device_kinds import _read

    with pytest.raises(CatalogueBroken, match=message):
        _read("x.toml", text)


def test_a_population_holds_every_kind_and_one_solar_panel() -> None:
    kinds = Counter(population(street(300), seed=1).values())
    assert set(kinds) == {*device_kinds(), CLOSED}
    assert kinds[CLOSED] == 6
    for kind in device_kinds().values():
        assert kinds[kind.id] == 1 if kind.weight == 1 else kinds[kind.id] >= 1
    assert kinds["sunny-webbox"] == 1


@pytest.mark.parametrize("count", [1, 7, 98, 99, 150])
def test_a_small_population_holds_the_most_common_kinds(count: int) -> None:
    kinds = population(street(count), seed=3, closed=0)
    assert len(kinds) == count
    assert len(set(kinds.values())) == min(count, len(device_kinds()))
    assert "gsoap-27-realtek" in kinds.values()


def test_a_population_follows_from_addresses_and_seed() -> None:
    houses = street(200)
    assert population(houses, seed=5) == population(houses, seed=5)
    assert population(houses, seed=5) != population(houses, seed=6)
    assert list(population(houses, seed=5)) == houses


def test_common_kinds_are_common() -> None:
    kinds = Counter(population(street(3000), seed=1).values())
    first, second = (kind for kind, _ in kinds.most_common(2))
    assert (first, second) == ("gsoap-27-realtek", "broadcom-tr69c")


def test_three_hundred_devices_are_up_and_down_in_no_time() -> None:
    started = time.monotonic()
    with SimulatedDevices(street(300), port=0) as devices:
        port = devices.port
    assert time.monotonic() - started < 15
    with pytest.raises(ConnectionRefusedError):
        visit("127.77.0.1", port)


def test_where_nobody_lives_the_door_is_closed() -> None:
    with SimulatedDevices(street(20), port=0, closed=0.5) as devices:
        closed = [address for address, kind in devices.kinds.items() if kind == CLOSED]
        assert len(closed) == 10
        with pytest.raises(ConnectionRefusedError):
            visit(closed[0], devices.port)


def test_a_port_that_is_taken_is_named_and_nothing_stays_open() -> None:
    with socket.create_server(("127.77.0.2", 0)) as other:
        port = other.getsockname()[1]
        message = rf"simulate: 127.77.0.2:{port} cannot be listened on, Address already in use: "
        with pytest.raises(BadArguments, match=message), SimulatedDevices(street(3), port=port):
            pass
        with socket.create_server(("127.77.0.1", port)):
            pass


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "10.0.0.1"])
def test_nothing_but_loopback_is_listened_on(address: str) -> None:
    with pytest.raises(BadArguments, match=f"{address} is not loopback"):
        SimulatedDevices([address], port=0)


def test_a_request_may_come_in_drops_and_with_bare_line_feeds() -> None:
    with (
        SimulatedDevices(["127.77.0.1"], port=0, closed=0) as devices,
        socket.create_connection(("127.77.0.1", devices.port), timeout=5) as sock,
    ):
        for byte in b"GET / HTTP/1.0\n\n":
            sock.send(bytes([byte]))
        assert sock.recv(100).startswith(b"HTTP/1.1 401")


def test_a_request_without_end_is_answered_at_the_limit() -> None:
    with SimulatedDevices(["127.77.0.1"], port=0, closed=0) as devices:
        assert visit("127.77.0.1", devices.port, b"x" * 8192).startswith(b"HTTP/1.1 401")


def test_a_visitor_that_says_nothing_is_sent_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_VISIT_S", 0.1)
    with (
        SimulatedDevices(["127.77.0.1"], port=0, closed=0) as devices,
        socket.create_connection(("127.77.0.1", devices.port), timeout=5) as sock,
    ):
        assert sock.recv(1) == b""


def test_visitors_beyond_the_limit_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_VISITORS", 1)
    with SimulatedDevices(["127.77.0.1"], port=0, closed=0) as devices:
        first = socket.create_connection(("127.77.0.1", devices.port), timeout=5)
        with first, socket.create_connection(("127.77.0.1", devices.port), timeout=5) as second:
            second.sendall(REQUEST)
            first.sendall(REQUEST)
            assert first.recv(100).startswith(b"HTTP/1.1 401")
            first.close()
            assert second.recv(100).startswith(b"HTTP/1.1 401")
    assert devices.answers == 2


def test_an_exception_in_the_block_still_closes_every_door() -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        SimulatedDevices(["127.77.0.1"], port=0, closed=0) as devices,
    ):
        raise KeyboardInterrupt
    with pytest.raises(ConnectionRefusedError):
        visit("127.77.0.1", devices.port)
