"""Opens a session: who calls, why, and what its firmware is.

What every Inform must tell (TR-098 and TR-181, forced parameters) suffices to see a patch arrive:
DeviceInfo.SoftwareVersion is among them.
"""

from gatewatch.acs.outcome import Answered, Hearing
from gatewatch.acs.paths import root_of
from gatewatch.acs.state.changes import Change, Informed, Learned
from gatewatch.acs.state.records import Device, Parameter
from gatewatch.protocol.cwmp import Inform, InformResponse

__all__ = ["METHOD", "SENTENCE", "heard"]

METHOD = "Inform"
SENTENCE = "A device opens a session."
_EVENTS_MOST = 64
_MOST = 256
"""Characters of what is shown of a device in lists; its parameters keep the whole."""


def heard(request: Inform, hearing: Hearing) -> Answered:
    """What the device is now known to be; then the response that opens the session."""
    who = request.device
    device = Device(
        id=hearing.device,
        manufacturer=who.manufacturer,
        oui=who.oui.upper(),
        product_class=who.product_class,
        serial=who.serial_number,
        root=root_of(one.name for one in request.parameters),
        model=request.value(".DeviceInfo.ModelName")[:_MOST],
        hardware=request.value(".DeviceInfo.HardwareVersion")[:_MOST],
        software=request.value(".DeviceInfo.SoftwareVersion")[:_MOST],
        address=hearing.address,
        connection_url=request.value(".ManagementServer.ConnectionRequestURL")[:_MOST],
        udp_address=request.value(".ManagementServer.UDPConnectionRequestAddress")[:_MOST],
        namespace=hearing.namespace,
        last_inform=hearing.at,
        events=tuple(one.name for one in request.events[:_EVENTS_MOST]),
    )
    changes: list[Change] = [Informed(device)]
    told = {one.name: Parameter(one.value, one.type) for one in request.parameters if one.name}
    if told:
        changes.append(Learned(hearing.device, hearing.at, told))
    return Answered(InformResponse(), tuple(changes))
