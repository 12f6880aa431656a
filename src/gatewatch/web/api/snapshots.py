"""`/snapshots`: the scans and imports that the lake holds."""

from gatewatch.model.moment import iso
from gatewatch.web.operations import answered, described, is_known, schema_of, tag_of
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer"]

PATH = "/snapshots"
SCOPE = "read"
_N, _S = {"type": "integer"}, {"type": "string"}
OPERATION = described(
    "The scans and imports of the lake, oldest observations first.",
    [],
    schema_of(
        catalogue=_S,
        snapshots={
            "type": "array",
            "items": schema_of(
                snapshot=_S,
                tool=_S,
                services=_N,
                hosts=_N,
                first_seen=_S,
                last_seen=_S,
                partial={"type": "boolean"},
                rejected=_N,
                sampled={"type": "number"},
            ),
        },
    ),
)


def answer(visit: Visit) -> Download:
    """The same as `gatewatch snapshot list`."""
    lake = visit.lake()
    tag = tag_of(visit, lake)
    if known := is_known(visit, tag):
        return known
    rows = [
        {
            "snapshot": one.id,
            "tool": one.tool,
            "services": one.services,
            "hosts": one.hosts,
            "first_seen": iso(one.first_seen),
            "last_seen": iso(one.last_seen),
            "partial": one.partial,
            "rejected": one.rejected,
            "sampled": one.sampled,
        }
        for one in lake.snapshots
    ]
    return answered({"catalogue": lake.manifest.catalogue, "snapshots": rows}, tag)
