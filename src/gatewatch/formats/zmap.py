"""What ZMap tells of one probe: that a port is open, never what it says.

Field names come with hyphens (2.1) or underscores; `sport` is the scanned port. Without an output
filter refusals are in the file too: open is only what has `success` (absent: the default filter
left nothing else). Source: ZMap's probe_modules.c, module_tcp_synscan.c.
"""

from collections.abc import Mapping

from gatewatch.formats.given import Given
from gatewatch.formats.json_values import address, moment, port
from gatewatch.model.hostile import shown
from gatewatch.model.observation import Answer, Observation, Outcome, Spoke, Unanswered

__all__ = ["field_name", "observation_of"]

_OPEN = Answer(Spoke.SYN_ACK, Outcome.SUCCESS)
_YES = (True, "1", "true", "")
_FAILURES = {
    "rst": Unanswered(Outcome.CONNECTION_REFUSED),
    "icmp": Unanswered(Outcome.HOST_UNREACHABLE),
}
_UNKNOWN = Unanswered(Outcome.UNKNOWN_ERROR)


def field_name(name: str) -> str:
    """A field's name as newer versions spell it."""
    return name.strip().replace("-", "_")


def observation_of(
    fields: Mapping[str, object], given: Given, fmt: str
) -> Observation | Unanswered:
    """What one record, its names spelled by `field_name`, says; raises ValueError."""
    classification = fields.get("classification", "synack")
    if fields.get("success", True) not in _YES:
        return _FAILURES.get(str(classification), _UNKNOWN)
    if classification != "synack":
        raise ValueError(f'classification "{shown(classification, 40)}" is no open TCP port')
    return Observation(
        address(fields.get("saddr")),
        given.port_or(port(fields.get("sport")), fmt),
        given.time_or(_seen_at(fields), fmt),
        _OPEN,
    )


def _seen_at(fields: Mapping[str, object]) -> int | None:
    whole = moment(fields.get("timestamp_ts"))
    if whole is None:
        return moment(fields.get("timestamp_str"))
    micros = str(fields.get("timestamp_us", ""))
    return whole + int(micros) if micros.isdigit() and len(micros) < 7 else whole
