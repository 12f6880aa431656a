import argparse
from pathlib import Path

import pytest

from gatewatch.cli.parser import Parser
from gatewatch.cli.settings import (
    ACCESSIBLE,
    CATALOGUE,
    COLOR,
    CONTACT,
    LAKE,
    NETWORKS,
    SETTINGS,
    Setting,
    add_lake_option,
    add_option,
    effective,
    lake_of,
    setting,
)
from gatewatch.model.errors import BadArguments, BadSetting, BadSettingsFile


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, and an empty home."""
    for entry in SETTINGS.values():
        monkeypatch.delenv(entry.variable, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "gatewatch").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def flags(*argv: str) -> argparse.Namespace:
    parser = Parser()
    add_lake_option(parser)
    for entry in (ACCESSIBLE, COLOR, CONTACT):
        add_option(parser, entry)
    return parser.parse_args(argv)


def user_file(place: Path) -> Path:
    return place / "home" / "gatewatch" / "config.toml"


def test_lake_is_a_folder_here_unless_set() -> None:
    assert effective(LAKE) == (Path("gatewatch-lake"), "default")


def test_flag_beats_environment_beats_project_beats_user(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_file(place).write_text('lake = "/user"\n')
    assert effective(LAKE) == (Path("/user"), f"{user_file(place)}:1")
    Path("gatewatch.toml").write_text('# ours\nlake = "/project"\n')
    assert effective(LAKE) == (Path("/project"), "gatewatch.toml:2")
    monkeypatch.setenv("GATEWATCH_LAKE", "/environment")
    assert effective(LAKE) == (Path("/environment"), "GATEWATCH_LAKE")
    assert effective(LAKE, flags("--lake", "/flag")) == (Path("/flag"), "--lake")
    assert lake_of(flags("--lake", "/flag")) == Path("/flag")
    assert lake_of(flags()) == Path("/environment")


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWATCH_COLOR", "")
    assert effective(COLOR) == ("auto", "default")


def test_a_path_in_a_file_starts_from_its_folder(place: Path) -> None:
    user_file(place).write_text('catalogue = "mine"\n')
    assert setting(CATALOGUE) == place / "home" / "gatewatch" / "mine"


def test_a_path_may_start_from_home(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(place))
    Path("gatewatch.toml").write_text('lake = "~/lake"\n')
    assert setting(LAKE) == place / "lake"


@pytest.mark.parametrize(
    ("word", "value"), [("1", True), ("true", True), ("ON", True), ("no", False), ("0", False)]
)
def test_switches_are_read_from_words(
    word: str, value: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWATCH_ACCESSIBLE", word)
    assert setting(ACCESSIBLE) is value


def test_a_switch_given_as_flag_is_on() -> None:
    assert setting(ACCESSIBLE, flags("--accessible")) is True


@pytest.mark.parametrize(
    "contact", ["https://research.example/scan", "mailto:scan@research.example", "http://a/b?c=@"]
)
def test_contact_is_a_page_or_an_address(contact: str) -> None:
    assert setting(CONTACT, flags("--contact", contact)) == contact


@pytest.mark.parametrize(
    "contact",
    ["me", "https://a b", "https://a\r\nX: y", "mailto:nobody", "ftp://a", "https://" + "a" * 200],
)
def test_a_contact_that_could_break_a_header_is_refused(
    contact: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadArguments, match="argument --contact: "):
        flags("--contact", contact)
    monkeypatch.setenv("GATEWATCH_CONTACT", contact)
    with pytest.raises(BadSetting, match="GATEWATCH_CONTACT: contact is "):
        setting(CONTACT)


@pytest.mark.parametrize(
    ("entry", "line", "message"),
    [
        (LAKE, "lake = 5", 'gatewatch.toml:2: lake is "5": give a folder'),
        (LAKE, 'lake = " "', 'gatewatch.toml:2: lake is " ": give a folder'),
        (LAKE, 'lake = "a\\u0000"', 'gatewatch.toml:2: lake is "a\\x00": give a folder'),
        (COLOR, "color = true", 'gatewatch.toml:2: color is "True": give one of auto, always, '
            "never"),
        (ACCESSIBLE, 'accessible = "maybe"', 'gatewatch.toml:2: accessible is "maybe": give true '
            "or false"),
        (ACCESSIBLE, "accessible = 1", 'gatewatch.toml:2: accessible is "1": give true or false'),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_named_with_its_line(
    entry: Setting[object], line: str, message: str
) -> None:
    Path("gatewatch.toml").write_text(f"# a comment\n{line}\n")
    with pytest.raises(BadSetting) as caught:
        setting(entry)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('\nlak = "x"\n', 'gatewatch.toml:2: no setting is called "lak": did you mean "lake"? '
            '"gatewatch config" lists all'),
        ("[scan]\nrate = 1\n", 'gatewatch.toml:1: no setting is called "scan": "gatewatch config" '
            "lists all"),
        ("scan.rate = 1\n", 'gatewatch.toml:1: no setting is called "scan": "gatewatch config" '
            "lists all"),
        ('"\\u001b[31m" = 1\n', 'gatewatch.toml:1: no setting is called "\\x1b[31m": "gatewatch '
            'config" lists all'),
    ],
)  # fmt: skip
def test_an_unknown_key_is_an_error_with_its_line(text: str, message: str) -> None:
    Path("gatewatch.toml").write_text(text)
    with pytest.raises(BadSettingsFile) as caught:
        setting(COLOR)
    assert str(caught.value) == message


@pytest.mark.parametrize("raw", [b"lake = \n", b"\xff\xfe", b"\0", b"lake", b'lake = "a" "b"'])
def test_what_is_not_toml_says_so(raw: bytes) -> None:
    Path("gatewatch.toml").write_bytes(raw)
    with pytest.raises(BadSettingsFile, match=r"gatewatch\.toml: is not TOML"):
        setting(LAKE)


def test_a_huge_file_is_no_settings_file() -> None:
    Path("gatewatch.toml").write_bytes(b"#" * 70_000)
    with pytest.raises(BadSettingsFile, match="is over 64 KiB"):
        setting(LAKE)


def test_a_folder_in_the_files_place_is_said() -> None:
    Path("gatewatch.toml").mkdir()
    with pytest.raises(BadSettingsFile, match="Is a directory"):
        setting(LAKE)


def test_a_relative_config_home_is_ignored(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "home")
    monkeypatch.setenv("HOME", str(place / "nowhere"))
    user_file(place).write_text('lake = "/user"\n')
    assert setting(LAKE) == Path("gatewatch-lake")


def test_publishers_are_tables_or_a_file_of_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    told = 'url = "https://example.org/t"\n'
    Path("gatewatch.toml").write_text(f"quiet = true\n[networks.one]\n{told}")
    found = effective(NETWORKS)
    assert ([one.name for one in found.value], found.origin) == (["one"], "gatewatch.toml:2")
    Path("more.toml").write_text(f"[two]\n{told}[three]\n{told}")
    monkeypatch.setenv("GATEWATCH_NETWORKS", "more.toml")
    assert [one.name for one in setting(NETWORKS)] == ["two", "three"]
    monkeypatch.setenv("GATEWATCH_NETWORKS", "missing.toml")
    with pytest.raises(BadSettingsFile, match=r"missing\.toml: No such file"):
        setting(NETWORKS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("networks = 7\n", 'gatewatch.toml:1: networks is "7": write a table [networks.NAME]'),
        (
            "[networks.a]\nkey = 1\n",
            "gatewatch.toml:1: networks cannot be understood, a: there is ",
        ),
    ],
)
def test_publishers_that_cannot_be_understood_are_told(text: str, said: str) -> None:
    Path("gatewatch.toml").write_text(text)
    with pytest.raises((BadSetting, BadSettingsFile)) as caught:
        setting(NETWORKS)
    assert str(caught.value).startswith(said)


def test_a_file_without_bottom_is_one_line() -> None:
    Path("gatewatch.toml").write_text(f"lake = {'[' * 60_000}")
    with pytest.raises(BadSettingsFile, match=r"gatewatch\.toml: is nested too deeply: a line rea"):
        setting(LAKE)
