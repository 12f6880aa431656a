"""Envelopes as devices send them, and as we write them."""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewatch.protocol.cwmp import (
    FAULTS,
    MESSAGES,
    TYPES,
    AutonomousOpResult,
    CannotWrite,
    ChangeDUState,
    DeviceId,
    Download,
    Fault,
    GetParameterNames,
    GetParameterValuesResponse,
    Inform,
    InformResponse,
    InstallOpStruct,
    Message,
    ParameterFault,
    ParameterValue,
    Part,
    Reboot,
    SetParameterValues,
    TransferComplete,
    UninstallOpStruct,
    Unknown,
    UpdateOpStruct,
    common_version,
    fault_name,
    is_cwmp,
    version_of,
)
from gatewatch.protocol.cwmp.shape import Array, Choice, Flag, Moment, Number, Struct, Text
from gatewatch.protocol.elements import Bounds, read_tree
from gatewatch.protocol.soap import ODDITIES, SOAP_12, Envelope, SoapError, read, write

SAMPLES = Path(__file__).parent / "samples" / "cwmp"
DOCS = Path(__file__).parents[2] / "docs" / "explanation" / "acs-protocol.md"


def envelope(body: str, header: str = "<ID>1</ID>", more: str = "") -> bytes:
    return (
        '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
        f'xmlns:cwmp="urn:dslforum-org:cwmp-1-0"{more}><e:Header>{header}</e:Header>'
        f"<e:Body>{body}</e:Body></e:Envelope>"
    ).encode()


def value(inner: str) -> bytes:
    return envelope(
        "<cwmp:GetParameterValuesResponse><ParameterList><ParameterValueStruct>"
        f"{inner}</ParameterValueStruct></ParameterList></cwmp:GetParameterValuesResponse>"
    )


def transfer(inner: str) -> bytes:
    return envelope(f"<cwmp:DownloadResponse>{inner}</cwmp:DownloadResponse>")


REBOOT = "<cwmp:Reboot><CommandKey>7</CommandKey></cwmp:Reboot>"
TIMES = "<StartTime>2026-11-24T10:00:00Z</StartTime><CompleteTime/>"
# One envelope for each oddity that has a name, with all the oddities that it shows.
ODD = [
    (envelope("<cwmp:GetParameterNames><NextLevel>maybe</NextLevel><ParameterPath/>"
              "</cwmp:GetParameterNames>"), {"bad-boolean"}),
    (envelope(REBOOT, "<ID>1</ID><SessionTimeout>soon</SessionTimeout>"), {"bad-header"}),
    (transfer(f"<Status>7</Status>{TIMES}"), {"bad-number"}),
    (transfer(f"<Status>one</Status>{TIMES}"), {"bad-number"}),
    (transfer("<Status>1</Status><StartTime>1970-01-01T00:00:00Z</StartTime><CompleteTime/>"),
     {"bad-time"}),
    (b"\n" + envelope(REBOOT), {"blank-before"}),
    (b"\xef\xbb\xbf" + envelope(REBOOT), {"byte-order-mark"}),
    (envelope(REBOOT.replace("7", "7\x01")), {"control-characters"}),
    (envelope(""), {"empty-body"}),
    (envelope("<cwmp:Reboot/>"), {"missing-element"}),
    (envelope(REBOOT, ""), {"no-header-id"}),
    (envelope(REBOOT.replace("cwmp:", "")).replace(b"cwmp", b"other"), {"no-namespace"}),
    (value("<Name>Device.A</Name><Value>1</Value>"), {"no-type"}),
    (envelope(REBOOT).replace(b">7<", b">\xe9<"), {"not-utf-8"}),
    (envelope(REBOOT.replace("cwmp:", "x:"), more=' xmlns:x="urn:example"'), {"other-namespace"}),
    (envelope(REBOOT + REBOOT), {"second-message"}),
    (envelope(REBOOT.replace("7", "7" * 33)), {"too-long"}),
    (b'<?xml version="1.0" encoding="iso-8859-1"?>' + envelope(REBOOT), set()),
    (envelope(REBOOT.replace("</cwmp", "<Why/></cwmp")), {"unknown-element"}),
    (b'<?xml version="1.0" encoding="utf-7"?>' + envelope(REBOOT), {"unknown-encoding"}),
    (value("<Name>Device.A</Name><Value xmlns:i='x' i:type='x:secret'>1</Value>"),
     {"unknown-type"}),
    (envelope(REBOOT).decode().encode("utf-16"), {"utf-16"}),
    (envelope(REBOOT).replace(b"schemas.xmlsoap", b"example"), {"wrong-envelope"}),
    (envelope(REBOOT) + b"\0", {"zero-after"}),
]  # fmt: skip


