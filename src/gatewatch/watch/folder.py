"""The folder in which watch keeps what it knows of people, readable by its owner alone.

    WATCH/listing.json                  replaced by rename: which files hold sign-ins
    WATCH/signins/<day>/<part>.parquet  pseudonym, address, time ... sorted by address
    WATCH/book.db                       cases, own networks, the audit log, what was delivered
    WATCH/names.db                      names by pseudonym, encrypted; absent if names are not kept
    WATCH/keys/                         one key for pseudonyms, one for names

There is one writer of sign-ins at a time; readers never lock. Nothing in it is ever sent anywhere
by this module, and no message of it names a person or an address.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from gatewatch.model.errors import WatchBusy, WatchCorrupt, WatchUnwritable
from gatewatch.store.durable import Owner, sync_folder, writing
from gatewatch.store.lock import writer_lock

__all__ = ["OWNER", "WatchFolder"]

OWNER = Owner(WatchUnwritable, WatchBusy, "--watch")
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class WatchFolder:
    """Where things lie in one folder of watch; it need not exist."""

    path: Path

    @property
    def signins(self) -> Path:
        """Below it one folder a day."""
        return self.path / "signins"

    @property
    def staging(self) -> Path:
        """What a writer has not committed yet; the next writer clears it."""
        return self.path / "tmp"

    @property
    def book(self) -> Path:
        """The SQLite file of cases."""
        return self.path / "book.db"

    @property
    def names(self) -> Path:
        """The SQLite file of names."""
        return self.path / "names.db"

    def make(self) -> None:
        """Makes the folder, mode 0700, unless it is there; raises WatchUnwritable.

        Raises WatchCorrupt when others than its owner may look into it.
        """
        with writing(self.path, OWNER):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.require_private()

    def require_private(self) -> None:
        """Raises WatchCorrupt when others than its owner may look into the folder."""
        if self.path.exists() and stat.S_IMODE(self.path.stat().st_mode) & 0o077:
            raise WatchCorrupt(
                where=self.path,
                what="others on this machine may read it, and it tells where people live",
                mend=f'"chmod 700 {self.path}"',
            )

    @contextmanager
    def writer(self) -> Iterator[None]:
        """Holds the lock of the one writer; raises WatchBusy or WatchUnwritable."""
        self.make()
        with writer_lock(self.path, OWNER):
            yield

    def key(self, name: str) -> bytes:
        """The secret key of this name; made when there is none and no data that needs it.

        Raises WatchCorrupt when it is lost or damaged, WatchUnwritable.
        """
        path = self.path / "keys" / name
        if not path.exists():
            self._make_key(path)
        with writing(path, OWNER):
            found = path.read_bytes()
        if len(found) != _KEY_BYTES:
            mend = "restore it from a backup: without it nobody is recognised again"
            raise WatchCorrupt(where=path, what="is no key", mend=mend)
        return found

    def _make_key(self, path: Path) -> None:
        if (self.path / "listing.json").exists() and path.name == "pseudonyms":
            mend = "restore it from a backup: without it nobody is recognised again"
            raise WatchCorrupt(where=path, what="is missing", mend=mend)
        self.make()
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        with writing(path, OWNER):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                # Of two processes that begin at once, the first one's key stays.
                os.link(beside, path)
            except FileExistsError:
                pass
            finally:
                beside.unlink()
            sync_folder(path.parent)
