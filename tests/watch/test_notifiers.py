"""Ways to tell: each takes a notice to a real receiver, and words stay in their place."""

import json
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.watch.service import Asked, Said, Service, service
from tests.watch.smtp import PASSWORD, USER, mail_server

from gatewatch.model.errors import AccountUnusable, TargetFailed
from gatewatch.model.moment import SECOND, parse_moment
from gatewatch.watch.accounts import Account, Accounts
from gatewatch.watch.alerts import Alert, Severity
from gatewatch.watch.notice import Item, Notice, notice_of
from gatewatch.watch.notifiers import notifiers
from gatewatch.watch.notifiers.syslog_cef import cef
from gatewatch.watch.notifiers.syslog_ecs import ecs
from gatewatch.watch.public_address import pinned
from gatewatch.watch.signature import signature, verify
from gatewatch.watch.target import Door

AT = parse_moment("2026-11-24T12:00:00Z")
SECRET = "0123456789abcdef-secret"
NONE = Accounts(None, {}, {})
WORDS = st.text(max_size=120)


def alert(title: str = "Exposed router", text: str = "gSOAP 2.7", **more: str) -> Alert:
    told = {"kind": "exposure", "case": "c-1", "address": "192.0.2.7", "person": "p-42", **more}
    return Alert("k-1", Severity.HIGH, title, text, AT, **told)


def notice(*alerts: Alert, names: bool = False) -> Notice:
    items = [Item(one, f"n{place}") for place, one in enumerate(alerts or (alert(),))]
    return notice_of(items, names=names)


def deliver(
    name: str, values: Mapping[str, str], what: Notice, waits: list[float] | None = None
) -> None:
    notifier = notifiers()[name]
    defaults = {key.name: key.default or "" for key in notifier.KEYS}
    secrets = tuple(filter(None, (values.get("secret"),)))
    account = Account("alert.x", {**defaults, **values}, secrets)
    door = Door((waits if waits is not None else []).append, lambda: AT / SECOND)
    notifier.deliver(what, account, NONE, door)


def test_the_issue_names_them_all() -> None:
    assert set(notifiers()) == {"apprise", "webhook", "syslog-cef", "syslog-ecs", "mail"}


# Webhooks.


class Hook:
    """A receiver that checks as the documents say."""

    def __init__(self) -> None:
        self.answers: list[Said] = []

    def answer(self, asked: Asked) -> Said:
        head = asked.headers
        good = verify(
            SECRET,
            head["x-gatewatch-timestamp"],
            head["x-gatewatch-signature"],
            asked.raw,
            AT / SECOND,
        )
        assert good
        return self.answers.pop(0) if self.answers else Said(204)


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def place(hook: Hook) -> Iterator[Service]:
    with service(hook.answer) as place:
        yield place


def hooked(place: Service) -> dict[str, str]:
    url = place.url.replace("127.0.0.1", "localhost")
    return {"url": f"{url}/in?x=1", "secret": SECRET, "private": "true"}


def test_a_webhook_is_signed_and_numbered(place: Service) -> None:
    deliver("webhook", hooked(place), notice(alert(), alert("Other")))
    (asked,) = place.asked
    assert (asked.method, asked.path) == ("POST", "/in?x=1")
    assert asked.headers["host"].startswith("localhost:")
    assert asked.headers["idempotency-key"] == asked.body["id"]
    assert [one["id"] for one in asked.body["alerts"]] == ["n0", "n1"]
    assert asked.body["alerts"][0]["person"] == "p-42"


def test_a_webhook_is_tried_again_under_the_same_number(place: Service, hook: Hook) -> None:
    hook.answers, waits = [Said(503), Said(429, None, {"Retry-After": "9"})], list[float]()
    deliver("webhook", hooked(place), notice(), waits)
    assert waits == [1.0, 9.0]
    assert len({one.headers["x-gatewatch-id"] for one in place.asked}) == 1


def test_a_webhook_that_is_refused_is_one_line_without_its_secret(
    place: Service, hook: Hook
) -> None:
    hook.answers = [Said(403, {"message": f"no {SECRET}"})]
    with pytest.raises(TargetFailed, match="answers 403, no …") as raised:
        deliver("webhook", hooked(place), notice())
    assert SECRET not in str(raised.value)


