"""Letters as mail: built so that nothing said can begin a header, sent by SMTP or kept as files.

A message is text and the same as HTML, without pictures, pixels or foreign links. Each is sent on
its own, to one person. SMTP is used with TLS (RFC 8314) or STARTTLS (RFC 3207), and in clear to
loopback only. Nothing of it logs an address.
"""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

from gatewatch.model.errors import OutputUnwritable, TargetFailed
from gatewatch.model.hostile import shown
from gatewatch.store.durable import replace_file
from gatewatch.watch.accounts import Account, Key

__all__ = ["KEYS", "Post", "keep", "mail", "mail_address", "opened"]

KEYS = (
    Key("from", "the address that letters come from"),
    Key("host", "the mail server", "localhost"),
    Key("port", "465 for tls, 587 for starttls", "587"),
    Key("security", "tls, starttls, or none on loopback", "starttls"),
    Key("user", "who signs in there", ""),
    Key("password", "and with what", "", secret=True),
    Key("ca", "file of the authority that signed the server's certificate", ""),
)
_TIMEOUT_S = 30.0
# RFC 5321, 4.5.3.1: 64 and 255. No quoted local parts: nobody's employees have one.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,255}")


def mail_address(text: str) -> str:
    """`text` if it is one plain mail address; raises ValueError."""
    if not _ADDRESS.fullmatch(text) or ".." in text:
        raise ValueError("not a mail address")
    return text


def mail(
    sender: str,
    to: str,
    subject: str,
    text: str,
    *,
    html: str = "",
    number: str,
    at: int,
    name: str = "",
) -> EmailMessage:
    """A message; `number` makes its id, `at` is in microseconds since 1970 UTC.

    Raises ValueError for what is no mail address. A subject and a name are cut to one line.
    """
    message = EmailMessage(policy=SMTP)
    domain = mail_address(sender).partition("@")[2]
    message["From"] = sender
    message["To"] = Address(_line(name, 80), addr_spec=mail_address(to))
    message["Subject"] = _line(subject, 200)
    message["Date"] = format_datetime(datetime.fromtimestamp(at / 1_000_000, UTC))
    message["Message-ID"] = f"<{re.sub(r'[^A-Za-z0-9.-]', '', number)[:80]}@{domain}>"
    # RFC 3834: no machine answers to a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


class Post:
    """An open connection to a mail server."""

    def __init__(self, server: smtplib.SMTP, where: str) -> None:
        self._server, self._where = server, where

    def send(self, message: EmailMessage) -> None:
        """Hands one message over; raises TargetFailed, which names no person."""
        with _told(self._where):
            self._server.send_message(message)


@contextmanager
def opened(account: Account) -> Iterator[Post]:
    """Connects and signs in; raises TargetFailed."""
    where = f"{shown(account['host'], 80)}:{shown(account['port'], 10)}"
    with _told(where):
        server = _connected(account, where)
    try:
        with _told(where):
            if account["user"]:
                server.login(account["user"], account["password"])
        yield Post(server, where)
    finally:
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()


def keep(message: EmailMessage, folder: Path, name: str) -> Path:
    """Writes the message as a file for a mail program, for its owner alone; its path."""
    path = folder / f"{re.sub(r'[^A-Za-z0-9._-]', '-', name)[:100]}.eml"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.with_name(f".{path.name}.new").touch(mode=0o600)
        replace_file(path, message.as_bytes())
    except OSError as error:
        mend = "choose another folder"
        raise OutputUnwritable(where=folder, what=error.strerror, mend=mend) from None
    return path


def _connected(account: Account, where: str) -> smtplib.SMTP:
    host, security = account["host"], account["security"]
    if not account["port"].isascii() or not account["port"].isdigit():
        raise TargetFailed(where=where, what="the port is no number", mend="mend [smtp]")
    port = int(account["port"])
    if security not in ("tls", "starttls", "none"):
        mend = "give tls or starttls"
        raise TargetFailed(where=where, what=f'security is "{security}"', mend=mend)
    if security == "none" and not _is_loopback(host):
        mend = "give security = tls or starttls in [smtp]"
        raise TargetFailed(where=where, what="letters would travel in clear", mend=mend)
    context = ssl.create_default_context(cafile=account["ca"] or None)
    if security == "tls":
        return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=context)
    server = smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
    if security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Turns what goes wrong into one line: the server's code, as its words may name a person."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        what, mend = (
            f"it refuses to let us in ({error.smtp_code})",
            "see user and password in [smtp]",
        )
    except smtplib.SMTPNotSupportedError:
        what, mend = "it offers no TLS or no sign-in", "see security and user in [smtp]"
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        what, mend = f"it refuses the addressee ({code})", "see the address"
    except smtplib.SMTPResponseException as error:
        what, mend = f"it answers {error.smtp_code}", "try again later"
    except smtplib.SMTPException as error:
        what, mend = f"it broke off ({type(error).__name__})", "try again later"
    except ssl.SSLCertVerificationError as error:
        what, mend = f"its certificate is not trusted ({error.verify_message})", "see host and ca"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        what, mend = f"it cannot be reached ({reason})", "see host and port in [smtp]"
    else:
        return
    raise TargetFailed(where=where, what=what, mend=mend)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _line(text: str, limit: int) -> str:
    """One line of visible characters."""
    return " ".join(shown(text, limit).split())
