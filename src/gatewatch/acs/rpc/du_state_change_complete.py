"""A ChangeDUState of ours has ended."""

import json

from gatewatch.acs.outcome import Answered, Hearing
from gatewatch.acs.state.changes import Audit
from gatewatch.acs.state.records import AuditEntry
from gatewatch.protocol.cwmp import DUStateChangeComplete, DUStateChangeCompleteResponse

__all__ = ["METHOD", "SENTENCE", "heard"]

METHOD = "DUStateChangeComplete"
SENTENCE = "A device tells how a change of its modules ended."


def heard(request: DUStateChangeComplete, hearing: Hearing) -> Answered:
    """Into the audit log; then the response."""
    told = {
        "command_key": request.command_key or "",
        "results": [
            [one.uuid, one.version, one.current_state, one.fault.code]
            for one in request.results[:100]
        ],
    }
    entry = AuditEntry(
        hearing.at,
        f"device {hearing.device}",
        "module change complete",
        hearing.device,
        json.dumps(told),
    )
    return Answered(DUStateChangeCompleteResponse(), (Audit(entry),))
