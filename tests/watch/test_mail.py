"""Mail: no text begins a header, TLS and sign-in are kept to, and what fails is one line."""

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.watch.smtp import PASSWORD, Box, mail_server

from gatewatch.model.errors import MailHalfSent, OutputUnwritable, TargetFailed, WatchBusy
from gatewatch.watch import deliveries
from gatewatch.watch.mail import keep, mail, mail_address, opened
from gatewatch.watch.outbox import Outbox

AT = 1_795_514_400_000_000
SENDER, TO = "security@example.com", "somebody@example.com"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with mail_server(tmp_path) as box:
        yield box


@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=300))
@example("x\r\nBcc: other@example.org", "a\nBcc: x@example.org", "hello\r\n.\r\nQUIT")
def test_no_text_begins_a_header(subject: str, name: str, text: str) -> None:
    body = text.encode("utf-8", "replace").decode()
    raw = mail(SENDER, TO, subject, body, html="<p>x", number="1", at=AT, name=name).as_bytes()
    found = message_from_bytes(raw, policy=SMTP)
    assert sorted(found.keys()) == sorted(
        [
            *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
            *("MIME-Version", "Content-Type"),
        ]
    )
    assert "Bcc" not in found
    assert len(found["To"].addresses) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "a b@example.com",
        "a@b\r\nBcc: c@d",
        "a@b, c@d",
        "<a@b>",
        "a..b@c",
        '"a"@b',
        "é@b.c",
    ],
)
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a mail address"):
        mail_address(text)


def test_a_mail_arrives_over_tls_after_sign_in(box: Box) -> None:
    with opened(box.account()) as post:
        post.send(mail(SENDER, TO, "Grüße", "text", html="<p>html</p>", number="42", at=AT))
    (found,) = box.mails
    assert found["Subject"] == "Grüße"
    assert found["Message-ID"] == "<42@example.com>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in found.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"password": "wrong"}, "it refuses to let us in (535)"),
        ({"ca": ""}, "its certificate is not trusted"),
        ({"security": "none", "user": ""}, "it answers 530"),
        ({"security": "none", "host": "mail.example.com"}, "letters would travel in clear"),
        ({"security": "ssl"}, 'security is "ssl"'),
        ({"port": "smtp"}, "the port is no number"),
        ({"port": "0"}, "it cannot be reached"),
    ],
)
def test_a_server_that_does_not_take_it_is_one_line_without_keys(
    box: Box, more: dict[str, str], said: str
) -> None:
    message = mail(SENDER, TO, "s", "t", number="1", at=AT)
    with pytest.raises(TargetFailed) as raised, opened(box.account(**more)) as post:
        post.send(message)
    assert said in str(raised.value)
    assert PASSWORD not in str(raised.value)
    assert TO not in str(raised.value)
    assert box.mails == []


def test_a_server_that_is_silent_is_one_line(tmp_path: Path, box: Box) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with (
        pytest.raises(TargetFailed, match="cannot be reached"),
        opened(box.account(port=str(port))),
    ):
        pass


def test_a_mail_becomes_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    path = keep(mail(SENDER, TO, "s", "t", number="1", at=AT), tmp_path / "letters", "../../a b")
    assert path.parent == tmp_path / "letters"
    assert path.stat().st_mode & 0o077 == 0
    assert message_from_bytes(path.read_bytes(), policy=SMTP)["To"] == TO
    with pytest.raises(OutputUnwritable):
        keep(mail(SENDER, TO, "s", "t", number="1", at=AT), path, "x")


def _letter(to: str, number: str) -> EmailMessage:
    return mail(SENDER, to, "s", "t", number=number, at=AT)


def outbox(log: deliveries.Deliveries, count: int, now: int = AT) -> Outbox:
    found = Outbox(log, "letter", now, now - 1000)
    for n in range(count):
        to = f"p{n}@example.com"
        found.add(log.key(to), partial(_letter, to))
    return found


def test_whoever_got_a_letter_gets_no_second_one_until_its_time(tmp_path: Path, box: Box) -> None:
    with deliveries.opened(tmp_path / "watch") as log:
        assert outbox(log, 3).send(box.account(), "again") == 3
        assert outbox(log, 4).waiting == 1
        assert outbox(log, 4, AT + 2000).waiting == 4
    assert len(box.mails) == 3


def test_when_the_server_stops_half_way_the_same_command_goes_on(tmp_path: Path, box: Box) -> None:
    box.takes = 2
    with deliveries.opened(tmp_path / "watch") as log:
        with pytest.raises(MailHalfSent, match=r'2 of 5 mails were sent, .* answers 452.*"again"'):
            outbox(log, 5).send(box.account(), "again")
        box.takes = 10
        assert outbox(log, 5).send(box.account(), "again") == 3
    assert sorted(one["To"] for one in box.mails) == [f"p{n}@example.com" for n in range(5)]


def test_one_refused_address_does_not_keep_the_others(tmp_path: Path, box: Box) -> None:
    box.refused = {"p1@example.com"}
    with (
        deliveries.opened(tmp_path / "watch") as log,
        pytest.raises(MailHalfSent, match=r"2 of 3 mails .* refuses the addressee \(550\)"),
    ):
        outbox(log, 3).send(box.account(), "again")


def test_what_a_killed_process_had_begun_is_sent_again_under_the_same_number(
    tmp_path: Path, box: Box
) -> None:
    with deliveries.opened(tmp_path / "watch") as log:
        begun = log.begin("letter", log.key("p0@example.com"), AT)
        assert begun is not None
    with deliveries.opened(tmp_path / "watch") as log:
        outbox(log, 1).send(box.account(), "again")
    assert [one["Message-ID"] for one in box.mails] == [f"<{begun.number}@example.com>"]


def test_the_log_names_nobody(tmp_path: Path) -> None:
    with deliveries.opened(tmp_path / "watch") as log:
        log.begin("letter", log.key("letter", TO), AT)
    for path in filter(Path.is_file, (tmp_path / "watch").rglob("*.db*")):
        assert b"somebody" not in path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0


def test_two_who_send_at_once_are_one_and_a_line(tmp_path: Path) -> None:
    with (
        deliveries.opened(tmp_path / "watch"),
        pytest.raises(WatchBusy, match="wait"),
        deliveries.opened(tmp_path / "watch"),
    ):
        pass
