"""Signs a request as AWS wants it: Signature Version 4, HMAC-SHA256 over a canonical form.

Source: "Signature Version 4 signing process" of the AWS General Reference; its published example
is a test. Takes the time as text, so it knows no clock; nothing of the key is in what it returns.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

__all__ = ["signed"]

_ALGORITHM = "AWS4-HMAC-SHA256"


def signed(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    key_id: str,
    secret: str,
    region: str,
    service: str,
    at: str,
) -> dict[str, str]:
    """`headers` with X-Amz-Date and Authorization; `at` reads `20261124T100000Z`.

    `url` has no query, as all calls of the JSON protocols.
    """
    parts = urlsplit(url)
    sent = {**headers, "X-Amz-Date": at}
    canonical = {name.lower(): " ".join(value.split()) for name, value in sent.items()}
    canonical["host"] = parts.netloc
    names = ";".join(sorted(canonical))
    lines = "".join(f"{name}:{canonical[name]}\n" for name in sorted(canonical))
    digest = hashlib.sha256(body).hexdigest()
    request = "\n".join([method, parts.path or "/", "", lines, names, digest])
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{secret}".encode()
    for word in scope.split("/"):
        key = _mac(key, word)
    signature = _mac(key, "\n".join([_ALGORITHM, at, scope, hashed])).hex()
    told = f"Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**sent, "Authorization": f"{_ALGORITHM} {told}"}


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
