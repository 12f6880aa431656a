"""Keys come from the environment or a file that nobody else may read, and are never shown."""

from pathlib import Path

import pytest

from gatewatch.model.errors import AccountUnusable
from gatewatch.watch.accounts import Accounts, Key

KEYS = (Key("url", "where"), Key("token", "the key", secret=True), Key("zone", "more", ""))


def write(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    path = tmp_path / "accounts.toml"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, '[aws-waf]\nurl = "https://a"\ntoken = "old"\n')
    found = Accounts.load(path, {"GATEWATCH_AWS_WAF_TOKEN": "new"}).account("aws-waf", KEYS)
    assert (found["url"], found["token"], found["zone"]) == ("https://a", "new", "")
    assert found.secrets == ("new",)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, "", mode)
    with pytest.raises(AccountUnusable, match="holds keys, and others may read it: chmod 600"):
        Accounts.load(path, {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[okta]\nurl = "https://a"', "okta lacks token (the key): set GATEWATCH_OKTA_TOKEN"),
        ('[okta]\nurl = "x"\ntoken = "SECRET\\nX: y"', "token is no plain text"),
        ('[okta]\nurl = "x"\ntoken = ["SECRET"]', "token is no plain text"),
        ('[okta]\nurl = "x"\ntoken = "SECRET"\nzome = ""', 'has an unknown key "zome"'),
        ('[okta]\ntoken = "SECRET', "is not TOML"),
    ],
)
def test_what_is_wrong_is_one_line_without_the_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(AccountUnusable) as raised:
        Accounts.load(write(tmp_path, text), {}).account("okta", KEYS)
    assert said in str(raised.value)
    assert "SECRET" not in str(raised.value)


def test_a_missing_file_is_one_line_and_none_is_the_environment_alone(tmp_path: Path) -> None:
    with pytest.raises(AccountUnusable, match="cannot be read"):
        Accounts.load(tmp_path / "no.toml", {})
    environ = {"GATEWATCH_OKTA_URL": "https://a", "GATEWATCH_OKTA_TOKEN": "t"}
    assert Accounts.load(None, environ).account("okta", KEYS)["url"] == "https://a"


def test_tables_of_a_name_are_listed(tmp_path: Path) -> None:
    path = write(tmp_path, '[alert.b]\nurl = "x"\n[alert.a]\nurl = "y"\n[alert]\nx = 1\n[alert]\n')
    with pytest.raises(AccountUnusable):
        Accounts.load(path, {})
    path = write(tmp_path, '[alert.b]\nurl = "x"\n[alert.a]\nurl = "y"\nzone = 5\n')
    accounts = Accounts.load(path, {})
    assert accounts.tables_of("alert") == ["a", "b"]
    assert accounts.account("alert.a", (Key("url", ""), Key("zone", "")))["zone"] == "5"
