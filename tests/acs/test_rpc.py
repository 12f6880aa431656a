"""The folder of methods is the list, and says of each what the dialogues rely on."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gatewatch.acs.outcome import Verdict, retry_wait
from gatewatch.acs.rpc import asked, outcome_of, rpcs, served
from gatewatch.model.errors import BadArguments
from gatewatch.protocol.cwmp import MESSAGES, Fault, Request, Response

SRC = Path(__file__).parents[2] / "src" / "gatewatch"
FOLDER = SRC / "acs" / "rpc"
# Arguments that each action takes, as a task holds them.
GOOD: dict[str, dict[str, object]] = {
    "add_object": {"object": "Device.A."},
    "cancel_transfer": {"transfer": "7"},
    "change_du_state": {
        "operations": [
            {"operation": "install", "url": "http://192.0.2.1/m"},
            {"operation": "update", "uuid": "1"},
            {"operation": "uninstall", "uuid": "1", "version": "2"},
        ]
    },
    "delete_object": {"object": "Device.A.1."},
    "download": {"url": "http://192.0.2.1/f", "file_size": 10},
    "get_options": {"option": ""},
    "get_parameter_attributes": {"names": ["Device.A"]},
    "get_parameter_names": {"path": "Device.", "next_level": True},
    "get_parameter_values": {"names": ["Device.A.", "Device.B"]},
    "schedule_download": {
        "url": "http://192.0.2.1/f",
        "windows": [{"start": 0, "end": 60}],
    },
    "schedule_inform": {"delay_seconds": 60},
    "set_parameter_attributes": {"names": ["Device.A"], "notification": 2},
    "set_parameter_values": {"parameters": [{"name": "Device.A", "value": "1", "type": "int"}]},
    "set_vouchers": {"vouchers": ["QUJD"]},
    "upload": {"url": "http://192.0.2.1/f", "file_type": "4 Vendor Log File 1"},
}
BAD: list[tuple[str, object]] = [
    ("add_object", {"object": "Device.A"}),
    ("add_object", {"object": ""}),
    ("change_du_state", {"operations": [{"operation": "explode"}]}),
    ("change_du_state", {"operations": [{"operation": "install"}]}),
    ("change_du_state", {"operations": []}),
    ("delete_object", {"object": "Device.A."}),
    ("download", {}),
    ("download", {"url": "x" * 257}),
    ("download", {"url": "http://192.0.2.1/f", "file_size": -1}),
    ("download", {"url": "http://192.0.2.1/f", "size": 1}),
    ("get_parameter_names", {"path": "Device.A"}),
    ("get_parameter_names", {"walk": 1}),
    ("get_parameter_values", {"names": []}),
    ("get_parameter_values", {"names": "Device.A"}),
    ("get_parameter_values", {"names": ["Device..A"]}),
    ("schedule_download", {"url": "u", "windows": [{"start": 9, "end": 1}]}),
    ("schedule_download", {"url": "u", "windows": [1]}),
    ("schedule_inform", {"delay_seconds": 0}),
    ("set_parameter_attributes", {"names": ["Device.A"]}),
    ("set_parameter_attributes", {"names": ["Device.A"], "notification": 7}),
    ("set_parameter_attributes", {"names": ["Device.A"], "access_list": ["Everybody"]}),
    ("set_parameter_values", {"parameters": [{"name": "Device.A.", "value": "1"}]}),
    ("set_parameter_values", {"parameters": [{"name": "Device.A", "value": "x", "type": "int"}]}),
    ("set_parameter_values", {"parameters": [{"name": "Device.A", "value": -1, "type": "long "}]}),
    ("set_parameter_values", {"parameters": [{"name": "Device.A", "value": 2, "type": "boolean"}]}),
    ("set_parameter_values", {"parameters": [{"name": "Device.A", "value": None}]}),
    ("set_vouchers", {"vouchers": ["?"]}),
    ("upload", {"url": "http://192.0.2.1/f"}),
]
DROPPED_IN = '''"""A method that nobody has registered."""

from gatewatch.protocol.cwmp import Reboot

METHOD = "Reboot"
SENTENCE = "Dance."


def ask(arguments):
    return (Reboot("dropped in"),)
'''


def test_the_folder_is_the_list() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert set(rpcs()) == files


def test_a_file_dropped_into_the_folder_is_an_action_without_any_other_edit(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    copy = shutil.copytree(SRC, tmp_path / "gatewatch", ignore=ignored)
    (copy / "acs/rpc/dance.py").write_text(DROPPED_IN)
    code = "from gatewatch.acs.rpc import asked; print(asked()['dance'].ask({})[0].command_key)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "dropped in\n"


def test_every_action_is_explained_in_the_documentation() -> None:
    text = (SRC.parents[1] / "docs" / "explanation" / "acs-protocol.md").read_text("utf-8")
    rows = [f"| `{name}` | {one.METHOD} | {one.SENTENCE} |" for name, one in asked().items()]
    assert "\n".join(rows) in text
    assert f"Served to devices: {', '.join(served())}." in text


def test_every_request_of_cwmp_has_its_file() -> None:
    requests = {name for name, kind in MESSAGES.items() if issubclass(kind, Request)}
    assert requests == {one.METHOD for one in rpcs().values()}


def test_every_request_has_a_response() -> None:
    for name, kind in MESSAGES.items():
        if issubclass(kind, Request):
            assert issubclass(MESSAGES[f"{name}Response"], Response)


@pytest.mark.parametrize("name", asked())
def test_an_action_makes_requests_of_its_method_from_arguments_in_json(name: str) -> None:
    arguments = {"command_key": "7", **json.loads(json.dumps(GOOD.get(name, {})))}
    requests = asked()[name].ask(arguments)
    assert {one.METHOD for one in requests} == {asked()[name].METHOD}


@pytest.mark.parametrize("name", asked())
def test_an_action_says_what_its_answer_means(name: str) -> None:
    (request,) = asked()[name].ask(GOOD.get(name, {}))
    answer = MESSAGES[f"{request.METHOD}Response"]()
    assert isinstance(answer, Response)
    outcome = outcome_of(request, answer, {})
    expected = Verdict.FAILED if name == "add_object" else Verdict.DONE
    assert outcome.verdict is expected
    json.dumps(dict(outcome.result))


@pytest.mark.parametrize("name", asked())
@pytest.mark.parametrize("code", [0, 9000, 9002, 9003, 9004, 9005, 9007, 9010, 9800])
def test_any_fault_ends_or_divides_what_was_asked(name: str, code: int) -> None:
    """However a device refuses, a task comes to its end."""
    waiting = list(asked()[name].ask(GOOD.get(name, {})))
    asked_so_far = 0
    while waiting and asked_so_far < 100:
        asked_so_far += 1
        outcome = outcome_of(waiting.pop(), Fault(code, "no"), {})
        waiting.extend(outcome.more)
    assert asked_so_far < 10


@pytest.mark.parametrize("name", asked())
def test_what_an_action_does_not_know_is_refused(name: str) -> None:
    with pytest.raises(BadArguments, match="means nothing here"):
        asked()[name].ask({**GOOD.get(name, {}), "dance": 1})


@pytest.mark.parametrize(("name", "arguments"), BAD)
def test_arguments_that_cannot_be_are_refused(name: str, arguments: dict[str, object]) -> None:
    with pytest.raises(BadArguments):
        asked()[name].ask(arguments)


@pytest.mark.parametrize(
    ("value", "written"), [(True, "1"), ("false", "0"), ("TRUE", "1"), (0, "0")]
)
def test_a_boolean_is_sent_in_digits(value: object, written: str) -> None:
    given = {"parameters": [{"name": "Device.A", "value": value, "type": "boolean"}]}
    (request,) = asked()["set_parameter_values"].ask(given)
    assert getattr(request, "parameters")[0].value == written  # noqa: B009


def test_names_go_out_in_lots_that_devices_can_bear() -> None:
    names = [f"Device.A.{number}.B" for number in range(70)]
    requests = asked()["get_parameter_values"].ask({"names": names})
    assert [len(getattr(one, "names")) for one in requests] == [32, 32, 6]  # noqa: B009


def test_every_method_that_is_served_answers_with_its_response() -> None:
    assert len(served()) == 8
    assert all(f"{name}Response" in MESSAGES for name in served())


def test_each_failure_waits_twice_as_long_up_to_a_day() -> None:
    assert [retry_wait(tries) for tries in (1, 2, 3, 99)] == [300, 600, 1200, 86_400]
