"""To whom letters go: JSON lines with an address, what was seen, and the language to write in."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gatewatch.model.address import parse_address
from gatewatch.model.errors import InputUnreadable
from gatewatch.model.moment import parse_moment
from gatewatch.watch.letters import Seen
from gatewatch.watch.mail import mail_address

__all__ = ["Recipient", "read_recipients"]

_MOST = 100_000
_LONGEST_LINE = 100_000
_LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person and what was seen at their home; `language` empty: the one asked for."""

    to: str
    seen: Seen
    language: str = ""
    case: str = ""


def read_recipients(lines: Iterable[str], where: str) -> list[Recipient]:
    """The recipients, nobody twice: of one address the latest sighting counts.

    Raises InputUnreadable, which names the line and no person.
    """
    found: dict[str, Recipient] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if number > _MOST or len(line) > _LONGEST_LINE:
                raise ValueError("it is too long")
            one = _recipient(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            known = isinstance(error, ValueError) and not isinstance(error, json.JSONDecodeError)
            raise InputUnreadable(
                where=f"{where}:{number}",
                what=str(error) if known else "it lacks to, ip or seen_at",
                mend='write {"to": ..., "ip": ..., "seen_at": ..., "vendor": ...}',
            ) from None
        key = one.to.lower()
        if key not in found or found[key].seen.seen_at < one.seen.seen_at:
            found[key] = one
    return list(found.values())


def _recipient(raw: Mapping[str, object]) -> Recipient:
    language = str(raw.get("language") or "").lower()[:2]
    port = raw.get("port", 7547)
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
        raise ValueError("port is no port")
    seen = Seen(
        str(parse_address(str(raw["ip"]))),
        parse_moment(str(raw["seen_at"])),
        str(raw.get("vendor") or ""),
        port,
    )
    return Recipient(
        mail_address(str(raw["to"])),
        seen,
        language if language in _LANGUAGES else "",
        str(raw.get("case") or "")[:64],
    )
