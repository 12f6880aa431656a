"""How a session opens: who the Inform is from, whether it may be believed, and what is answered."""

from dataclasses import dataclass

from gatewatch.acs.dialogue import Command, Log, Oddity, Who
from gatewatch.acs.state.changes import Strange
from gatewatch.acs.state.records import Stranger
from gatewatch.protocol.cwmp import (
    FIRST_NAMESPACE,
    Fault,
    Inform,
    InformResponse,
    common_version,
    is_cwmp,
)
from gatewatch.protocol.soap import Envelope

__all__ = ["Opening", "open_session"]

_IDENTITY_MOST = 128
"""Characters of each part of a DeviceId, twice what the schema allows. Longer ones are refused:
cut, two devices could become one."""
_NOTED_MOST = 256


@dataclass(frozen=True, slots=True)
class Opening:
    """A session that may open."""

    inform: Inform
    said: Envelope
    device: str
    """The key of the device that the Inform names."""
    known: bool
    """Whether the caller has proven to be that device."""
    use_version: str
    logs: tuple[Command, ...]

    def response(self, *, hold: bool) -> Envelope:
        """The InformResponse, in the device's own namespace and under its own ID."""
        said = self.said
        return Envelope(
            InformResponse(),
            said.id,
            said.namespace or FIRST_NAMESPACE,
            hold_requests=hold,
            use_version=self.use_version,
            soap=said.soap,
        )

    def stranger(self, at: int, address: str, who: Who) -> Strange:
        """What is noted of somebody who has proven nothing."""
        software = self.inform.value(".DeviceInfo.SoftwareVersion")[:_NOTED_MOST]
        username = who.username[:_NOTED_MOST]
        return Strange(Stranger(address, self.device, username, at, at, 1, software))


def open_session(said: Envelope, who: Who) -> Opening | Fault | str:
    """The opening; a Fault to be answered; or, as text, why this is no Inform of CWMP at all."""
    inform = said.message
    if not isinstance(inform, Inform):
        return "no Inform"
    if said.namespace and not is_cwmp(said.namespace):
        return "an Inform in a namespace that is not CWMP's"
    if said.not_understood:
        words = f"header {said.not_understood[0]} is not understood"
        return Fault(0, soap_code=Fault.MUST_UNDERSTAND, soap_string=words)
    device = inform.device
    parts = (device.manufacturer, device.oui, device.product_class, device.serial_number)
    if not device.oui or not device.serial_number:
        return Fault(8003, "DeviceId needs OUI and SerialNumber")
    if max(map(len, parts)) > _IDENTITY_MOST:
        return Fault(8003, f"DeviceId is longer than {_IDENTITY_MOST} characters")
    version = common_version(said.supported_versions)
    if said.supported_versions and not version:
        return Fault(8006, "No common version of CWMP")
    key = device.key
    known = who.known and who.device in ("", key)
    return Opening(inform, said, key, known, version, _remarks(key, who, known))


def _remarks(key: str, who: Who, known: bool) -> tuple[Command, ...]:
    if known:
        return ()
    if who.known:
        # The credential of one device in the hands of another: stolen, or a swapped box.
        return (Log(Oddity.WRONG_DEVICE, f"{who.device} says that it is {key}"),)
    return (Log(Oddity.STRANGER, key),)
