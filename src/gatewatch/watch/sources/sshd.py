"""OpenSSH's server: auth.log, secure, or whatever file syslog writes it to."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from gatewatch.formats.lines import RAW_KEPT
from gatewatch.model.observation import Rejected
from gatewatch.model.signin import SignIn
from gatewatch.watch.given import Given
from gatewatch.watch.openssh import attempts, is_sshd
from gatewatch.watch.records import Passed
from gatewatch.watch.syslog import HeadReader, text_lines
from gatewatch.watch.text_logs import first_lines

__all__ = ["NAME", "SENTENCE", "read", "sniff"]

NAME = "sshd"
SENTENCE = "OpenSSH server in syslog files: auth.log, secure (text)."

_SIGN = re.compile(r"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d|\d{4}-|\d+ \d{4}-).{1,300}? sshd"
                   r"(?:-session|-auth)?(?:\[\d+\]: | \d+ )")  # fmt: skip


def sniff(head: bytes) -> bool:
    """Whether one of the first lines is of sshd."""
    return any(_SIGN.match(line) for line in first_lines(head))


def read(stream: BinaryIO, given: Given) -> Iterator[SignIn | Passed | Rejected]:
    """One record for each line, more for a folded one."""
    heads = HeadReader(given, NAME)
    for line in text_lines(stream):
        if isinstance(line, Rejected):
            yield line
            continue
        number, text, raw = line
        try:
            head = heads.head(text)
            if is_sshd(head.tag):
                yield from attempts(head.message, given, head.at, head.host, head.pid)
            else:
                yield Passed.OTHER
        except ValueError as problem:
            yield Rejected(f"line {number}", str(problem), raw[:RAW_KEPT])
