"""The device wishes a file of some type; a Download may follow, if somebody grants it."""

import json

from gatewatch.acs.outcome import Answered, Hearing
from gatewatch.acs.state.changes import Audit
from gatewatch.acs.state.records import AuditEntry
from gatewatch.protocol.cwmp import RequestDownload, RequestDownloadResponse

__all__ = ["METHOD", "SENTENCE", "heard"]

METHOD = "RequestDownload"
SENTENCE = "A device wishes a file."


def heard(request: RequestDownload, hearing: Hearing) -> Answered:
    """Into the audit log; nothing is granted by itself."""
    told = {
        "file_type": request.file_type,
        "arguments": [[one.name, one.value] for one in request.arguments[:16]],
    }
    entry = AuditEntry(
        hearing.at, f"device {hearing.device}", "request download", hearing.device, json.dumps(told)
    )
    return Answered(RequestDownloadResponse(), (Audit(entry),))
