from pathlib import Path

import pytest

from gatewatch.model.errors import BadArguments
from gatewatch.watch.assets import Assets, parse_asset, read_assets
from gatewatch.watch.excluded import Reason, known_networks


def test_assets_are_added_once_and_removed(watch: Path) -> None:
    some = [parse_asset("own", "198.51.100.0/24", "office"), parse_asset("egress", "as64500")]
    with Assets.open(watch) as assets:
        assert assets.add(some) == 2
        assert assets.add(some) == 0
        assert [one.text for one in assets.all()] == ["AS64500", "198.51.100.0/24"]
        assert assets.remove("AS64500") == 1
        assert assets.remove("AS64500") == 0


def test_a_file_names_kinds_and_names(tmp_path: Path) -> None:
    file = tmp_path / "networks.txt"
    file.write_text("# ours\n198.51.100.0/24  # office\negress AS64500\n\n2001:db8::/32\n")
    found = [(str(one.kind), one.text, one.name) for one in read_assets(file, "own")]
    assert found == [
        ("own", "198.51.100.0/24", "office"), ("egress", "AS64500", ""),
        ("own", "2001:db8::/32", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["198.51.100.0/33", "AS0", "office 198.51.100.0/24", "a b c"])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "networks.txt"
    file.write_text(f"192.0.2.0/24\n{line}\n")
    with pytest.raises(BadArguments, match=r"networks\.txt:2"):
        read_assets(file, "own")


def test_known_networks_are_read(watch: Path) -> None:
    assert known_networks()[16509] is Reason.HOSTING
