"""The signature of a webhook, and how a receiver checks it.

    X-Gatewatch-Timestamp: 1795514400
    X-Gatewatch-Signature: sha256=<HMAC-SHA256 of "<timestamp>.<body>" in hexadecimal>

A receiver refuses what is older than its window, and a number (`X-Gatewatch-Id`) it has seen.
"""

import hashlib
import hmac

__all__ = ["WINDOW_S", "signature", "verify"]

WINDOW_S = 300


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What stands in X-Gatewatch-Signature; `timestamp` in seconds since 1970 UTC."""
    signed = f"{timestamp}.".encode() + body
    return f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def verify(secret: str, timestamp: str, signed: str, body: bytes, now: float) -> bool:
    """Whether it comes from somebody with the secret, within the window around `now`."""
    if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    if abs(now - int(timestamp)) > WINDOW_S:
        return False
    return hmac.compare_digest(signature(secret, int(timestamp), body).encode(), signed.encode())
