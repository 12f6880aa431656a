"""The error funnel: what scripts and the reference page rely on."""

import pickle
import re
import string

import pytest

from gatewatch.model.errors import BadQuery, Exit, GatewatchError, LakeMissing, all_errors

ERRORS = list(all_errors())
NAMES = [error.__name__ for error in ERRORS]


def every_error(base: type[GatewatchError]) -> set[type[GatewatchError]]:
    below = base.__subclasses__()
    return {*below, *(deeper for error in below for deeper in every_error(error))}


def made(error: type[GatewatchError], value: object = "x") -> GatewatchError:
    names = {name for _, name, _, _ in string.Formatter().parse(error.__doc__ or "") if name}
    values = dict.fromkeys(names, value)
    return error(**values | ({"column": 3} if "column" in names else {}))


def test_all_errors_are_direct_and_listed() -> None:
    assert set(ERRORS) == every_error(GatewatchError)


def test_each_id_is_stable_in_form_and_unique() -> None:
    ids = [error.id for error in ERRORS]
    assert len(set(ids)) == len(ids)
    assert ids == sorted(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in ids)


@pytest.mark.parametrize("error", ERRORS, ids=NAMES)
def test_each_message_says_where_what_and_how_to_mend_it(error: type[GatewatchError]) -> None:
    message = (error.__doc__ or "").strip()
    assert "\n" not in message
    assert message.startswith(("{where}: ", "query:{column}: "))
    assert len(re.split(r"[:;] ", message)) >= 3


@pytest.mark.parametrize("error", ERRORS, ids=NAMES)
def test_each_error_ends_with_a_documented_code(error: type[GatewatchError]) -> None:
    assert error.exit_code in set(Exit) - {Exit.FOUND, Exit.NOTHING, Exit.BUG}


@pytest.mark.parametrize("error", ERRORS, ids=NAMES)
def test_what_strangers_wrote_cannot_leave_the_line(error: type[GatewatchError]) -> None:
    message = str(made(error, "\x1b[31m\n\u202e" + "a" * 10_000))
    assert message.isprintable()
    assert len(message) < 2_500


@pytest.mark.parametrize("error", ERRORS, ids=NAMES)
def test_errors_travel_between_processes(error: type[GatewatchError]) -> None:
    sent = made(error)
    received = pickle.loads(pickle.dumps(sent))
    assert type(received) is error
    assert str(received) == str(sent)


def test_a_query_error_knows_its_column() -> None:
    error = BadQuery(column=9, what='no field "server.vendr"', mend="see fields")
    assert error.column == 9
    assert str(error) == 'query:9: no field "server.vendr"; see fields'


def test_values_are_kept_for_programs() -> None:
    assert LakeMissing(where="here").values == {"where": "here"}


@pytest.mark.parametrize("code", Exit)
def test_each_exit_code_has_a_meaning(code: Exit) -> None:
    assert re.fullmatch(r"[A-Z].*\.", code.meaning)


def test_exit_codes_do_not_change() -> None:
    assert {code.name: code.value for code in Exit} == {
        "FOUND": 0,
        "NOTHING": 1,
        "BAD_INPUT": 2,
        "DATA": 3,
        "PARTIAL": 4,
        "PRIVILEGE": 5,
        "REFUSED": 6,
        "UNWRITABLE": 7,
        "BUG": 70,
        "INTERRUPTED": 130,
    }
