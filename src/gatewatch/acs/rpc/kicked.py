"""Deprecated: somebody pressed a link on the device's own pages."""

import json

from gatewatch.acs.outcome import Answered, Hearing
from gatewatch.acs.state.changes import Audit
from gatewatch.acs.state.records import AuditEntry
from gatewatch.protocol.cwmp import Kicked, KickedResponse

__all__ = ["METHOD", "SENTENCE", "heard"]

METHOD = "Kicked"
SENTENCE = "Somebody pressed a link on the pages of a device (deprecated)."


def heard(request: Kicked, hearing: Hearing) -> Answered:
    """Into the audit log; the browser goes where the device wanted it to go."""
    told = {"command": request.command, "referer": request.referer.partition("?")[0]}
    entry = AuditEntry(
        hearing.at, f"device {hearing.device}", "kicked", hearing.device, json.dumps(told)
    )
    return Answered(KickedResponse(request.next_url), (Audit(entry),))
