"""A transfer of ours has ended: fault code 0 is success, so far as the device knows.

It comes in a session of its own or in any other, before or after the reboot, sometimes with a
wrong key: so nothing here depends on the events of the Inform.
"""

import json

from gatewatch.acs.outcome import Answered, Hearing
from gatewatch.acs.state.changes import Audit
from gatewatch.acs.state.records import AuditEntry
from gatewatch.protocol.cwmp import TransferComplete, TransferCompleteResponse

__all__ = ["METHOD", "SENTENCE", "heard"]

METHOD = "TransferComplete"
SENTENCE = "A device tells how a transfer of ours ended."


def heard(request: TransferComplete, hearing: Hearing) -> Answered:
    """Into the audit log, then the response, after which the device forgets it."""
    told = {
        "command_key": request.command_key,
        "fault": request.fault.code,
        "said": request.fault.string,
        "started": request.start_time,
        "completed": request.complete_time,
    }
    entry = AuditEntry(
        hearing.at,
        f"device {hearing.device}",
        "transfer complete",
        hearing.device,
        json.dumps(told),
    )
    return Answered(TransferCompleteResponse(), (Audit(entry),))
