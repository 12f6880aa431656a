"""The narrow interface to what the ACS remembers: questions, and one way to change anything.

`apply` is durable when it returns: what it was given survives kill -9 and the loss of power.
Questions may be asked from any thread and see what was applied.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from gatewatch.acs.state.changes import Change
from gatewatch.acs.state.records import (
    AuditEntry,
    Credential,
    Device,
    Document,
    File,
    HistoryEntry,
    Parameter,
    Stranger,
    Task,
)

__all__ = ["State"]


class State(Protocol):
    """Every engine does all of it, or is not listed; raises StateUnusable."""

    def apply(self, changes: Sequence[Change]) -> list[Any]:
        """Makes all changes or none, in one transaction; returns what each gives.

        Changes of one kind keep their order; see `sql_state.ORDER` for that of the kinds.
        """

    def device(self, id_: str) -> Device | None:
        """The device, if it is known."""

    def devices(self, after: str = "", limit: int = 0) -> Iterator[Device]:
        """Devices by id, those behind `after`; with limit 0 all of them."""

    def count_devices(self) -> int:
        """How many there are."""

    def parameters(self, device: str) -> Mapping[str, Parameter]:
        """All that it ever told, by name."""

    def history(self, device: str, limit: int = 1000) -> list[HistoryEntry]:
        """What was seen to change, newest first."""

    def task(self, id_: int) -> Task | None:
        """One task."""

    def tasks(
        self, device: str = "", states: Sequence[str] = (), campaign: str = "", limit: int = 1000
    ) -> list[Task]:
        """Tasks, oldest first; of one device, in one of these states, of one campaign."""

    def due(self, device: str, now: int) -> list[Task]:
        """What the device is to be asked now, oldest first."""

    def waiting_since(self, moment: int) -> list[tuple[int, str]]:
        """When tasks that wait were made (or confirmed) after `moment`, and for which devices."""

    def interrupted(self, device: str, token: str) -> list[Task]:
        """Tasks that another session than `token` started and never finished."""

    def credential(self, username: str) -> Credential | None:
        """By what `username` proves who it is."""

    def credentials(self, device: str) -> list[Credential]:
        """Those of one device, newest first."""

    def strangers(self, limit: int = 1000) -> list[Stranger]:
        """Who is in quarantine, last seen first."""

    def document(self, kind: str, id_: str) -> Document | None:
        """One document."""

    def documents(self, kind: str) -> Iterator[Document]:
        """All of a kind, by id."""

    def file(self, sha256: str) -> File | None:
        """One file of the catalogue."""

    def files(self) -> list[File]:
        """The catalogue, by name and version."""

    def audit(self, after: int = 0, limit: int = 1000) -> list[AuditEntry]:
        """Entries with a higher number than `after`, in order."""

    def close(self) -> None:
        """Ends the connections."""
