"""The history of an address, told as what became what."""

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
from tests.query.made_up import MadeUp

from gatewatch.report.host import Sighting, explained, history, sightings

if TYPE_CHECKING:
    from gatewatch.model.table import Value


def test_each_sighting_of_a_known_address_is_found(known: MadeUp) -> None:
    ids = [info.id for info in known.lake.snapshots]
    con = known.reading(ids)
    for address in {one.ip for one in known.services}:
        expected = {
            (one.values["snapshot"], one.values["port"], one.values["response"])
            for one in known.services
            if one.ip == address
        }
        found = sightings(con, address)
        assert {(one.snapshot, one.port, one.response) for one in found} == expected
        assert len(found) == len(expected)


def test_history_has_one_event_a_snapshot_and_port(known: MadeUp) -> None:
    old, new = known.lake.snapshots
    told: dict[str, Value] = dict.fromkeys(_told(known)) | {"server": "a"}
    first = Sighting(old.id, 7547, "2026-11-20T10:00:00Z", "0" * 16, dict(told))
    same = replace(first, snapshot=new.id)
    other_answer = replace(same, response="1" * 16)
    other_server = replace(other_answer, values=told | {"server": "", "status": 401})
    for latest, change in (
        (same, ""),
        (other_answer, "another answer, nothing else changed"),
        (other_server, 'status nothing became 401, server "a" became ""'),
    ):
        events = list(history(known.lake.snapshots, [first, latest]))
        assert [event.change for event in events] == ["first seen", change]
    events = list(history(known.lake.snapshots, [first, replace(same, port=80)]))
    assert [(event.port, event.snapshot, event.change) for event in events] == [
        (80, old.id, "not seen"),
        (80, new.id, "first seen"),
        (7547, old.id, "first seen"),
        (7547, new.id, "not seen"),
    ]


def test_a_response_is_explained_from_its_bytes(known: MadeUp) -> None:
    con = known.reading([info.id for info in known.lake.snapshots])
    service = known.services[0]
    [one, *_] = [
        one
        for one in sightings(con, service.ip)
        if (one.snapshot, one.port) == (service.values["snapshot"], service.values["port"])
    ]
    why = explained(con, one)
    assert why.masked.head.startswith(b"HTTP/1.1 200 OK\r\nServer: kind-")
    assert why.example == why.masked.head
    assert why.shared_by == sum(
        other.values["response"] == one.response and other.values["snapshot"] == one.snapshot
        for other in known.services
    )


def _told(known: MadeUp) -> list[str]:
    con = known.reading([info.id for info in known.lake.snapshots])
    return list(sightings(con, known.services[0].ip)[0].values)


def test_a_hardware_address_in_head_body_or_certificate_names_a_maker() -> None:
    """The answer is made up. What is believed of the vendor does not change by it."""
    head = b"HTTP/1.1 401 Unauthorized\r\nServer: 00:25:9E:00:00:01\r\n\r\n"
    rows = [head, b"<title>a4b1c1000001</title>", "", "subject=CN=00-25-9E-00-00-02", head]
    with duckdb.connect() as con:
        con.execute("CREATE TABLE cube AS SELECT 1::BIGINT AS response, 'one' AS snapshot, 3 AS n")
        con.execute(
            "CREATE TABLE responses AS SELECT 1::BIGINT AS response, 'http' AS spoke, 'success' "
            "AS outcome, ? AS head, ? AS body, ? AS marks, ? AS tls, "
            "TIMESTAMP '2026-11-20' AS first_seen, ? AS example",
            rows,
        )
        why = explained(con, Sighting("one", 7547, "2026-11-20", f"{1:016x}", {}))
    assert [(one.name, one.evidence) for one in why.makers] == [
        ("HUAWEI TECHNOLOGIES CO.,LTD", "00:25:9E:00:00:01"),
        ("Intel Corporate", "a4b1c1000001"),
    ]
    assert "vendor" not in {belief.field for belief in why.beliefs}
