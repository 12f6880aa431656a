"""Calls to another system's HTTP interface: bounded, patient, and silent about keys.

A call that was refused for its pace (429) is made again when the server says so (`Retry-After`,
RFC 9110 section 10.2.3; Okta's `X-Rate-Limit-Reset`), one that a server could not take (502, 503,
504) or that broke off is made again when doing it twice is the same as doing it once. Redirects
are not followed, since a key would go along. Everything that fails is `TargetFailed`, one line,
out of which the keys are taken. Plain http is for loopback only.
"""

import email.utils
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from gatewatch import __version__
from gatewatch.model.errors import TargetFailed
from gatewatch.model.hostile import shown

__all__ = ["Answer", "Api", "require_safe_url", "too_many_pages", "understood"]

_MOST_BYTES = 16 << 20
_TRIES = 5
_LONGEST_WAIT_S = 120.0
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_TWICE_IS_ONCE = frozenset({"GET", "PUT", "DELETE", "PATCH"})
_BUSY = frozenset({502, 503, 504})
_MENDS: Mapping[int, str] = {
    400: "see what it says; nothing of this call was done",
    401: "see the key and whether it has expired",
    403: "see which rights the key has",
    404: "see the address and the names in the account",
    409: "somebody else is changing it: try again later",
    412: "somebody else changed it: try again",
    429: "it was asked too often: try again later",
}
_REASONS = ("message", "errorSummary", "error_description", "Message", "detail")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: status, headers with lower-case names, JSON (None: no body)."""

    status: int
    headers: Mapping[str, str]
    body: Any


def require_safe_url(url: str, name: str) -> str:
    """`url` without a slash at its end; raises TargetFailed when a key may not go there."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname and not parts.username:
        return url.rstrip("/")
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return url.rstrip("/")
    raise TargetFailed(
        where=name, what="its address is no https:// address", mend="write https://server"
    )


