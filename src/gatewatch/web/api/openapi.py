"""`/openapi.json`: the description of the API, OpenAPI 3.1, made from the endpoints themselves."""

from collections.abc import Mapping
from typing import Any

from gatewatch import __version__
from gatewatch.web.api import ROOT, endpoints
from gatewatch.web.operations import answered, described
from gatewatch.web.visit import Download, Visit

__all__ = ["OPERATION", "PATH", "SCOPE", "answer", "document"]

PATH = "/openapi.json"
SCOPE = ""
OPERATION = described("This description.", [], {"type": "object"})
_ERRORS = {
    "400": "The question is wrong; the message says where and how to mend it.",
    "401": "A token is wanted, or it has ended.",
    "403": "The token is not good for this.",
    "404": "There is no such thing.",
    "429": "Too many tries; Retry-After says when to come again.",
    "500": "Data is damaged, or a bug of ours.",
    "503": "Too busy, too slow, or no data yet; Retry-After says when to come again.",
}
_ERROR = {
    "type": "object",
    "required": ["error", "message", "mend"],
    "properties": {
        "error": {"type": "string", "description": "An id that never changes."},
        "message": {"type": "string", "description": "Where, what is wrong, how to mend it."},
        "mend": {"type": "string"},
        "query": {
            "type": "object",
            "description": "Of a bad query: where, as offsets from 0.",
            "required": ["code", "message", "start", "end", "suggestion"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "start": {"type": "integer"},
                "end": {"type": "integer"},
                "suggestion": {"type": "string"},
            },
        },
    },
}


def document() -> Mapping[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gatewatch",
            "version": __version__,
            "description": "Exposed CWMP services: the same questions as on the command line.",
        },
        "paths": {
            ROOT + one.PATH: {"get": _operation(word, one.SCOPE, one.OPERATION)}
            for word, one in endpoints().items()
        },
        "components": {
            "schemas": {"Error": _ERROR},
            "responses": {
                f"E{status}": {
                    "description": sentence,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Error"}}
                    },
                }
                for status, sentence in _ERRORS.items()
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def answer(visit: Visit) -> Download:
    """The document, for everybody."""
    del visit
    return answered(document())


def _operation(word: str, scope: str, operation: Mapping[str, Any]) -> Mapping[str, Any]:
    errors = {status: {"$ref": f"#/components/responses/E{status}"} for status in _ERRORS}
    asked: dict[str, Any] = {"operationId": word, **operation}
    asked["responses"] = {**operation["responses"], **errors}
    asked["security"] = [{"token": []}, {}] if scope else []
    return asked