@pytest.mark.parametrize(("data", "oddities"), ODD)
def test_what_is_overlooked_has_a_name(data: bytes, oddities: set[str]) -> None:
    assert read(data).oddities == oddities


def test_two_encodings_have_a_name() -> None:
    data = b'<?xml version="1.0" encoding="utf-8"?>' + envelope(REBOOT)
    assert read(data, "iso-8859-1").oddities == {"two-encodings"}


def test_every_oddity_is_provoked_here() -> None:
    provoked = {word for _, words in ODD for word in words} | {"two-encodings"}
    assert provoked == set(ODDITIES)


def test_every_oddity_is_explained_in_the_documentation() -> None:
    rows = [f"| `{name}` | {sentence} |" for name, sentence in sorted(ODDITIES.items())]
    assert "\n".join(rows) in DOCS.read_text(encoding="utf-8")


def test_every_fault_is_explained_in_the_documentation() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [code for code, name in FAULTS.items() if f"| {code} | {name} |" not in text] == []


# --- what real devices send: each sample is a file, with what is understood of it


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.xml")), ids=lambda path: path.stem)
def test_what_devices_send_is_understood(path: Path) -> None:
    expected = path.with_suffix(".txt").read_text(encoding="utf-8")
    got = read(path.read_bytes())
    lines = [
        f"{got.message!r}",
        f"id={got.id!r} namespace={got.namespace}",
        " ".join(sorted(got.oddities)) or "nothing odd",
    ]
    assert "\n".join(lines) + "\n" == expected


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.xml")), ids=lambda path: path.stem)
def test_what_is_cut_anywhere_gives_the_one_error(path: Path) -> None:
    data = path.read_bytes().rstrip()
    for end in range(0, len(data), 3):
        with pytest.raises(SoapError):
            read(data[:end])


# --- reading


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"<a/>", b"<Envelope/>", b"<Envelope><Header/></Envelope>", b"\0", b"<Body/>"],
)
def test_what_is_no_envelope_gives_the_one_error(data: bytes) -> None:
    with pytest.raises(SoapError):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + envelope("&x;"),
        b'<?xml version="1.0"?><!DOCTYPE a>' + envelope(REBOOT),
    ],
)
def test_a_document_type_is_refused(data: bytes) -> None:
    with pytest.raises(SoapError, match="document type declaration"):
        read(data)


def test_limits_of_the_caller_hold() -> None:
    with pytest.raises(SoapError, match="longer than 100 bytes"):
        read(envelope(REBOOT), bounds=Bounds(size=100))


@pytest.mark.parametrize(
    ("namespace", "place"),
    [("urn:dslforum-org:cwmp-1-2", "method"), ("urn:dslforum-org:cwmp-1-3", "body"),
     ("urn:dslforum-org:cwmp-1-0", "envelope")],
)  # fmt: skip
def test_the_namespace_is_found_where_devices_declare_it(namespace: str, place: str) -> None:
    at = {name: f' xmlns:c="{namespace}"' if name == place else "" for name in
          ("envelope", "body", "method")}  # fmt: skip
    data = (
        f'<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"{at["envelope"]}>'
        f"<Body{at['body']}><c:Reboot{at['method']}/></Body></Envelope>"
    )
    assert read(data.encode()).namespace == namespace


def test_a_method_may_be_in_the_default_namespace() -> None:
    body = '<Reboot xmlns="urn:dslforum-org:cwmp-1-1"><CommandKey>7</CommandKey></Reboot>'
    got = read(envelope(body))
    assert (got.message, got.namespace) == (Reboot("7"), "urn:dslforum-org:cwmp-1-1")


def test_a_foreign_method_keeps_its_name_and_namespace() -> None:
    got = read(
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        b'<u:SetNTPServers xmlns:u="urn:dslforum-org:service:Time:1"/></e:Body></e:Envelope>'
    )
    assert got.message == Unknown("SetNTPServers")
    assert got.namespace == "urn:dslforum-org:service:Time:1"


def test_an_unknown_response_is_known_as_one() -> None:
    message = read(envelope("<cwmp:DanceResponse/>")).message
    assert isinstance(message, Unknown)
    assert message.is_response


