# Invariant: any text is entries, alerts, recipients or exposures, or one line of the house that
# names a line; what was read makes mails without a header of its own, SIEM lines of one line, and
# lists that are read back as they were written, however hostile the words in it are.
"""What is done about cases, from the files that people give it to the bytes that leave."""

from contextlib import suppress
from email import message_from_bytes
from email.policy import SMTP

from gatewatch.model.errors import InputUnreadable
from gatewatch.model.language import language
from gatewatch.watch.abuse import Reporter, bundles, read_exposures, report
from gatewatch.watch.alerts import read_alerts
from gatewatch.watch.entries import Meaning, read_entries, spared
from gatewatch.watch.letters import Company, letter_for
from gatewatch.watch.list_files import plain_lines, plain_networks
from gatewatch.watch.mail import mail
from gatewatch.watch.notice import Item, notice_of
from gatewatch.watch.notifiers.syslog_cef import cef
from gatewatch.watch.notifiers.syslog_ecs import ecs
from gatewatch.watch.recipients import read_recipients
from gatewatch.watch.target import Change

__all__ = ["SEEDS", "TOKENS", "one"]

SEEDS = [
    b"192.0.2.7\n2001:db8:1::/64 # home\n198.51.100.8-198.51.100.11\n",
    b'{"ip": "192.0.2.7", "case": 12, "confidence": 95, "what": "x", "until": "2026-12-01"}\n',
    b'{"ip": "192.0.2.7", "confidence": "low", "shared": ["mobile"], "reason": "x=1|2"}\n',
    b'{"key": "k-1", "severity": "high", "title": "A|b", "text": "c=d", "at": "2026-11-24"}\n',
    b'{"to": "ann@example.com", "ip": "192.0.2.7", "seen_at": "2026-11-24", "vendor": "AVM"}\n',
    b'{"ip": "192.0.2.7", "port": 7547, "seen_at": "2026-11-24", "server": "gSOAP/2.7"}\n',
]
TOKENS = [
    b"\\r\\nBcc: x@y",
    b"|",
    b"=",
    b"\\u2028",
    b'"key": ',
    b'"to": ',
    b"/32",
    b"\x1b[2J",
    b"@",
]

_NOW = 1_795_514_400_000_000
_YEAR = 366 * 86_400_000_000
_COMPANY = Company("Example Ltd", "security@example.com")
_REPORTER = Reporter("Example CERT", "cert@example.org")
_HEADERS = {"from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version"}
_HEADERS |= {"content-type", "content-transfer-encoding", "x-xarf"}


def one(data: bytes) -> None:
    """All readers read it, and what they read is written."""
    lines = data.decode("utf-8", "replace").splitlines()
    with suppress(InputUnreadable):
        _lists(lines)
    with suppress(InputUnreadable):
        _alerts(lines)
    with suppress(InputUnreadable):
        _letters(lines)
    with suppress(InputUnreadable):
        _reports(lines)


def _lists(lines: list[str]) -> None:
    entries = read_entries(lines, "input", _NOW + _YEAR)
    assert all(entry.until <= _NOW + _YEAR for entry in entries)
    kept, left = spared(entries, [], Meaning.BLOCK)
    assert len(kept) + len(left) == len(entries)
    change = Change(frozenset(), {entry.network: entry for entry in kept}, frozenset(), _NOW)
    assert set(plain_networks(plain_lines(change))) == {entry.network for entry in kept}


def _alerts(lines: list[str]) -> None:
    found = read_alerts(lines, "input")[:20]
    if not found:
        return
    notice = notice_of([Item(alert, "n") for alert in found], names=True)
    assert notice.title.isprintable()
    assert len(notice.text().splitlines()) == len(found)
    for item in notice.items:
        assert cef(item.alert, "n").isprintable()
        assert ecs(item.alert, "n").isprintable()


def _letters(lines: list[str]) -> None:
    for person in read_recipients(lines, "input")[:5]:
        letter = letter_for(person.seen, _COMPANY, language(person.language or "en"))
        message = mail(
            "a@example.com", person.to, letter.subject, letter.text, html=letter.html,
            number="1", at=_NOW,
        )  # fmt: skip
        _has_no_other_headers(message.as_bytes())


def _reports(lines: list[str]) -> None:
    for contact, found in bundles(read_exposures(lines, "input", "abuse@example.com")):
        _has_no_other_headers(report(contact, found, _REPORTER, "1", at=_NOW).as_bytes())


def _has_no_other_headers(raw: bytes) -> None:
    assert {name.lower() for name in message_from_bytes(raw, policy=SMTP)} <= _HEADERS
