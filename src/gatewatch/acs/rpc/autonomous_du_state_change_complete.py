"""Modules changed that nobody here asked to change."""

import json

from gatewatch.acs.outcome import Answered, Hearing
from gatewatch.acs.state.changes import Audit
from gatewatch.acs.state.records import AuditEntry
from gatewatch.protocol.cwmp import (
    AutonomousDUStateChangeComplete,
    AutonomousDUStateChangeCompleteResponse,
)

__all__ = ["METHOD", "SENTENCE", "heard"]

METHOD = "AutonomousDUStateChangeComplete"
SENTENCE = "A device tells of modules that changed without our asking."


def heard(request: AutonomousDUStateChangeComplete, hearing: Hearing) -> Answered:
    """Into the audit log; then the response."""
    told = {
        "results": [
            [one.uuid, one.version, one.current_state, one.operation_performed, one.fault.code]
            for one in request.results[:100]
        ],
    }
    entry = AuditEntry(
        hearing.at,
        f"device {hearing.device}",
        "autonomous module change complete",
        hearing.device,
        json.dumps(told),
    )
    return Answered(AutonomousDUStateChangeCompleteResponse(), (Audit(entry),))
