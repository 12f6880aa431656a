# Invariant: any fingerprint string gives answers, none longer than the text that wrote it, one of
# which is the best if there are any; nothing is raised; time is linear.
"""Tries formats/servicefp.py."""

import re
from pathlib import Path

from gatewatch.formats.servicefp import answers, best_answer

__all__ = ["SEEDS", "TOKENS", "one"]

_SAMPLES = Path(__file__).parents[1] / "tests" / "formats" / "read" / "samples"
_STARTS = b"SF-Port7547-TCP:V=7.93%I=7%D=11/24%Time=6B0571F9%P=x86_64-pc-linux-gnu"

SEEDS = [
    *(
        found.replace(b"&quot;", b'"').replace(b"&#xa;", b"\n")
        for path in sorted(_SAMPLES.glob("nmap-*"))
        for found in re.findall(rb'servicefp="([^"]+)"', path.read_bytes())
    ),
    _STARTS + rb'%r(GetRequest,6B,"HTTP/1\.1\x20401\x20No\r\n\r\n")%r(Help,3,"\0\x001");',
    b'SF-Port7547-TCP:V=7.93\nSF:%I=7%r(HTTPOptions,12,"HTTP/1\\.0\\x20\nSF:200\\x20OK")',
]
TOKENS = [
    *(b"%r(", b'%r(GetRequest,6B,"', b'"', b")", b'")', b"\\x", b"\\x4", b"\\xff", b"\\0", b"\\n"),
    *(b"\\", b"\\\\", b"\nSF:", b",ffffffff,", b"SF:", b"FourOhFourRequest", b";"),
]


def one(data: bytes) -> None:
    """Reads `data` as a fingerprint."""
    text = data.decode("utf-8", "replace")
    found = list(answers(text))
    assert sum(len(answer.data) for answer in found) <= len(text)
    for answer in found:
        assert answer.is_cut == (len(answer.data) < answer.length)
    assert (best_answer(text) in found) if found else best_answer(text) is None
