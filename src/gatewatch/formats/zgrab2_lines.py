"""Writes observations as ZGrab2 does, so that what reads ZGrab2's files reads ours.

One JSON object a line with the fields of zgrab2's `http` module (processing.go, lib/http). Since
its parsed response tells neither the order of headers nor odd bytes, the answer as it came stands
beside it under `gatewatch`, and `formats/read/zgrab2.py` takes that: what is written here is read
back identically.
"""

import base64
import json
from hashlib import sha256
from typing import Any

from gatewatch.model.moment import SECOND, iso
from gatewatch.model.observation import Answer, Mark, Observation, Outcome, Spoke
from gatewatch.protocol.head import parse_head

__all__ = ["exact_answer", "zgrab2_line"]


def zgrab2_line(seen: Observation) -> str:
    """One line, with its end."""
    answer = seen.answer
    result: dict[str, Any] = {
        "status": str(answer.outcome),
        "protocol": "http",
        "port": seen.port,
        "timestamp": f"{iso(seen.seen_at).removesuffix('Z')}.{seen.seen_at % SECOND:06d}Z",
        "gatewatch": _exact(answer),
    }
    if answer.spoke is Spoke.HTTP:
        result["result"] = {"response": _response(answer)}
    return json.dumps({"ip": str(seen.ip), "data": {"http": result}}) + "\n"


def exact_answer(value: object) -> Answer | None:
    """The answer that stands under `gatewatch`; None when there is none, or a damaged one."""
    if not isinstance(value, dict):
        return None
    try:
        return Answer(
            Spoke(value["spoke"]),
            Outcome(value["outcome"]),
            base64.b64decode(value["head"], validate=True),
            base64.b64decode(value["body"], validate=True),
            frozenset(map(Mark, value["marks"])),
            tuple((str(name), str(text)) for name, text in value["tls"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _exact(answer: Answer) -> dict[str, Any]:
    return {
        "spoke": str(answer.spoke),
        "outcome": str(answer.outcome),
        "head": base64.b64encode(answer.head).decode(),
        "body": base64.b64encode(answer.body).decode(),
        "marks": sorted(answer.marks),
        "tls": [list(pair) for pair in answer.tls],
    }


def _response(answer: Answer) -> dict[str, Any]:
    head = parse_head(answer.head)
    headers: dict[str, list[str]] = {}
    for name, value in head.headers:
        headers.setdefault(name.lower().replace("-", "_"), []).append(value)
    body = answer.body.decode("utf-8", "replace")
    return {
        "status_line": f"{head.status} {head.reason}".strip(),
        "status_code": head.status,
        "protocol": {"name": head.version},
        "headers": headers,
        "body": body,
        "body_sha256": sha256(answer.body).hexdigest(),
        "content_length": len(answer.body),
    }
