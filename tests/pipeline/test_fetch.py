"""A file from a publisher: whole and right it takes its place, all else is one line."""

import base64
import hashlib
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from tests.pipeline.publisher import Answer, endless, head, moved, publisher, whole

from gatewatch.model.errors import FetchFailed
from gatewatch.pipeline.fetch import (
    Patience,
    check_url,
    digest_in,
    fetch,
    is_digest,
    plain_url,
)

DATA = b"192.0.2.0,192.0.2.255,IT\n" * 10_000
SHA256, MD5 = hashlib.sha256(DATA).hexdigest(), hashlib.md5(DATA).hexdigest()
LIMIT = 1 << 20


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A file that is there already, alone in its folder."""
    path = tmp_path / "kept" / "table.csv"
    path.parent.mkdir()
    path.write_bytes(b"old")
    return path


def chunked(*pieces: bytes) -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return head("200 OK", "Transfer-Encoding: chunked") + body


def test_what_is_whole_takes_its_place_and_says_what_to_ask_with_next_time(target: Path) -> None:
    day = "Tue, 24 Nov 2026 10:00:00 GMT"
    answer = whole(DATA, 'ETag: "a1"', f"Last-Modified: {day}")
    seen: list[int] = []
    with publisher({"/t": answer}) as server:
        fetched = fetch(server.url("/t"), target, limit=LIMIT, digest=SHA256, watch=seen.append)
    assert fetched is not None
    assert (fetched.size, fetched.sha256) == (len(DATA), SHA256)
    assert (fetched.etag, fetched.last_modified) == ('"a1"', day)
    assert target.read_bytes() == DATA
    assert [path.name for path in target.parent.iterdir()] == ["table.csv"]
    assert seen == sorted(seen)
    assert seen[-1] == len(DATA)
    assert server.asked[0].startswith("GET /t HTTP/1.1\r\nHost: 127.0.0.1:")
    assert "If-None-Match" not in server.asked[0]


def test_what_has_not_changed_is_not_sent_again(target: Path) -> None:
    with publisher({"/t": head("304 Not Modified")}) as server:
        unchanged = fetch(
            server.url("/t"), target, limit=LIMIT, etag='"a1"', last_modified="yesterday"
        )
    assert unchanged is None
    assert target.read_bytes() == b"old"
    assert 'If-None-Match: "a1"\r\nIf-Modified-Since: yesterday\r\n' in server.asked[0]


@pytest.mark.parametrize(
    "answer",
    [
        whole(DATA),
        chunked(DATA[:7], DATA[7:]) + b"0\r\n\r\n",
        head("200 OK") + DATA,
        head("100 Continue") + whole(DATA),
    ],
    ids=["length", "chunked", "until the end", "after an interim answer"],
)
def test_every_way_to_say_where_the_body_ends_is_understood(target: Path, answer: bytes) -> None:
    with publisher({"/t": answer}) as server:
        assert fetch(server.url("/t"), target, limit=LIMIT)
    assert target.read_bytes() == DATA


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (whole(DATA)[:-1], "the transfer was cut"),
        (chunked(DATA), "the transfer was cut"),
        (chunked(DATA)[:-100], "the transfer was cut"),
        (head("200 OK", "Content-Length: 9") + b"", "the transfer was cut"),
        (whole(b"x" * (LIMIT + 1)), "it is larger than 1,048,576 bytes"),
        (head("200 OK") + b"x" * (LIMIT + 1), "it is larger than 1,048,576 bytes"),
        (endless(b"x" * 65536, begin=head("200 OK")), "it is larger than 1,048,576 bytes"),
        (endless(b"X: y\r\n" * 999, begin=b"HTTP/1.1 200 OK\r\n"), "does not speak HTTP"),
        (endless(b"X" * 65536, begin=b"HTTP/1.1 200 OK\r\n"), "does not speak HTTP"),
        (endless(head("100 Continue") * 999), "it is larger than it may be"),
        (whole(b"\n <!DOCTYPE html><title>Sign in</title>"), "it is a web page, no data"),
        (whole(b"<HTML><body>no"), "it is a web page, no data"),
        (whole(b""), "it is empty"),
        (b"", "the connection broke (remote end closed connection without response)"),
        (b"SSH-2.0-OpenSSH\r\n", "the server does not speak HTTP (BadStatusLine)"),
        (head("304 Not Modified"), "the server answers 304"),
        (head("206 Partial Content", "Content-Length: 1") + b"x", "the server answers 206"),
        (head("403 Forbidden", "Content-Length: 0"), "the server refuses (403)"),
        (head("429 Too Many Requests", "Content-Length: 0"), "it was asked for too often (429)"),
        (head("503 Busy", "Content-Length: 0"), "the server answers 503"),
        (moved("/t"), "it leads in circles"),
        (moved(""), "it leads in circles"),
        (moved("/missing"), "it is not there (404)"),
        (moved("http://192.0.2.1/t"), "without TLS anybody may change it"),
        (moved("ftp://192.0.2.1/t"), "give an address that begins with https://"),
        (moved("file:///etc/passwd"), "give an address that begins with https://"),
        (moved("https://[::1/"), "it leads to no address"),
        (moved("https:///t"), "the address names no server"),
    ],
)
def test_what_is_not_whole_and_right_is_one_line_and_the_old_file_stays(
    target: Path, answer: Answer, said: str
) -> None:
    with publisher({"/t": answer}) as server, pytest.raises(FetchFailed) as caught:
        fetch(server.url("/t"), target, limit=LIMIT)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == b"old"
    assert [path.name for path in target.parent.iterdir()] == ["table.csv"]


@pytest.mark.parametrize(
    "answer",
    [
        endless(b"x", 0.05, head("200 OK")),
        endless(b"X", 0.05, b"HTTP/1.1 200 OK\r\n"),
        endless(b"1\r\nx\r\n", 0.05, head("200 OK", "Transfer-Encoding: chunked")),
    ],
    ids=["body", "head", "chunks"],
)
def test_a_server_that_drips_is_left_after_a_while(target: Path, answer: Answer) -> None:
    with (
        publisher({"/t": answer}) as server,
        pytest.raises(FetchFailed, match=r"it took longer than 0\.5 s: try again later"),
    ):
        fetch(server.url("/t"), target, limit=LIMIT, patience=Patience(whole_s=0.5))
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("begin", [b"", b"HTTP/1.1", whole(DATA)[:-1]])
def test_a_server_that_falls_silent_is_left(target: Path, begin: bytes) -> None:
    with (
        publisher({"/t": endless(b"", 0.05, begin)}) as server,
        pytest.raises(FetchFailed, match=r"the server was silent for 0\.3 s: try again later"),
    ):
        fetch(server.url("/t"), target, limit=LIMIT, patience=Patience(silence_s=0.3))
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize("digest", [SHA256, MD5, hashlib.sha512(DATA).hexdigest()])
def test_a_digest_is_compared(target: Path, digest: str) -> None:
    with publisher({"/t": whole(DATA), "/u": whole(DATA + b"\n")}) as server:
        assert fetch(server.url("/t"), target, limit=LIMIT, digest=digest)
        with pytest.raises(FetchFailed, match="its checksum is wrong: try again"):
            fetch(server.url("/u"), target, limit=LIMIT, digest=digest)
    assert target.read_bytes() == DATA


def test_redirects_are_followed_but_not_for_ever(target: Path) -> None:
    steps: dict[str, Answer] = {f"/{n}": moved(f"{n + 1}") for n in range(9)}
    with publisher({**steps, "/9": whole(DATA)}) as server:
        fetched = fetch(server.url("/4"), target, limit=LIMIT)
        assert fetched is not None
        assert fetched.url == server.url("/9")
        with pytest.raises(FetchFailed, match="it leads on more than 5 times"):
            fetch(server.url("/3"), target, limit=LIMIT)


def test_a_key_in_the_address_goes_to_its_server_only_and_is_never_told(target: Path) -> None:
    with publisher({"/t": whole(DATA)}) as other:
        answers: dict[str, Answer] = {"/t?token=S3CRET": moved(other.url("/t"))}
        with publisher(answers) as server:
            url = server.url("/t?token=S3CRET").replace("127", "me:p%40ss@127")
            fetched = fetch(url, target, limit=LIMIT)
            with pytest.raises(FetchFailed) as caught:
                fetch(f"{url}X", target, limit=LIMIT)
    assert f"Basic {base64.b64encode(b'me:p@ss').decode()}" in server.asked[0]
    assert "Authorization" not in other.asked[0]
    assert fetched is not None
    for told in (fetched.url, str(caught.value)):
        assert "S3CRET" not in told
        assert "p%40ss" not in told


def test_nobody_at_the_address_is_told(target: Path) -> None:
    with publisher({}) as server:
        url = server.url("/t")
    with pytest.raises(FetchFailed, match=r"its server cannot be reached \(connection refused\)"):
        fetch(url, target, limit=LIMIT)
    with pytest.raises(FetchFailed, match="its server's name is unknown"):
        fetch("https://nobody.invalid/t", target, limit=LIMIT)


def test_an_etag_that_could_be_a_header_of_its_own_is_neither_kept_nor_sent(target: Path) -> None:
    with publisher({"/t": whole(DATA, "ETag: \x1b[2J\x80", "Last-Modified: ")}) as server:
        fetched = fetch(server.url("/t"), target, limit=LIMIT, etag="a\r\nX-Evil: 1")
    assert fetched is not None
    assert (fetched.etag, fetched.last_modified) == (None, None)
    assert "Evil" not in server.asked[0]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Certificate and key of 127.0.0.1, signed by nobody else."""
    path = tmp_path / "certificate.pem"
    words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=loopback -addext"
    made = subprocess.run(
        [str(shutil.which("openssl")), *words.split(), "subjectAltName=IP:127.0.0.1",
         "-keyout", "-", "-out", "-"],
        capture_output=True, check=True,
    )  # fmt: skip
    path.write_bytes(made.stdout)
    return path


