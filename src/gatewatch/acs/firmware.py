"""The catalogue of firmware: signed, and what does not fit is refused before a device hears of it.

Somebody signs what a file is (hash, size, the version that a device reports after it, the models
that it is for) with an Ed25519 key; the ACS takes only files whose statement is signed by a key
that its operator trusts, `STATE/signers/*.pub`. The private key has no business on the ACS.
What is checked, and when: signature, hash and size when a file is added; again all three when a
link to it is made; the model when an upgrade is planned and when its task is about to be sent.
"""

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from gatewatch.acs.state.records import Device, File
from gatewatch.model.errors import FirmwareRefused

__all__ = [
    "Statement",
    "Store",
    "fits",
    "make_key",
    "read_statement",
    "sign",
    "statement_path",
]

MOST = 512 * 1024 * 1024
"""Bytes of one file; the largest image of a home router that we know has 64 MiB."""
_PIECE = 1024 * 1024
_SUFFIX = ".firmware.json"


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody signed about a file."""

    name: str
    sha256: str
    size: int
    version: str
    models: tuple[str, ...]
    signature: str = ""

    @property
    def said(self) -> bytes:
        """The bytes that are signed."""
        what = [
            "gatewatch firmware 1",
            self.name,
            self.sha256,
            self.size,
            self.version,
            list(self.models),
        ]
        return json.dumps(what, ensure_ascii=True).encode()


def statement_path(file: Path) -> Path:
    """Where the statement about `file` is written."""
    return file.with_name(f"{file.name}{_SUFFIX}")


def make_key(path: Path) -> Path:
    """Writes a new private key to `path` (mode 0600) and its public half beside; returns that.

    Raises FirmwareRefused when there is one, or it cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    public = path.with_suffix(".pub")
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(private)
        public.write_bytes(
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
    except OSError as error:
        raise FirmwareRefused(
            where=path, what=f"no key was written, {error.strerror}", mend="give another name"
        ) from None
    return public


def sign(file: Path, version: str, models: Iterable[str], key: Path) -> Path:
    """Writes and returns the statement about `file`, signed by the private key in `key`."""
    size, sha256 = _measured(file)
    said = Statement(file.name, sha256, size, version, tuple(models))
    _check_form(said, file)
    try:
        private = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise FirmwareRefused(
            where=key, what=f"is no private key that can be used, {error}", mend="see keygen"
        ) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise FirmwareRefused(where=key, what="is no Ed25519 key", mend="make one with keygen")
    signature = base64.b64encode(private.sign(said.said)).decode()
    path = statement_path(file)
    fields = {name: getattr(said, name) for name in ("name", "sha256", "size", "version", "models")}
    path.write_text(json.dumps({**fields, "signature": signature}, indent=2) + "\n", "utf-8")
    return path


def read_statement(path: Path) -> Statement:
    """The statement in a file; raises FirmwareRefused."""
    mend = 'make it with "gatewatch acs firmware sign"'
    try:
        text = path.read_bytes()[:100_000]
        fields = json.loads(text)
        fields["models"] = tuple(fields["models"])
        said = Statement(**fields)
    except OSError as error:
        raise FirmwareRefused(
            where=path, what=f"cannot be read, {error.strerror}", mend=mend
        ) from None
    except (ValueError, TypeError, KeyError) as error:
        raise FirmwareRefused(where=path, what=f"is no statement, {error}", mend=mend) from None
    _check_form(said, path)
    return said


def _check_form(said: Statement, where: Path) -> None:
    texts = (said.name, said.sha256, said.version, said.signature, *said.models)
    right = (
        all(isinstance(text, str) and text.isprintable() and len(text) <= 200 for text in texts)
        and isinstance(said.size, int)
        and 0 < said.size <= MOST
        and len(said.sha256) == 64
        and bool(said.version)
        and bool(said.models)
        and all(2 <= model.count("/") + 1 <= 3 for model in said.models)
    )
    if not right:
        raise FirmwareRefused(
            where=where,
            what="it names no version, or no model as OUI/ProductClass[/HardwareVersion]",
            mend="give --version V and --model OUI/ProductClass; * stands for any part",
        )


def fits(file: File, device: Device) -> bool:
    """Whether the file is for that device's model."""
    parts = (device.oui.upper(), device.product_class, device.hardware)
    return any(
        all(asked in ("*", part) for asked, part in zip(_asked(model), parts, strict=False))
        for model in file.models
    )


def _asked(model: str) -> list[str]:
    oui, *rest = model.split("/")
    return [oui.upper(), *rest]


def _measured(path: Path) -> tuple[int, str]:
    """Size and SHA-256 of a file; raises FirmwareRefused."""
    made, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                made.update(piece)
    except OSError as error:
        raise FirmwareRefused(
            where=path, what=f"cannot be read, {error.strerror}", mend="give another file"
        ) from None
    return size, made.hexdigest()


class Store:
    """The files themselves, in `STATE/files/<sha256>`, and the keys that are trusted."""

    def __init__(self, folder: Path) -> None:
        """`folder`: that of the state, or one that several machines share."""
        self.files = folder / "files"
        self.signers = folder / "signers"

    def path(self, sha256: str) -> Path:
        """Where the bytes of a file are."""
        return self.files / sha256

    def trusted(self) -> Mapping[str, Ed25519PublicKey]:
        """The keys that are trusted, by name; raises FirmwareRefused for a file that is none."""
        keys = {}
        for path in sorted(self.signers.glob("*.pub")):
            try:
                key = load_pem_public_key(path.read_bytes())
            except (OSError, ValueError, UnsupportedAlgorithm) as error:
                raise FirmwareRefused(
                    where=path, what=f"is no public key, {error}", mend="take it out"
                ) from None
            if isinstance(key, Ed25519PublicKey):
                keys[path.stem] = key
        return keys

    def trust(self, public: Path) -> None:
        """From now on, what the owner of this key signs is taken; raises FirmwareRefused."""
        try:
            key = load_pem_public_key(public.read_bytes())
            if not isinstance(key, Ed25519PublicKey):
                raise TypeError("it is no Ed25519 key")
            self.signers.mkdir(parents=True, exist_ok=True)
            target = self.signers / f"{public.stem}.pub"
            target.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise FirmwareRefused(
                where=public, what=f"cannot be trusted, {error}", mend="give a .pub of keygen"
            ) from None

    def signer(self, said: Statement) -> str:
        """Who of those trusted signed it; "" for nobody."""
        try:
            signature = base64.b64decode(said.signature, validate=True)
        except binascii.Error:
            return ""
        for name, key in self.trusted().items():
            try:
                key.verify(signature, said.said)
            except InvalidSignature:
                continue
            return name
        return ""

    def add(self, path: Path, said: Statement, now: int, by: str) -> File:
        """Takes the file in; the record for the catalogue. Raises FirmwareRefused."""
        signer = self.signer(said)
        if not signer:
            raise FirmwareRefused(
                where=path,
                what="nobody whom this ACS trusts has signed its statement",
                mend=f"sign it, and put the signer's public key into {self.signers}",
            )
        if path.stat().st_size != said.size or _measured(path) != (said.size, said.sha256):
            raise FirmwareRefused(
                where=path,
                what="it is not the file that was signed: its size or SHA-256 differs",
                mend="get it again from its maker",
            )
        self._take(path, said.sha256)
        return File(
            said.sha256, said.name, said.size, said.version, said.models, said.signature, signer,
            now, by,
        )  # fmt: skip

    def check(self, file: File) -> str:
        """What is wrong with a file of the catalogue by now; "" for nothing."""
        said = Statement(
            file.name, file.sha256, file.size, file.version, file.models, file.signature
        )
        path = self.path(file.sha256)
        if not path.exists():
            return "its bytes are missing"
        if _measured(path) != (file.size, file.sha256):
            return "its bytes have changed"
        return "" if self.signer(said) else "nobody who is trusted now has signed it"

    def _take(self, path: Path, sha256: str) -> None:
        """Copies and measures what was copied: the file may change while it is read."""
        target = self.path(sha256)
        beside = target.with_name(f".{sha256}.{os.getpid()}.part")
        try:
            self.files.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as source, beside.open("wb") as out:
                while piece := source.read(_PIECE):
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            if _measured(beside)[1] != sha256:
                raise FirmwareRefused(
                    where=path, what="it changed while it was read", mend="try again"
                )
            beside.replace(target)
        except OSError as error:
            raise FirmwareRefused(
                where=target, what=f"cannot be written, {error.strerror}", mend="see the disk"
            ) from None
        finally:
            beside.unlink(missing_ok=True)
