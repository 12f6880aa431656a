"""The one thing that a scan says: a GET for the root, without credentials, with our name.

RFC 9511 asks probes to say who sends them; the User-Agent names the program, its version and a
web page or mail address of whoever scans. No other request can be built: no POST, no answer to
a challenge, no path but "/". A CWMP connection request with valid credentials would make a
device call its ACS (TR-069 section 3.2.2), so none is ever sent.
"""

import re

from gatewatch import __version__
from gatewatch.model.address import Address
from gatewatch.model.errors import PoliteRefusal

__all__ = ["build_request", "user_agent"]

# One visible ASCII word, so that nothing can be added to the header.
_CONTACT = re.compile(r"(?:https?://[!-~]+|mailto:[!-?A-~]+@[!-?A-~]+)")
_CONTACT_LIMIT = 200


def user_agent(contact: str | None, *, lab: bool = False) -> str:
    """The User-Agent value; raises PoliteRefusal without a contact, unless it is a lab."""
    if contact is None and lab:
        return f"gatewatch/{__version__} (lab)"
    if contact is None:
        raise PoliteRefusal(
            where="scan",
            what="nobody who is asked could tell who asks",
            mend="add --contact https://your.page or --contact mailto:you@your.domain",
        )
    if len(contact) > _CONTACT_LIMIT or not _CONTACT.fullmatch(contact):
        raise PoliteRefusal(
            where="scan",
            what=f'"{contact}" is no contact',
            mend="give a web page (https://...) or mailto:you@your.domain",
        )
    return f"gatewatch/{__version__} (+{contact})"


def build_request(address: Address, port: int, agent: str) -> bytes:
    """The request to one address; `agent` comes from `user_agent`."""
    host = str(address) if address.high is None else f"[{address}]"
    if port != 80:
        host = f"{host}:{port}"
    return (
        f"GET / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    ).encode("ascii")
