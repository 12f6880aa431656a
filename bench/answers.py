"""A synthetic scan: zgrab2 lines of about 1.1 KB, each with a fresh Date and nonce.

Marginals: 100,000 kinds of answer over 3,000 Server values and 4,000 realms; a network deploys
about 12 kinds (85 % of its hosts), the rest is drawn by Zipf's law. A million answers are about
30,000 distinct ones, as in a real scan after masking. Seeded: the same numbers give the same bytes.

    python bench/answers.py 1000000 scan.jsonl
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt

KINDS, SERVERS, REALMS, NETWORKS = 100_000, 3_000, 4_000, 20_000
PORT = 7547
START = datetime(2026, 11, 20, tzinfo=UTC)
KNOWN_SERVERS = ("gSOAP/2.7", "", "RomPager/4.07 UPnP/1.0", "gSOAP/2.8", "micro_httpd",
                 "mini_httpd/1.19 19dec2003", "tr069 http server", "TR069 client CLI Server",
                 "Mini web server 1.0 ZTE corp 2005.", "GoAhead-Webs")  # fmt: skip
KNOWN_REALMS = ("IgdAuthentication", "HuaweiHomeGateway", "cpe@zte.com", "realtek.com.tw")
FAULT = (
    r"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\u003cSOAP-ENV:Envelope xmlns:SOAP-ENV="
    r"\"http://schemas.xmlsoap.org/soap/envelope/\"\u003e\u003cSOAP-ENV:Body\u003e"
    r"\u003cSOAP-ENV:Fault\u003e\u003cfaultcode\u003eSOAP-ENV:Client\u003c/faultcode\u003e"
    r"\u003cfaultstring\u003eHTTP Error: 401 Unauthorized\u003c/faultstring\u003e"
    r"\u003c/SOAP-ENV:Fault\u003e\u003c/SOAP-ENV:Body\u003e\u003c/SOAP-ENV:Envelope\u003e"
)


def kinds_of(count: int, seed: int = 7) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """`count` distinct sorted IPv4 addresses and the kind of answer of each."""
    rng = np.random.default_rng(seed)
    ips = np.unique(rng.integers(0x01000000, 0xDF000000, int(count * 1.02) + 64))
    ips = np.sort(rng.choice(ips, count, replace=False))
    # A prefix of 4,096 addresses belongs to one network; few networks hold most prefixes.
    network = (NETWORKS * spread(ips >> 12) ** 10).astype(np.int64)
    slot = np.minimum(rng.geometric(0.25, count), 12)
    deployed = (KINDS * spread(network * 16 + slot) ** 10).astype(np.int64)
    popular = np.minimum(rng.zipf(1.5, count), KINDS) - 1
    kind = np.where(rng.random(count) < 0.85, deployed, popular)
    return ips, kind


def spread(number: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Each number hashed (Knuth's multiplicative hash) to [0, 1)."""
    return ((number * 2654435761) % 4294967296) / 4294967296


def server_of(kind: int) -> str:
    """The Server header of a kind; empty: it sends none."""
    place = int(SERVERS * (kind * 2654435761 % 4294967296 / 4294967296) ** 4)
    if place < len(KNOWN_SERVERS):
        return KNOWN_SERVERS[place]
    return f"DeviceServer-{place}/{place % 9}.{place % 7}"


def realm_of(kind: int) -> str:
    """The realm of a kind's challenge."""
    place = int(REALMS * (kind * 40503 % 65536 / 65536) ** 3)
    return KNOWN_REALMS[place] if place < len(KNOWN_REALMS) else f"Realm {place}"


def line_parts(kind: int) -> tuple[str, str, str]:
    """The fixed text of a kind's zgrab2 line around its Date and its nonce."""
    server = server_of(kind)
    before_date = (
        '","data":{"http":{"status":"success","protocol":"http","port":7547,"result":{"response":'
        '{"status_line":"401 Unauthorized","status_code":401,"protocol":"HTTP/1.1",'
        '"protocol_major":1,"protocol_minor":1,"headers":{"connection":["close"],'
        '"content_length":["341"],"content_type":["text/xml; charset=utf-8"],"date":["'
    )
    named = f'"server":["{server}"],' if server else ""
    before_nonce = f'"],{named}"www_authenticate":["Digest realm=\\"{realm_of(kind)}\\", nonce=\\"'
    body = f"{FAULT}\\u003c!-- {kind} --\\u003e"
    digest = sha256(json.loads(f'"{body}"').encode()).hexdigest()
    after_nonce = (
        f'\\", qop=\\"auth\\", algorithm=MD5"]}},"body":"{body}","body_sha256":"{digest}",'
        '"content_length":341,"request":{"url":{"scheme":"http","host":"'
    )
    return before_date, before_nonce, after_nonce


def dotted(ip: int) -> str:
    """`ip` in dotted form."""
    return f"{ip >> 24}.{ip >> 16 & 255}.{ip >> 8 & 255}.{ip & 255}"


def write_lines(count: int, path: Path, seed: int = 7) -> None:
    """Writes `count` lines to `path`, in random order of addresses as scanners do."""
    rng = np.random.default_rng(seed + 1)
    ips, kinds = kinds_of(count, seed)
    order = rng.permutation(count)
    parts: dict[int, tuple[str, str, str]] = {}
    seconds = np.sort(rng.integers(0, 86_400, count))
    nonces = rng.bytes(16 * count).hex()
    clock = [START + timedelta(seconds=second) for second in range(86_400)]
    dates = [moment.strftime("%a, %d %b %Y %H:%M:%S GMT") for moment in clock]
    stamps = [moment.strftime("%Y-%m-%dT%H:%M:%SZ") for moment in clock]
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for place, (at, second) in enumerate(zip(order.tolist(), seconds.tolist(), strict=True)):
            kind, ip = int(kinds[at]), dotted(int(ips[at]))
            if kind not in parts:
                parts[kind] = line_parts(kind)
            a, b, c = parts[kind]
            nonce = nonces[32 * place : 32 * place + 32]
            out.write(
                f'{{"ip":"{ip}{a}{dates[second]}{b}{nonce}{c}{ip}:{PORT}","path":"/"}},'
                f'"method":"GET","host":"{ip}:{PORT}"}}}}}},"timestamp":"{stamps[second]}"}}}}}}\n'
            )


if __name__ == "__main__":
    write_lines(int(sys.argv[1]), Path(sys.argv[2]))
