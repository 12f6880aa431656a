"""Mails that wait to be sent, each at most once, and what became of them when the server stops.

A mail is begun in the log before it is handed over and done after; when the server fails in the
middle, those that went out stay written down, so that the same command goes on with the rest.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage

from gatewatch.model.errors import AccountUnusable, MailHalfSent, NameUnknown, TargetFailed
from gatewatch.watch.accounts import Account
from gatewatch.watch.deliveries import Deliveries
from gatewatch.watch.mail import opened

__all__ = ["Outbox"]

Make = Callable[[str], EmailMessage]


@dataclass(slots=True)
class Outbox:
    """Mails by key; one that was done since `again_before` (microseconds UTC) is left out."""

    log: Deliveries
    channel: str
    now: int
    again_before: int
    known: int = 0
    """How many were left out."""
    _mails: list[tuple[str, Make, Callable[[], None]]] = field(default_factory=list)

    @property
    def waiting(self) -> int:
        """How many are to be sent."""
        return len(self._mails)

    def add(self, key: str, make: Make, after: Callable[[], None] = lambda: None) -> None:
        """Takes one in, unless it was sent; `make` is given the number that its id is made of.

        `after` is called when it was sent.
        """
        found = self.log.find(self.channel, key)
        if found is not None and found.done is not None and found.done >= self.again_before:
            self.known += 1
        else:
            self._mails.append((key, make, after))

    def messages(self) -> Iterator[EmailMessage]:
        """As they would be sent; nothing is written down."""
        for key, make, _ in self._mails:
            yield make(key)

    def send(self, account: Account, again: str) -> int:
        """Sends them; how many. Raises TargetFailed when none went out, else MailHalfSent.

        An address that the server refuses does not keep the others waiting. `again` is the command
        that goes on.
        """
        sent, refused = 0, 0
        what = ""
        try:
            with opened(account) as post:
                for key, make, after in self._mails:
                    begun = self.log.begin(self.channel, key, self.now, self.again_before)
                    if begun is None:
                        continue
                    try:
                        post.send(make(begun.number))
                    except (AccountUnusable, NameUnknown) as error:
                        refused, what = refused + 1, str(error)
                        continue
                    except TargetFailed as error:
                        if "addressee" not in str(error):
                            raise
                        refused, what = refused + 1, str(error)
                        continue
                    self.log.finish(self.channel, [key], self.now)
                    after()
                    sent += 1
        except TargetFailed as error:
            if not sent:
                raise
            what = str(error)
        if what and sent < self.waiting:
            if not sent:
                raise TargetFailed(where=self.channel, what=f"none was sent, {what}", mend=again)
            raise MailHalfSent(
                where=self.channel, sent=sent, waiting=self.waiting, what=what, again=again
            )
        return sent