def test_a_redirect_is_not_followed(place: Service, hook: Hook) -> None:
    hook.answers = [Said(307, None, {"Location": "http://127.0.0.1:1/"})]
    with pytest.raises(TargetFailed, match="answers 307"):
        deliver("webhook", hooked(place), notice())


def test_a_short_secret_is_refused(place: Service) -> None:
    with pytest.raises(AccountUnusable, match="secret is too short"):
        deliver("webhook", {**hooked(place), "secret": "short"}, notice())


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "[fc00::1]", "0.0.0.0", "[::]", "2130706433"),
        *("0x7f.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "017700000001"),
    ],
)
def test_a_webhook_never_goes_inside(host: str) -> None:
    with pytest.raises(TargetFailed, match=r"leads into a private network|name is unknown"):
        pinned(f"https://{host}/x", "x", private=False)


@pytest.mark.parametrize(
    "url", ["http://example.com", "ftp://example.com", "https://", "https://u:p@example.com", "x"]
)
def test_a_webhook_goes_by_tls_alone(url: str) -> None:
    with pytest.raises(TargetFailed, match="its url is no https:// address"):
        pinned(url, "x", private=False)


def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The DNS of an attacker may answer with one public and one private address."""
    answers = [(2, 1, 6, "", ("1.1.1.1", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(TargetFailed, match="leads into a private network"):
        pinned("https://example.com/x", "x", private=False)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers[:1])
    found = pinned("https://example.com/x?y", "x", private=False)
    assert found == ("https://1.1.1.1:443", "/x?y", "example.com", "example.com")


@given(st.binary(max_size=50), st.integers(0, 10**11), st.integers(-400, 400))
def test_a_signature_holds_for_its_body_and_its_time_alone(body: bytes, at: int, late: int) -> None:
    signed = signature(SECRET, at, body)
    assert verify(SECRET, str(at), signed, body, at + late) == (abs(late) <= 300)
    assert not verify(SECRET, str(at), signed, body + b"x", at)
    assert not verify(SECRET, str(at + 1), signed, body, at)
    assert not verify("other", str(at), signed, body, at)
    for stamp in ("", "x", "-1", "9" * 99, "１"):
        assert not verify(SECRET, stamp, signed, body, at)


# SIEM lines.


@given(WORDS, WORDS, WORDS, WORDS)
def test_no_words_begin_a_field_of_cef(title: str, text: str, kind: str, case: str) -> None:
    line = cef(alert(title, text, kind=kind, case=case), "n1")
    assert line.isprintable()
    parts = re.split(r"(?<!\\)(?:\\\\)*\|", line)
    assert len(parts) >= 8
    header = re.match(r"(?:(?:[^|\\]|\\.)*\|){7}", line)
    assert header
    extension = line[header.end() :]
    keys = re.findall(r"(?:^| )(\w+)(?<!\\)=", re.sub(r"\\.", "", extension))
    wanted = ["rt", "externalId", "src", "suser", *(["msg"] if text else [])]
    assert keys == [*wanted, *(["cs1Label", "cs1"] if case else [])]


def test_cef_reads_as_its_standard_shows() -> None:
    line = cef(alert("a|b\\c", "x=1\nsrc=9.9.9.9 \\"), "n1")
    assert line.split("|", 4)[0] == "CEF:0"
    assert "|exposure|a\\|b\\\\c|8|rt=1795521600000 externalId=n1 src=192.0.2.7 suser=p-42 " in line
    assert "msg=x\\=1\\\\x0asrc\\=9.9.9.9 \\\\ cs1Label=case cs1=c-1" in line


@given(WORDS, WORDS, WORDS)
def test_ecs_is_one_line_of_json_whatever_is_said(title: str, text: str, case: str) -> None:
    line = ecs(alert(title, text, case=case), "n1")
    assert line.isprintable()
    found = json.loads(line)
    assert found["event"]["kind"] == "alert"
    assert found["source"] == {"ip": "192.0.2.7"}
    assert found["user"] == {"hash": "p-42"}
    assert found["gatewatch"]["case"] == case


@contextmanager
def tcp_server() -> Iterator[tuple[int, list[bytes]]]:
    """Reads one connection to its end."""
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                while data := connection.recv(65536):
                    got.append(data)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], got
        thread.join(30)


@pytest.mark.parametrize("kind", ["syslog-cef", "syslog-ecs"])
def test_lines_go_by_tcp_with_their_length(kind: str) -> None:
    with tcp_server() as (port, got):
        values = {"host": "127.0.0.1", "port": str(port)}
        deliver(kind, values, notice(alert("é"), alert("b\nc")))
    rest, lines = b"".join(got), []
    while rest:
        length, _, rest = rest.partition(b" ")
        lines.append(rest[: int(length)].decode())
        rest = rest[int(length) :]
    assert len(lines) == 2
    assert all(one.startswith("<131>1 2026-11-24T12:00:00Z - gatewatch - n") for one in lines)


def test_lines_go_by_udp_and_none_is_cut() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(30)
        values = {"host": "127.0.0.1", "port": str(server.getsockname()[1]), "transport": "udp"}
        deliver("syslog-cef", values, notice())
        assert b"CEF:0|gatewatch" in server.recv(4096)
        long = notice(alert("é" * 200, "日" * 500))
        with pytest.raises(TargetFailed, match="a message is too long for UDP: use transport"):
            deliver("syslog-ecs", values, long)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"port": "x"}, "the port is no port"),
        ({"transport": "pigeon"}, "transport is no transport"),
        ({"port": "1"}, "it cannot be reached"),
    ],
)
def test_a_syslog_server_that_is_not_there_is_one_line(values: dict[str, str], said: str) -> None:
    with pytest.raises(TargetFailed, match=said):
        deliver("syslog-cef", {"host": "127.0.0.1", **values}, notice())


# People.


def test_apprise_takes_a_notice_to_a_service_and_wakes_nobody_else() -> None:
    with service(lambda _: Said(200, {})) as place:
        url = place.url.replace("http://", "json://")
        deliver("apprise", {"url": url}, notice(alert("@everyone <!here>")))
    (asked,) = place.asked
    for text in (asked.body["title"], asked.body["message"]):
        assert "@everyone" not in text
        assert "<" not in text


@pytest.mark.parametrize("url", ["nonsense", "json://127.0.0.1:1/s3cr3t"])
def test_a_service_that_does_not_take_it_is_one_line_without_its_url(
    url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TargetFailed) as raised:
        deliver("apprise", {"url": url}, notice())
    assert url not in str(raised.value)
    assert "s3cr3t" not in "".join(capfd.readouterr())


def test_a_mail_holds_all_alerts_of_a_digest(tmp_path: Path) -> None:
    with mail_server(tmp_path) as box:
        table = {"from": "a@example.com", "host": "127.0.0.1", "port": box.port, "ca": box.ca}
        accounts = Accounts(None, {"smtp": {**table, "user": USER, "password": PASSWORD}}, {})
        account = Account("alert.x", {"to": "soc@example.com"})
        what = notice(alert("One\r\nBcc: x@y"), alert("Two"))
        notifiers()["mail"].deliver(what, account, accounts, Door(clock=lambda: AT / SECOND))
        bad = Account("alert.x", {"to": "x\ny"})
        with pytest.raises(AccountUnusable, match="not a mail address"):
            notifiers()["mail"].deliver(what, bad, accounts, Door(clock=lambda: AT / SECOND))
    (mail,) = box.mails
    assert mail["Subject"] == "gatewatch: 2 alerts, the worst high"
    assert "Bcc" not in mail
    assert len(mail.get_content().splitlines()) == 2


@given(WORDS, WORDS, WORDS)
def test_a_notice_is_one_line_an_alert_and_names_nobody_unless_told_to(
    title: str, text: str, case: str
) -> None:
    one = alert(title, text, case=case, name="Ann Example")
    plain, named = notice(one), notice(one, names=True)
    assert plain.text().isprintable()
    assert plain.title.isprintable()
    assert "Ann Example" not in plain.text()
    assert "Ann Example" in named.text()
    assert plain.number == named.number