def test_headers_are_read_in_either_spelling() -> None:
    got = read(
        envelope(
            REBOOT,
            "<cwmp:ID>9</cwmp:ID><cwmp:ID>10</cwmp:ID><HoldRequests>1</HoldRequests>"
            "<sessionTimeout>60</sessionTimeout><NoMoreRequests e:mustUnderstand='1'>1"
            "</NoMoreRequests><SupportedCWMPVersions> 1.0, 1.2 </SupportedCWMPVersions>"
            "<UseCWMPVersion>1.2</UseCWMPVersion><Magic e:mustUnderstand='1'/><Trick/>",
        )
    )
    assert (got.id, got.hold_requests, got.session_timeout) == ("9", True, 60)
    assert (got.supported_versions, got.use_version) == (("1.0", "1.2"), "1.2")
    assert got.not_understood == ("Magic",)


def test_the_id_is_read_to_the_letter() -> None:
    assert read(envelope(REBOOT, "<ID> a&lt;b </ID>")).id == " a<b "


def test_elements_may_stand_in_any_order_and_twice() -> None:
    got = read(
        envelope(
            "<cwmp:TransferComplete><CommandKey>1</CommandKey><StartTime/><CompleteTime/>"
            "<FaultStruct><FaultString/><FaultCode>9010</FaultCode></FaultStruct>"
            "<CommandKey>2</CommandKey></cwmp:TransferComplete>"
        )
    ).message
    assert isinstance(got, TransferComplete)
    assert (got.command_key, got.fault.code) == ("1", 9010)


def test_a_text_is_read_to_four_times_its_length() -> None:
    """What a device says is kept; how much it says is bounded."""
    message = read(envelope(REBOOT.replace("7", "7" * 100_000))).message
    assert message == Reboot("7" * 128)
    named = read(value(f"<Name>{'A' * 100_000}</Name><Value xsi:type='xsd:int'>1</Value>"))
    assert getattr(named.message, "parameters")[0].name == "A" * 1024  # noqa: B009


@pytest.mark.parametrize("count", ["[16]", "[0009]", "[]", "", "[x]"])
def test_the_count_of_an_array_is_not_believed(count: str) -> None:
    got = read(
        envelope(
            f"<cwmp:GetParameterValues><ParameterNames s:arrayType='xsd:string{count}'>"
            "<string> A </string><xsd:string>B</xsd:string></ParameterNames>"
            "</cwmp:GetParameterValues>"
        )
    ).message
    assert getattr(got, "names") == ("A", "B")  # noqa: B009


def test_the_blanks_of_a_value_are_its_own() -> None:
    got = read(value("<Value xsi:type='xsd:string'> a b\n</Value><Name> Device.A </Name>")).message
    assert getattr(got, "parameters") == (ParameterValue("Device.A", " a b\n"),)  # noqa: B009


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("<Name>A</Name>", ParameterValue("A")),
        ("<Value xsi:type='x:int'>1</Value>", ParameterValue("", "1", "int")),
        ("", ParameterValue("")),
    ],
)
def test_a_parameter_may_lack_its_name_or_value(inner: str, expected: ParameterValue) -> None:
    got = read(value(inner))
    assert getattr(got.message, "parameters") == (expected,)  # noqa: B009
    assert "missing-element" in got.oddities


@pytest.mark.parametrize(
    ("said", "read_as"),
    [("2026-11-24T10:00:00", 1795514400), ("2026-11-24T10:00:00.250+02:00", 1795507200.25),
     ("0001-01-01T00:00:00Z", 0), ("", 0), ("yesterday", 0)],
)  # fmt: skip
def test_times_are_read_in_any_form(said: str, read_as: float) -> None:
    got = read(transfer(f"<Status>1</Status><StartTime>{said}</StartTime><CompleteTime/>")).message
    assert getattr(got, "start_time") == int(read_as * 1_000_000)  # noqa: B009


FAULT_11 = (
    "<e:Fault><faultcode>e:Client</faultcode><faultstring>CWMP fault</faultstring><detail>"
    "<cwmp:Fault><FaultCode>9003</FaultCode><FaultString>no</FaultString>"
    "<SetParameterValuesFault><ParameterName>Device.A</ParameterName><FaultCode>9008</FaultCode>"
    "<FaultString>ro</FaultString></SetParameterValuesFault></cwmp:Fault></detail></e:Fault>"
)
FAULT_12 = (
    "<e:Fault><e:Code><e:Value>e:Client</e:Value></e:Code><e:Reason><e:Text>CWMP fault</e:Text>"
    "</e:Reason><e:Detail><Fault><FaultCode>9003</FaultCode><FaultString>no</FaultString>"
    "<SetParameterValuesFault><ParameterName>Device.A</ParameterName><FaultCode>9008</FaultCode>"
    "<FaultString>ro</FaultString></SetParameterValuesFault></Fault></e:Detail></e:Fault>"
)


