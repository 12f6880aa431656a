"""Devices behind a query: the language of `gatewatch search`, over what devices say of themselves.

The operators, their meaning and every complaint are those of the query room, and DuckDB answers;
only the fields are others (`DEVICE_FIELDS`). Devices are read and searched 20,000 at a time, at
about 50 us of CPU each.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any

from gatewatch.acs.state.records import Device
from gatewatch.model.address import parse_address
from gatewatch.model.errors import BadQuery
from gatewatch.model.fields import Field, Home, Kind
from gatewatch.query.nodes import And, Condition, Everything, Node, Not, Or, form_of
from gatewatch.query.operators import operator_for
from gatewatch.query.parser import parse
from gatewatch.query.sql import ALL, Sql, joined

__all__ = ["DEVICE_FIELDS", "chosen"]

_BATCH = 20_000


def _field(
    name: str, kind: Kind, sentence: str, example: str, *aliases: str, many: bool = False
) -> Field:
    return Field(name, kind, Home.ROW, sentence, example, aliases, many)


_FIELDS = (
    _field("device", Kind.TEXT, "Its id, OUI-ProductClass-Serial.", "device:00259E", "id"),
    _field("manufacturer", Kind.TEXT, "Its maker, as it says.", "manufacturer:huawei", "vendor"),
    _field("oui", Kind.KEYWORD, "Its maker's number.", "oui:00259E"),
    _field("model", Kind.TEXT, "Its model, else its product class.", "model:HG8245", "product"),
    _field("product_class", Kind.TEXT, "Its product class.", "product_class:IGD"),
    _field("serial", Kind.KEYWORD, "Its serial number.", "serial:S1"),
    _field("hardware", Kind.TEXT, "The version of its hardware.", "hardware:V2"),
    _field("software", Kind.VERSION, "The version of its software.", "software:1.0*", "firmware"),
    _field("ip", Kind.IP, "Where it last called from.", "ip:192.0.2.0/24", "address"),
    _field("first_seen", Kind.TIME, "When it first called.", "first_seen>now-7d"),
    _field("last_inform", Kind.TIME, "When it last called.", "last_inform<now-1d", "last_seen"),
    _field("informs", Kind.NUMBER, "How often it has called.", "informs>10"),
    _field("event", Kind.KEYWORD, "Why it last called.", 'event:"1 BOOT"', many=True),
    _field("fault", Kind.TEXT, "What it last could not do.", "fault:9002"),
    _field("tag", Kind.KEYWORD, "What people have tagged it.", "tag:lab", "tags", many=True),
    _field("any", Kind.TEXT, "Any of its texts.", "any:huawei"),
)
DEVICE_FIELDS: Mapping[str, Field] = {
    name: entry for entry in _FIELDS for name in (entry.name, *entry.aliases)
}
"""Every field of devices, by name and alias."""
_COLUMNS = (
    "device VARCHAR, manufacturer VARCHAR, oui VARCHAR, model VARCHAR, product_class VARCHAR, "
    "serial VARCHAR, hardware VARCHAR, software VARCHAR, ip BIGINT, ip_high BIGINT, "
    "first_seen TIMESTAMP, last_inform TIMESTAMP, informs BIGINT, event VARCHAR[], fault VARCHAR, "
    '"tag" VARCHAR[], "any" VARCHAR'
)


def chosen(devices: Iterable[Device], query: str) -> Iterator[Device]:
    """The devices that `query` finds, in the order given; raises BadQuery."""
    node = parse(query, fields=DEVICE_FIELDS).node
    if isinstance(node, Everything):
        yield from devices
        return
    condition = _compiled(node)
    remaining = iter(devices)
    while batch := list(islice(remaining, _BATCH)):
        found = _matching(batch, condition)
        yield from (one for one in batch if one.id in found)


def _matching(batch: list[Device], condition: Sql) -> set[str]:
    import duckdb
    import orjson

    con = duckdb.connect()
    try:
        lines = orjson.dumps([_row(one) for one in batch]).decode("utf-8", "replace")
        # One text instead of a call for each row: reading it takes DuckDB some milliseconds.
        con.execute(f"CREATE TABLE devices ({_COLUMNS})")
        con.execute(
            "INSERT INTO devices SELECT unnest(from_json(?, ?), max_depth := 2)",
            [lines, _SHAPE],
        )
        rows = con.execute(
            f"SELECT device FROM devices WHERE {condition.text}",  # noqa: S608 - values are bound
            condition.values,
        ).fetchall()
    except duckdb.InvalidInputException as error:
        what = f"pattern error: {str(error).splitlines()[0]}"
        raise BadQuery(column=1, what=what, mend="see github.com/google/re2/wiki/Syntax") from None
    finally:
        con.close()
    return {row[0] for row in rows}


_SHAPE = (
    '[{"device":"VARCHAR","manufacturer":"VARCHAR","oui":"VARCHAR","model":"VARCHAR",'
    '"product_class":"VARCHAR","serial":"VARCHAR","hardware":"VARCHAR","software":"VARCHAR",'
    '"ip":"BIGINT","ip_high":"BIGINT","first_seen":"TIMESTAMP","last_inform":"TIMESTAMP",'
    '"informs":"BIGINT","event":["VARCHAR"],"fault":"VARCHAR","tag":["VARCHAR"],"any":"VARCHAR"}]'
)


def _row(one: Device) -> dict[str, Any]:
    low: int | None = None
    high: int | None = None
    with suppress(ValueError):
        address = parse_address(one.address)
        low, high = address.low, address.high
    texts = (one.id, one.manufacturer, one.model, one.product_class, one.hardware, one.software)
    told: dict[str, Any] = {
        "device": one.id, "manufacturer": one.manufacturer, "oui": one.oui,
        "model": one.model or one.product_class, "product_class": one.product_class,
        "serial": one.serial, "hardware": one.hardware, "software": one.software,
        "event": one.events, "fault": one.fault, "tag": one.tags,
        "any": "\n".join((*texts, one.address, one.fault, *one.tags)),
    }  # fmt: skip
    # What a device did not say is no value.
    known = {name: value for name, value in told.items() if value}
    return {
        **known, "ip": low, "ip_high": high, "first_seen": _moment(one.first_seen),
        "last_inform": _moment(one.last_inform), "informs": one.informs,
    }  # fmt: skip


def _moment(moment: int) -> str:
    from gatewatch.model.moment import iso

    return iso(moment).replace("T", " ").rstrip("Z")


def _compiled(node: Node) -> Sql:
    if isinstance(node, Everything):
        return ALL
    if isinstance(node, And | Or):
        return joined(
            " AND " if isinstance(node, And) else " OR ", (_compiled(one) for one in node.parts)
        )
    if isinstance(node, Not):
        inner = _compiled(node.part)
        return Sql(f"NOT coalesce({inner.text}, false)", inner.values)
    if isinstance(node, Condition):
        operator = operator_for(node.symbol, form_of(node.value), node.field.kind)
        assert operator is not None
        column = node.field.column if node.field.kind is Kind.IP else f'"{node.field.column}"'
        return operator.sql(node.field, column, node.value)
    raise BadQuery(
        column=1, what="a device is no host with services", mend="ask its fields without brackets"
    )
