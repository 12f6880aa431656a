"""Envelopes as devices send them, and as we write them."""

import pytest

from gatewatch.protocol.cwmp import MESSAGES
from gatewatch.protocol.soap import Envelope, read, write


@pytest.mark.parametrize("name", MESSAGES)
def test_what_is_written_is_read_the_same(name: str) -> None:
    envelope = Envelope(MESSAGES[name](), "17")
    again = read(write(envelope))
    assert again == envelope
    assert again.oddities == frozenset()