@pytest.mark.parametrize("body", [FAULT_11, FAULT_12])
def test_faults_of_both_soaps_are_read(body: str) -> None:
    listed = (ParameterFault("Device.A", 9008, "ro"),)
    assert read(envelope(body)).message == Fault(9003, "no", listed, "Client", "CWMP fault")


def test_a_fault_of_soap_alone_has_no_code() -> None:
    got = read(envelope("<Fault><faultcode>Server</faultcode></Fault>"))
    assert got.message == Fault(0, soap_code="Server", soap_string="")
    assert "missing-element" in got.oddities


# --- writing


def test_an_inform_response_is_written_to_the_letter() -> None:
    written = write(
        Envelope(InformResponse(), "1<2", "urn:dslforum-org:cwmp-1-2", use_version="1.4")
    )
    assert written.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:soap-enc="http://schemas.xmlsoap.org/soap/encoding/"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:cwmp="urn:dslforum-org:cwmp-1-2"><soap-env:Header>'
        '<cwmp:ID soap-env:mustUnderstand="1">1&lt;2</cwmp:ID>'
        '<cwmp:UseCWMPVersion soap-env:mustUnderstand="1">1.4</cwmp:UseCWMPVersion>'
        "</soap-env:Header><soap-env:Body><cwmp:InformResponse><MaxEnvelopes>1</MaxEnvelopes>"
        "</cwmp:InformResponse></soap-env:Body></soap-env:Envelope>"
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (SetParameterValues((ParameterValue("A", "1", "base64"),), "k"),
         '<ParameterList soap-enc:arrayType="cwmp:ParameterValueStruct[1]"><ParameterValueStruct>'
         '<Name>A</Name><Value xsi:type="soap-enc:base64">1</Value></ParameterValueStruct>'
         "</ParameterList><ParameterKey>k</ParameterKey>"),
        (GetParameterNames("", next_level=True),
         "<ParameterPath/><NextLevel>1</NextLevel>"),
        (Download("7", url="http://192.0.2.1/a?b&c", file_size=5),
         "<CommandKey>7</CommandKey><FileType>1 Firmware Upgrade Image</FileType>"
         "<URL>http://192.0.2.1/a?b&amp;c</URL><Username/><Password/><FileSize>5</FileSize>"
         "<TargetFileName/><DelaySeconds>0</DelaySeconds><SuccessURL/><FailureURL/>"),
        (ChangeDUState((InstallOpStruct("u"), UninstallOpStruct("i")), None),
         '<Operations soap-enc:arrayType="cwmp:OperationStruct[2]">'
         '<Operation xsi:type="cwmp:InstallOpStruct"><URL>u</URL></Operation>'
         '<Operation xsi:type="cwmp:UninstallOpStruct"><UUID>i</UUID></Operation></Operations>'),
    ],
)  # fmt: skip
def test_elements_are_written_in_the_order_of_the_schema(message: Message, expected: str) -> None:
    assert expected in write(Envelope(message)).decode()


def test_what_xml_has_no_letter_for_is_not_left_out_in_silence() -> None:
    with pytest.raises(CannotWrite, match=re.escape("U+0000")):
        write(Envelope(Reboot("\0")))


def test_a_carriage_return_survives() -> None:
    again = read(write(Envelope(GetParameterValuesResponse((ParameterValue("A", "1\r\n2"),)))))
    assert getattr(again.message, "parameters")[0].value == "1\r\n2"  # noqa: B009


def test_a_namespace_cannot_break_out_of_its_attribute() -> None:
    written = write(Envelope(Reboot(), namespace='urn:"><x y="\n'))
    assert read_tree(written).root.attrs["xmlns:cwmp"] == 'urn:"><x y="\n'


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_its_senders_or_its_receivers(code: int) -> None:
    got = read(write(Envelope(Fault(code, "x"), "1"))).message
    assert isinstance(got, Fault)
    assert got.soap_code == (
        "Server" if code in (8002, 8004, 8005, 9002, 9004, 9010, 9011) else "Client"
    )


# --- there and back


SAFE = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")


def texts(most: int, *, exact: bool) -> st.SearchStrategy[str]:
    found = st.text(SAFE, max_size=min(most or 40, 40))
    return found if exact else found.map(str.strip)


VALUE = st.builds(
    ParameterValue,
    texts(256, exact=False),
    st.text(SAFE, max_size=40),
    st.sampled_from(list(TYPES)),
)


