"""A device of the tests: speaks CWMP over a real socket, one step at a time."""

import socket
from dataclasses import dataclass, field

from gatewatch.acs.digest import authorization
from gatewatch.protocol.challenge import parse_challenges
from gatewatch.protocol.cwmp import (
    DeviceId,
    Event,
    GetParameterValues,
    GetParameterValuesResponse,
    Inform,
    InformResponse,
    Message,
    ParameterValue,
    SetParameterValues,
    SetParameterValuesResponse,
)
from gatewatch.protocol.soap import Envelope, read, write

__all__ = ["Cpe", "Heard"]

PATIENCE_S = 30


@dataclass
class Heard:
    """One answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    challenges: list[str] = field(default_factory=list)

    @property
    def message(self) -> Message:
        return read(self.body).message


class Cpe:
    """One device; `username` "" sends no credentials."""

    def __init__(
        self, port: int, serial: str = "S1", username: str = "", password: str = "word"
    ) -> None:
        self.port, self.serial = port, serial
        self.username, self.password = username, password
        self.values = {
            "Device.DeviceInfo.SoftwareVersion": "1.0",
            "Device.DeviceInfo.HardwareVersion": "V1",
            "Device.ManagementServer.ConnectionRequestURL": "http://127.0.0.1:9/x",
        }
        self.sock: socket.socket | None = None
        self.cookie = ""
        self.more = ""
        """One more line of each request's head."""
        self._challenge = ""
        self._count = 0

    def __del__(self) -> None:
        self.close()

    def connect(self) -> None:
        self.close()
        self.sock = socket.create_connection(("127.0.0.1", self.port), PATIENCE_S)

    def close(self) -> None:
        if self.sock is not None:
            self.sock.close()
        self.sock = None

    def inform(self, *events: str) -> Heard:
        """Opens a session, answering a challenge."""
        said = Inform(
            DeviceId("Example", "00259E", "HG8245", self.serial),
            tuple(Event(one) for one in events or ("2 PERIODIC",)),
            parameters=tuple(ParameterValue(*one) for one in self.values.items()),
        )
        body = write(Envelope(said, "1", "urn:dslforum-org:cwmp-1-0"))
        heard = self.post(body)
        if heard.status == 401 and self.username:
            self._challenge = heard.challenges[0]
            heard = self.post(body)
        return heard

    def say(self, message: Message, identifier: str = "1") -> Heard:
        return self.post(write(Envelope(message, identifier, "urn:dslforum-org:cwmp-1-0")))

    def post(self, body: bytes = b"", method: str = "POST", path: str = "/acs") -> Heard:
        """One request on the connection, which is made when there is none."""
        if self.sock is None:
            self.connect()
        assert self.sock is not None
        lines = [f"{method} {path} HTTP/1.1", "Host: acs", f"Content-Length: {len(body)}"]
        if self._challenge:
            (challenge,) = parse_challenges([self._challenge])
            self._count += 1
            made = authorization(
                challenge, method, path, self.username, self.password, f"c{self._count}"
            )
            lines.append(f"Authorization: {made}")
        if self.more:
            lines.append(self.more)
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        return self._hear()

    def _hear(self) -> Heard:
        assert self.sock is not None
        said = b""
        while b"\r\n\r\n" not in said:
            said += self._some()
        head, _, body = said.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        challenges = []
        for line in lines:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "www-authenticate":
                challenges.append(value)
        while len(body) < int(headers.get("content-length", "0")):
            body += self._some()
        if "set-cookie" in headers:
            self.cookie = headers["set-cookie"].partition(";")[0]
        if headers.get("connection") == "close":
            self.close()
        return Heard(int(first.split()[1]), headers, body, challenges)

    def _some(self) -> bytes:
        assert self.sock is not None
        piece = self.sock.recv(65536)
        if not piece:
            raise ConnectionError("closed")
        return piece

    def session(self, *events: str) -> list[Message]:
        """A whole session, obeying what is asked; what was asked."""
        heard = self.inform(*events)
        assert heard.status == 200, heard
        assert isinstance(heard.message, InformResponse)
        asked: list[Message] = []
        heard = self.post()
        while heard.status == 200:
            envelope = read(heard.body)
            asked.append(envelope.message)
            heard = self.say(self.obey(envelope.message), envelope.id or "")
        assert heard.status == 204
        self.close()
        return asked

    def obey(self, asked: Message) -> Message:
        if isinstance(asked, GetParameterValues):
            known = [one for one in asked.names if one in self.values]
            values = tuple(ParameterValue(name, self.values[name]) for name in known)
            return GetParameterValuesResponse(values)
        if isinstance(asked, SetParameterValues):
            self.values |= {one.name: one.value for one in asked.parameters}
            return SetParameterValuesResponse()
        from gatewatch.protocol.cwmp import MESSAGES

        return MESSAGES[f"{asked.METHOD}Response"]()