class Api:
    """One server; `pause` waits so many seconds and `clock` tells epoch seconds (tests)."""

    def __init__(
        self,
        base: str,
        *,
        name: str,
        headers: Mapping[str, str] | None = None,
        secrets: tuple[str, ...] = (),
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        tls_name: str = "",
        plain: bool = False,
    ) -> None:
        """`tls_name` is who the server has to prove to be, where `base` is its address alone.

        `plain` allows http beyond loopback.
        """
        self.base = base.rstrip("/") if plain else require_safe_url(base, name)
        self._name = name
        self._extensions = {"sni_hostname": tls_name} if tls_name else {}
        self._secrets, self.pause, self.clock = secrets, pause, clock
        said = {"User-Agent": f"gatewatch/{__version__}", "Accept": "application/json"}
        self._client = httpx.Client(
            headers={**said, **(headers or {})}, timeout=_TIMEOUT, follow_redirects=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        also: frozenset[int] = frozenset(),
        twice: bool = False,
    ) -> Answer:
        """One call, made again as the module says; statuses of `also` are answers, too.

        `twice`: the receiver knows a repetition, so that a POST may be made again like a PUT.
        `path` is below the base or a whole address there (a next page). Raises TargetFailed.
        """
        url = path if path.startswith(f"{self.base}/") else f"{self.base}/{path.lstrip('/')}"
        if "://" in path and not path.startswith(f"{self.base}/"):
            raise self._failed("it leads to another server", "see the address in the account")
        sent = dict(headers or {})
        if body is not None:
            content, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        for tried in range(1, _TRIES + 1):
            last = tried == _TRIES
            again = not last and (twice or method in _TWICE_IS_ONCE)
            answer = self._once(method, url, content, sent, first=not last, again=again)
            if answer is None:
                self.pause(2.0 ** (tried - 1))
            elif not last and self._is_to_wait(answer, again=again):
                self._wait(answer, tried)
            else:
                return self._checked(answer, also)
        raise AssertionError("the last try answers or raises")

    def _once(
        self,
        method: str,
        url: str,
        content: bytes | None,
        headers: dict[str, str],
        *,
        first: bool,
        again: bool,
    ) -> Answer | None:
        """The answer; None when the call broke off and may be made again."""
        try:
            with self._client.stream(
                method, url, content=content, headers=headers, extensions=self._extensions
            ) as response:
                raw = b"".join(_bounded(response))
        except httpx.ConnectError:
            # Nothing was sent, so nothing is done twice.
            if first:
                return None
            raise self._failed("it cannot be reached", "see the address and your network") from None
        except httpx.HTTPError as error:
            if again:
                return None
            what = f"the connection broke ({type(error).__name__})"
            raise self._failed(what, "see there what was done before you try again") from None
        except OverflowError:
            raise self._failed("its answer is too large", "see the address") from None
        except httpx.InvalidURL:
            raise self._failed("its address is none", "see the address in the account") from None
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, _json(raw))

    def _is_to_wait(self, answer: Answer, *, again: bool) -> bool:
        # AWS says with 400 that it was asked too often.
        kind = str(answer.body.get("__type", "")) if isinstance(answer.body, Mapping) else ""
        if answer.status == 429 or "Throttling" in kind:
            return True
        return answer.status in _BUSY and again

    def _wait(self, answer: Answer, tried: int) -> None:
        seconds = self._asked_to_wait(answer.headers)
        if seconds is None:
            seconds = 2.0 ** (tried - 1)
        if seconds > _LONGEST_WAIT_S:
            raise self._failed(
                f"it wants to be left alone for {seconds:.0f} s", "try again after that time"
            )
        self.pause(seconds)

    def _asked_to_wait(self, headers: Mapping[str, str]) -> float | None:
        """Seconds; None when the server does not say how long."""
        after = headers.get("retry-after", "").strip()
        if after.isascii() and after.isdigit():
            return float(after[:9])
        if after:
            try:
                return max(0.0, email.utils.parsedate_to_datetime(after).timestamp() - self.clock())
            except (ValueError, OverflowError):
                return None
        reset = headers.get("x-rate-limit-reset", "")
        if reset.isascii() and reset.isdigit():
            return max(1.0, float(reset[:12]) - self.clock())
        return None

    def _checked(self, answer: Answer, also: frozenset[int]) -> Answer:
        if 200 <= answer.status < 300 or answer.status in also:
            return answer
        reason = _reason(answer.body)
        what = f"it answers {answer.status}" + (f", {self._hidden(reason)}" if reason else "")
        raise self._failed(what, _MENDS.get(answer.status, "try again later"))

    def _hidden(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return shown(text, 160)

    def _failed(self, what: str, mend: str) -> TargetFailed:
        return TargetFailed(where=f"{self._name} ({self.base})", what=what, mend=mend)


def _bounded(response: httpx.Response) -> Iterator[bytes]:
    left = _MOST_BYTES
    for chunk in response.iter_bytes():
        left -= len(chunk)
        if left < 0:
            raise OverflowError
        yield chunk


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw.strip() else None
    except (ValueError, RecursionError):
        return None


def _reason(body: object, depth: int = 3) -> str:
    """The sentence that says what is wrong, wherever the server puts it."""
    if depth and isinstance(body, list):
        return next(filter(None, (_reason(one, depth - 1) for one in body[:3])), "")
    if not isinstance(body, Mapping):
        return ""
    for key in _REASONS:
        if isinstance(body.get(key), str) and body[key].strip():
            return str(body[key])
    nested = (_reason(value, depth - 1) for value in body.values()) if depth else ()
    return next(filter(None, nested), "")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextmanager
def understood(name: str) -> Iterator[None]:
    """Turns an answer of an unexpected shape into TargetFailed."""
    try:
        yield
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        raise TargetFailed(
            where=name,
            what="its answer is not as it is documented",
            mend="see that the address in the account is right",
        ) from None


def too_many_pages(name: str) -> TargetFailed:
    """To be raised where a list does not end: half of it is nothing to act on."""
    mend = "see that the address in the account is right"
    return TargetFailed(where=name, what="its list does not end", mend=mend)
