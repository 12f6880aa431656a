import pytest

from gatewatch.cli.question import age_of, counted

DAY = 86_400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-DAY, "from the future"),
        (-30, "just taken"),
        (0, "just taken"),
        (119, "just taken"),
        (120, "2 minutes old"),
        (7200, "2 hours old"),
        (1.9 * DAY, "45 hours old"),
        (2 * DAY, "2 days old"),
        (400 * DAY, "400 days old"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds: float, words: str) -> None:
    assert age_of(seconds) == words


def test_one_is_one_and_many_are_many() -> None:
    assert counted(1, "host") == "1 host"
    assert counted(0, "host") == "0 hosts"
    assert counted(1204, "host") == "1,204 hosts"
