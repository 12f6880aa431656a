"""TLS at the door: a client certificate whose subject is OUI-Serial, and Basic."""

import datetime as dt
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.acs.serving.conftest import Site
from tests.acs.serving.cpe import Cpe

from gatewatch.acs.serving.station import Plan
from gatewatch.acs.state.changes import KeepCredential
from gatewatch.acs.state.records import Credential
from gatewatch.model.errors import BadArguments

ID = "00259E-HG8245-S1"
DAY = dt.timedelta(days=1)


class Authority:
    """Makes certificates in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.pem = folder / f"{name}.pem"
        self.pem.write_bytes(self._signed(self.name, self.key, ca=True))

    def made(self, subject: str) -> tuple[Path, Path]:
        """A certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
        certificate, private = self.folder / f"{subject}.crt", self.folder / f"{subject}.key"
        certificate.write_bytes(self._signed(name, key, ca=False))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, private

    def _signed(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool) -> bytes:
        now = dt.datetime.now(dt.UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - DAY)
            .not_valid_after(now + DAY)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        return built.sign(self.key, SHA256()).public_bytes(Encoding.PEM)


class TlsCpe(Cpe):
    """A device that talks TLS."""

    context: ssl.SSLContext

    def connect(self) -> None:
        super().connect()
        assert self.sock is not None
        self.sock = self.context.wrap_socket(self.sock)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "ours")


@pytest.fixture
def house(site: Callable[..., Site], authority: Authority) -> Site:
    certificate, key = authority.made("acs")
    return site(certificate=certificate, private_key=key, client_authority=authority.pem)


def device(house: Site, certificate: tuple[Path, Path] | None = None) -> TlsCpe:
    cpe = TlsCpe(house.port, username="")
    cpe.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    cpe.context.check_hostname = False
    cpe.context.verify_mode = ssl.CERT_NONE
    if certificate:
        cpe.context.load_cert_chain(*certificate)
    return cpe


def test_a_certificate_with_the_devices_name_is_a_proof(house: Site, authority: Authority) -> None:
    assert device(house, authority.made("00259E-S1")).session() == []
    assert house.state.device(ID)
    assert house.state.strangers() == []


def test_a_certificate_with_another_name_is_none(house: Site, authority: Authority) -> None:
    assert device(house, authority.made("00259E-S2")).session() == []
    assert house.state.device(ID) is None


def test_a_certificate_of_somebody_else_does_not_get_in(house: Site, tmp_path: Path) -> None:
    other = Authority(tmp_path, "other").made("00259E-S1")
    with pytest.raises((OSError, ConnectionError)):
        device(house, other).session()
    assert house.state.device(ID) is None


def test_without_a_certificate_digest_and_basic_are_offered(house: Site) -> None:
    heard = device(house).inform()
    assert heard.status == 401
    assert [one.split()[0] for one in heard.challenges] == ["Digest", "Digest", "Basic"]


def test_digest_works_within_tls(house: Site) -> None:
    house.state.apply([KeepCredential(Credential("gw-1", "word", ID, used=1))])
    cpe = device(house)
    cpe.username = "gw-1"
    assert cpe.session() == []
    assert house.state.device(ID)


def test_a_certificate_without_its_key_is_refused(tmp_path: Path, authority: Authority) -> None:
    with pytest.raises(BadArguments, match="belong together"):
        Plan("x", tmp_path, tmp_path, certificate=authority.pem).check()
