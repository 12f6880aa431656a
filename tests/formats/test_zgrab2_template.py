"""Which lines have one template: none that the reader would tell apart."""

import json
from typing import Any

import numpy as np
import pytest

from gatewatch.formats.zgrab2_template import Templates, exact

# Shorter lines are never looked up by the thousand.
LONG = "and so on, " * 30


def line(n: int, server: str, *, date: str = "", echoes: int = 2, **more: Any) -> bytes:
    """A line about 198.51.100.<n>; {ip} in `server` is its address."""
    ip = f"198.51.100.{n}"
    headers = {
        "connection": [LONG],
        "date": [date or f"Fri, 20 Nov 2026 00:00:0{n} GMT"],
        "server": [server],
    }
    request = {"url": {"host": f"{ip}:7547"}, "host": f"{ip}:7547"} if echoes > 1 else {}
    response = {"status_code": 200, "headers": headers, "request": request or {"host": ip}}
    result = {
        "status": "success",
        "protocol": "http",
        "port": 7547,
        "result": {"response": response},
        "timestamp": f"2026-11-20T00:00:0{n}Z",
    }
    text = json.dumps({"ip": ip, "data": {"http": result | more}}, separators=(",", ":"))
    return text.replace("{ip}", ip).encode()


def template(text: bytes) -> object:
    found = Templates().closer(text)
    assert found is not None
    return found.template


@pytest.mark.parametrize("server", ["gSOAP/2.7", "{ip}", "Acme {ip}"])
def test_lines_of_one_kind_have_one_template(server: str) -> None:
    assert template(line(1, server)) == template(line(2, server))


@pytest.mark.parametrize("echoes", [1, 2])
def test_what_a_device_says_behind_its_own_address_tells_lines_apart(echoes: int) -> None:
    """With one echo of the request, the device's own words stand where the other would be."""
    assert template(line(1, "{ip} A", echoes=echoes)) != template(line(2, "{ip} B", echoes=echoes))


def learnt(*texts: bytes) -> Templates:
    """Templates that know those of `texts` by their places."""
    templates = Templates()
    for entry, text in enumerate(texts):
        found = templates.closer(text)
        assert found is not None
        templates.learn(found.template, entry)
    return templates


def hits(templates: Templates, *texts: bytes) -> dict[int, int]:
    """Which of `texts` have a template that was learnt, and which one."""
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    starts = np.append(0, ends[:-1] + 1)
    found = templates.hits(b"\n".join(texts), starts, ends)
    for place, ip, stamp in zip(found.places, found.ips, found.stamps, strict=True):
        assert texts[place].startswith(b'{"ip":"' + ip.tobytes().rstrip(b"\0") + b'"')
        assert b'"timestamp":"' + stamp.tobytes() in texts[place]
    return dict(zip(found.places.tolist(), found.entries.tolist(), strict=True))


def test_lines_of_another_layout_are_not_known() -> None:
    one, other = LONG + "{ip} A", LONG + "{ip} B"
    templates = learnt(line(1, one, echoes=1), line(3, other, echoes=1))
    assert hits(templates, line(2, one, echoes=1), line(4, other, echoes=1)) == {1: 1}


def test_an_address_behind_the_echo_may_be_that_of_another_line() -> None:
    """Masking takes both addresses out of the second line, and one out of the first."""
    templates = learnt(line(1, LONG + "{ip} 198.51.100.2", echoes=1))
    assert not hits(templates, line(2, LONG + "{ip} 198.51.100.2", echoes=1))


FAILED: dict[str, Any] = {"status": "io-timeout", "result": {}}


def test_an_error_of_the_moment_makes_no_template_of_its_own() -> None:
    one = line(1, "", **FAILED, error='dial tcp 198.51.100.1:7547: "i/o timeout"')
    other = line(2, "", **FAILED, error="read tcp 198.51.100.9:40000->198.51.100.2:7547: EOF")
    assert template(one) == template(other)


@pytest.mark.parametrize("cut", [1, 3, 10])
def test_a_line_cut_behind_its_time_is_like_no_whole_one(cut: int) -> None:
    text = line(1, "", **FAILED, error="dial tcp 198.51.100.1:7547: i/o timeout")
    assert template(text) != template(text[:-cut])


@pytest.mark.parametrize("date", ["Fri, 20 Nov 2026 \ufffd0:00", "Fri, 20 \\ufffd", "Fri \udc80"])
def test_a_date_that_makes_its_line_lossy_stays(date: str) -> None:
    lossy, clean = exact(line(1, "", date=date)), exact(line(1, ""))
    assert lossy is not None
    assert clean is not None
    assert lossy.template != clean.template


def test_a_date_long_enough_to_cut_an_answer_tells_lines_apart() -> None:
    short, long = exact(line(1, "")), exact(line(1, "", date="Fri, 20 Nov 2026" + " " * 20_000))
    assert short is not None
    assert long is not None
    assert short.template != long.template


@pytest.mark.parametrize(("size", "same"), [(10, True), (9000, False)])
def test_the_length_of_an_address_counts_where_an_answer_is_cut(size: int, same: bool) -> None:
    texts = [line(n, "at {ip}" + "." * size) for n in (1, 20)]
    texts = [text.replace(b"00:00:020", b"00:00:02") for text in texts]
    assert (template(texts[0]) == template(texts[1])) is same


def test_a_name_that_ends_like_the_time_is_not_the_time() -> None:
    text = line(1, "").replace(b'"timestamp"', b'"x\\"timestamp"')
    assert exact(text) is None