def shapes(shape: Any) -> st.SearchStrategy[Any]:
    if isinstance(shape, Text):
        return texts(shape.most, exact=shape.exact)
    if isinstance(shape, Number):
        return st.integers(shape.least, shape.most)
    if isinstance(shape, Flag):
        return st.booleans()
    if isinstance(shape, Moment):
        return st.just(0) | st.integers(946_684_800, 4_102_444_799).map(lambda s: s * 1_000_000)
    if isinstance(shape, Struct):
        return parts(shape.of)
    if isinstance(shape, Array):
        return st.lists(shapes(shape.shape), max_size=3).map(tuple)
    if isinstance(shape, Choice):
        return st.one_of([parts(one) for one in shape.among])
    return st.lists(VALUE, max_size=3).map(tuple)


def parts(kind: Any) -> st.SearchStrategy[Any]:
    made = {}
    for one in dataclasses.fields(kind):
        found = shapes(one.metadata["shape"])
        made[one.name] = st.none() | found if one.metadata["optional"] else found
    return st.builds(kind, **made)


@pytest.mark.parametrize("name", MESSAGES)
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_written_is_read_the_same(name: str, data: st.DataObject) -> None:
    message = data.draw(parts(MESSAGES[name]))
    sent = Envelope(
        message,
        data.draw(st.none() | st.text(SAFE, max_size=20)),
        data.draw(st.sampled_from(["urn:dslforum-org:cwmp-1-0", "urn:dslforum-org:cwmp-1-3"])),
        data.draw(st.booleans()),
        data.draw(st.none() | st.integers(0, 4_294_967_295)),
        tuple(data.draw(st.lists(st.sampled_from(["1.0", "1.2", "1.4"]), max_size=3))),
        data.draw(st.sampled_from(["", "1.2"])),
    )
    again = read(write(sent))
    assert again == sent
    assert again.oddities <= {"no-header-id", "too-long"}


@given(
    st.integers(8000, 9999),
    texts(0, exact=False),
    st.lists(
        st.builds(ParameterFault, texts(256, exact=False), st.integers(9000, 9999)), max_size=3
    ),
    st.sampled_from(["http://schemas.xmlsoap.org/soap/envelope/", SOAP_12]),
)
def test_a_fault_is_read_as_it_was_written(
    code: int, said: str, listed: list[ParameterFault], soap: str
) -> None:
    sent = Fault(code, said, tuple(listed), "Client")
    again = read(write(Envelope(sent, "1", soap=soap)))
    assert (again.message, again.soap) == (sent, soap)


# --- small things that messages know


def test_a_devices_key_splits_in_one_way_only() -> None:
    one = DeviceId("A", "00005e", "box-1", "2 3")
    assert one.key == "00005E-box%2D1-2%203"
    assert DeviceId("B", "00005E", "", "1").key == "00005E-1"


def test_an_inform_finds_a_value_below_either_root() -> None:
    inform = Inform(parameters=(ParameterValue("Device.DeviceInfo.SoftwareVersion", "2"),))
    assert inform.value(".DeviceInfo.SoftwareVersion") == "2"
    assert inform.value(".DeviceInfo.HardwareVersion") == ""


@pytest.mark.parametrize(
    ("namespace", "version"),
    [("urn:dslforum-org:cwmp-1-0", "1.0"), (" urn:dslforum-org:cwmp-1-2 ", "1.2"),
     ("urn:dslforum-org:cwmp-1-9", "1.9"), ("urn:dslforum-org:service:Time:1", ""), ("", "")],
)  # fmt: skip
def test_a_namespace_tells_the_version(namespace: str, version: str) -> None:
    assert version_of(namespace) == version
    assert is_cwmp(namespace) == bool(version)


def test_the_newest_common_version_is_used() -> None:
    assert common_version(("1.0", "1.2", "9.9")) == "1.2"
    assert common_version(("9.9",)) == ""


def test_codes_of_vendors_and_of_nobody_have_words() -> None:
    assert fault_name(9801) == "a fault of the vendor's own"
    assert fault_name(9500) == "a fault of no known meaning"
    assert Fault(9005, "x").told == "9005 invalid parameter name (x)"
    assert Fault(0, soap_string="broken").told == "broken"


def test_an_operation_without_a_type_is_read_as_the_first_kind() -> None:
    data = write(Envelope(ChangeDUState((UpdateOpStruct("1"),)), "1"))
    assert read(data).message == ChangeDUState((UpdateOpStruct("1"),))
    without = re.sub(rb' xsi:type="[^"]*"', b"", data)
    assert read(without).oddities == {"no-type", "missing-element"}


def test_every_part_of_a_message_can_be_made_of_nothing() -> None:
    """A reader takes defaults for all that is missing."""
    assert issubclass(AutonomousOpResult, Part)
    assert all(kind() == kind() for kind in MESSAGES.values())