def test_a_certificate_has_to_be_trusted_and_https_never_leads_to_http(
    target: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with publisher({"/t": whole(DATA), "/u": moved("http://127.0.0.1:9/")}, tls) as server:
        with pytest.raises(FetchFailed, match=r"its certificate is not trusted \(self-signed"):
            fetch(server.url("/t"), target, limit=LIMIT)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(FetchFailed, match="it leads from https to an unsafe address"):
            fetch(server.url("/u"), target, limit=LIMIT)
        assert target.read_bytes() == b"old"
        assert fetch(server.url("/t"), target, limit=LIMIT)
    assert target.read_bytes() == DATA


def test_an_end_without_the_goodbye_of_tls_is_a_cut(
    target: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the TCP connection only, as anybody on the way can."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        publisher({"/t": head("200 OK") + DATA}, tls) as server,
        pytest.raises(FetchFailed, match="TLS broke off"),
    ):
        fetch(server.url("/t"), target, limit=LIMIT)
    assert target.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("url", "digest", "reason"),
    [
        ("https://example.org/t?x=1", None, None),
        ("http://[::1]:8080/t", None, None),
        ("http://localhost/t", None, None),
        ("http://example.org/t", SHA256, None),
        ("http://example.org/t", MD5, "without TLS"),
        ("http://example.org/t", None, "without TLS"),
        ("example.org/t", None, "begins with https://"),
        ("https://example.org/a b", None, "begins with https://"),
        ("https://example.org/\r\nX: y", None, "begins with https://"),
        ("https://example.org:99999/", None, "Port out of range"),
        ("https://[example.org/", None, "Invalid IPv6 URL"),
        ("https://?x", None, "names no server"),
    ],
)
def test_an_address_is_judged_before_anybody_is_asked(
    url: str, digest: str | None, reason: str | None
) -> None:
    if reason is None:
        check_url(url, digest)
    else:
        with pytest.raises(ValueError, match=reason):
            check_url(url, digest)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{SHA256}\n", SHA256),
        (f"{'0' * 64}  other.csv\n{SHA256} *t.csv\n", SHA256),
        (f"MD5 (t.csv) = {MD5.upper()}", MD5),
        (f"{SHA256}  ./t.csv\n{'0' * 64}  t.csv.gz", SHA256),
        (f"{SHA256}  a\n{'0' * 64}  b", None),
        ("<html>not found</html>", None),
        ("0" * 65, None),
    ],
)
def test_the_checksum_of_a_file_is_found_in_a_list(text: str, found: str | None) -> None:
    assert digest_in(text, "t.csv") == found
    assert found is None or is_digest(found)


def test_an_address_is_told_without_its_keys() -> None:
    assert plain_url("https://me:key@example.org/t?token=x#y") == "https://example.org/t"
    assert plain_url("https://[me@x?token=y") == "x"
