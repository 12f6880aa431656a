"""What does a session cost without sockets and disk? Ours beside a naive one on ElementTree.

One session is an Inform of 7 parameters, an empty POST, and an answer to GetParameterValues. The
naive one parses with ElementTree and fills templates: no bounds, no limits, no oddities, no
tasks, no claims, one fixed namespace. Time is the processor's, best of five.

    python bench/acs_session.py [--sessions 2000] [--parameters 1000]
"""

import argparse
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import escape

from gatewatch.acs.dialogue import Claimed, Command, Given, NextTask, Rules, Store, Who, posted
from gatewatch.acs.sessions import Sessions, Visit
from gatewatch.acs.state.changes import Claim
from gatewatch.acs.state.records import Task
from gatewatch.protocol.cwmp import (
    DeviceId,
    Event,
    GetParameterValuesResponse,
    Inform,
    ParameterValue,
)
from gatewatch.protocol.soap import Envelope, read, write

SECOND = 1_000_000
NAMES = [f"InternetGatewayDevice.LANDevice.1.Hosts.Host.{n}.HostName" for n in range(100_000)]


def main() -> None:
    """One line a question: microseconds of each, and how many times as long ours takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--parameters", type=int, default=1000)
    args = parser.parse_args()
    inform, small, large = inform_body(), values_body(10), values_body(args.parameters)
    print(f"Python {sys.version.split()[0]}, {args.sessions} sessions a run")
    told("read an Inform", len(inform), args.sessions, lambda: read(inform), lambda: naive(inform))
    rounds = max(args.sessions * 10 // args.parameters, 5)
    what = f"read {args.parameters} parameters"
    told(what, len(large), rounds, lambda: read(large), lambda: naive(large))
    ours, theirs = Ours(inform, small), Naive(inform, small)
    told("a whole session", len(inform) + len(small), args.sessions, ours.session, theirs.session)


def told(
    what: str, size: int, rounds: int, ours: Callable[[], object], peer: Callable[[], object]
) -> None:
    """Prints how long each takes."""
    mine, other = best(ours, rounds), best(peer, rounds)
    print(
        f"{what:<22} {size:>8,} bytes   ours {mine * 1e6:8.1f} us   "
        f"ElementTree {other * 1e6:8.1f} us   x {mine / other:.2f}"
    )


def best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of one round, best of five runs."""
    runs = []
    for _ in range(5):
        began = time.process_time()
        for _ in range(rounds):
            work()
        runs.append((time.process_time() - began) / rounds)
    return min(runs)


def inform_body() -> bytes:
    """An Inform with seven parameters."""
    device = DeviceId("Example Networks", "00005E", "box", "000001")
    values = tuple(
        ParameterValue(f"InternetGatewayDevice.DeviceInfo.{name}", f"value of {name}")
        for name in ("SpecVersion", "HardwareVersion", "SoftwareVersion", "ProvisioningCode")
    ) + tuple(
        ParameterValue(f"InternetGatewayDevice.ManagementServer.{name}", "http://192.0.2.1:7547/")
        for name in ("ParameterKey", "ConnectionRequestURL", "UDPConnectionRequestAddress")
    )
    return write(Envelope(Inform(device, (Event("2 PERIODIC"),), 1, 0, 0, values), "1"))


def values_body(count: int) -> bytes:
    """An answer with `count` parameters."""
    values = tuple(
        ParameterValue(name, f"host-{number}") for number, name in enumerate(NAMES[:count])
    )
    return write(Envelope(GetParameterValuesResponse(values), "1"))


class Ours:
    """Sessions of ours, with a state that says yes to everything."""

    def __init__(self, inform: bytes, answer: bytes) -> None:
        self.sessions = Sessions(Rules())
        self.bodies = (inform, b"", answer)
        self.count = 0

    def session(self) -> None:
        """One session, on a connection of its own."""
        self.count += 1
        tasks = [Task(1, "", "get_parameter_values", '{"names": ["Device.A"]}', tries=1)]
        visit = Visit(self.count, Who(), "192.0.2.7")
        at = self.count * SECOND
        for body in self.bodies:
            event = posted(body, at, f"{self.count:032x}")
            session, commands = self.sessions.post(visit, event)
            while session:
                answer = self.answer(commands, tasks, at)
                if answer is None:
                    break
                commands = self.sessions.handle(session, answer)
        self.sessions.left(self.count)

    @staticmethod
    def answer(commands: list[Command], tasks: list[Task], at: int) -> Claimed | Given | None:
        """What a driver hands in."""
        for command in commands:
            if isinstance(command, NextTask):
                return Given(tasks.pop() if tasks else None, at)
            if isinstance(command, Store) and isinstance(command.changes[0], Claim):
                return Claimed(True, at)
        return None


CWMP = "{urn:dslforum-org:cwmp-1-0}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
REPLY = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:cwmp="urn:dslforum-org:cwmp-1-0"><e:Header><cwmp:ID>{id}</cwmp:ID></e:Header>'
    "<e:Body>{body}</e:Body></e:Envelope>"
)


def naive(body: bytes) -> tuple[str, str, list[tuple[str, str, str]], dict[str, str]]:
    """ID, method, parameters and other leaves of a message."""
    root = ET.fromstring(body)
    header, inner = root.find(f"{SOAP}Header"), root.find(f"{SOAP}Body")
    assert header is not None
    assert inner is not None
    method = inner[0]
    values, leaves = [], {}
    for one in method.iter():
        if one.tag == "ParameterValueStruct":
            value = one[1]
            kind = next(iter(value.attrib.values()), "")
            values.append((one[0].text or "", value.text or "", kind))
        elif not len(one):
            leaves[one.tag] = one.text or ""
    return header.findtext(f"{CWMP}ID") or "", method.tag.rpartition("}")[2], values, leaves


class Naive:
    """The least that answers."""

    def __init__(self, inform: bytes, answer: bytes) -> None:
        self.bodies = (inform, b"", answer)

    def session(self) -> None:
        """One session."""
        known: dict[str, str] = {}
        for body in self.bodies:
            if not body:
                REPLY.format(id="1", body="<cwmp:GetParameterValues/>").encode()
                continue
            number, method, values, _ = naive(body)
            known.update((name, value) for name, value, _ in values)
            if method == "Inform":
                REPLY.format(id=escape(number), body="<cwmp:InformResponse/>").encode()


if __name__ == "__main__":
    main()
