"""A transfer has ended that nobody here asked for: somebody else changes this device."""

import json

from gatewatch.acs.outcome import Answered, Hearing
from gatewatch.acs.state.changes import Audit
from gatewatch.acs.state.records import AuditEntry
from gatewatch.protocol.cwmp import AutonomousTransferComplete, AutonomousTransferCompleteResponse

__all__ = ["METHOD", "SENTENCE", "heard"]

METHOD = "AutonomousTransferComplete"
SENTENCE = "A device tells of a transfer that nobody here asked for."


def heard(request: AutonomousTransferComplete, hearing: Hearing) -> Answered:
    """Into the audit log, without the query of a URL, which may hold secrets; then the response."""
    told = {
        "url": request.transfer_url.partition("?")[0],
        "download": request.is_download,
        "file_type": request.file_type,
        "file": request.target_file_name,
        "fault": request.fault.code,
        "said": request.fault.string,
    }
    entry = AuditEntry(
        hearing.at,
        f"device {hearing.device}",
        "autonomous transfer complete",
        hearing.device,
        json.dumps(told),
    )
    return Answered(AutonomousTransferCompleteResponse(), (Audit(entry),))
