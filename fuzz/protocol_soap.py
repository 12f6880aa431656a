# Invariant: any bytes give an Envelope or SoapError; what is odd about it has a name that is
# explained; an Envelope that was read can be written in well-formed XML and is read again the same.
"""Tries protocol/soap.py and the messages of protocol/cwmp."""

from zlib import crc32

from fuzz.laws import check_one_line

from gatewatch.protocol.cwmp import MESSAGES, CannotWrite, Fault, ParameterFault, Unknown
from gatewatch.protocol.soap import ODDITIES, SOAP_12, Envelope, SoapError, read, write

__all__ = ["SEEDS", "TOKENS", "one"]

_FAULT = Fault(9003, "no", (ParameterFault("Device.X", 9005, "unknown"),))
SEEDS = [
    *(write(Envelope(kind(), "1")) for kind in MESSAGES.values()),
    write(Envelope(_FAULT, "2")),
    write(Envelope(_FAULT, "2", soap=SOAP_12)),
    b"""<?xml version="1.0"?><SOAP-ENV:Envelope
xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"
xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:cwmp="urn:dslforum-org:cwmp-1-2">
<SOAP-ENV:Header><cwmp:ID SOAP-ENV:mustUnderstand="1">7</cwmp:ID>
<cwmp:sessionTimeout>60</cwmp:sessionTimeout>
<cwmp:SupportedCWMPVersions>1.0,1.2</cwmp:SupportedCWMPVersions></SOAP-ENV:Header>
<SOAP-ENV:Body><cwmp:Inform><DeviceId><Manufacturer>Example</Manufacturer><OUI>00005E</OUI>
<ProductClass>box</ProductClass><SerialNumber>1</SerialNumber></DeviceId>
<Event SOAP-ENC:arrayType="cwmp:EventStruct[0009]"><EventStruct><EventCode>1 Boot</EventCode>
<CommandKey></CommandKey></EventStruct></Event><MaxEnvelopes>1</MaxEnvelopes>
<CurrentTime>1970-01-01T00:00:00</CurrentTime><RetryCount>0</RetryCount>
<ParameterList xsi:type="SOAP-ENC:Array"><ParameterValueStruct><Name>Device.A</Name>
<Value xsi:type="xsd:string">1</Value></ParameterValueStruct></ParameterList>
</cwmp:Inform></SOAP-ENV:Body></SOAP-ENV:Envelope>""",
]
TOKENS = [
    *(name.encode() for name in ("Envelope", "Header", "Body", "Fault", "detail", "cwmp:")),
    *(b"<cwmp:ID>", b"</cwmp:ID>", b"mustUnderstand='1'", b"<!DOCTYPE a>", b"&#1;", b"\xff"),
    *(
        b"<Name>",
        b"</Name>",
        b"<Value>",
        b"xsi:type='xsd:int'",
        b"xmlns='urn:dslforum-org:cwmp-1-2'",
    ),
    *(b"4294967296", b"-1", b"true", b"0001-01-01T00:00:00Z", b"ParameterValueStruct"),
]


def one(data: bytes) -> None:
    """Reads `data`, and again what was written of it."""
    try:
        envelope = read(data, ("", "utf-8", "iso-8859-1")[crc32(data) % 3])
    except SoapError as error:
        check_one_line(error)
        return
    assert envelope.oddities <= ODDITIES.keys()
    if isinstance(envelope.message, Unknown):
        return
    try:
        again = read(write(envelope))
    except CannotWrite as error:
        raise AssertionError("what XML said XML can say") from error
    assert again.message == _as_written(envelope.message)
    assert again.id == envelope.id


def _as_written(message: object) -> object:
    """A fault gets the parts that it lacked."""
    if isinstance(message, Fault):
        written = read(write(Envelope(message))).message
        assert isinstance(written, Fault)
        assert (written.code, len(written.parameters)) == (
            message.code,
            len(message.parameters) if message.code else 0,
        )
        return written
    return message
