"""What is written for nftables and ipset, taken by the real tools in a network of its own."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.watch.targets.test_files import FILES, act

from gatewatch.watch.entries import Meaning

HOMES = ("192.0.2.7", "198.51.100.8/30", "2001:db8:1::/64", "2001:db8:2:3::4")


def alone(script: str) -> str:
    """What a shell script prints in a network namespace that ends with it."""
    done = subprocess.run(
        ["unshare", "--net", "sh", "-euc", script], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("meaning", Meaning)
def test_nft_takes_the_file_twice_and_lets_entries_end(tmp_path: Path, meaning: Meaning) -> None:
    act(FILES["nftables"], tmp_path, *HOMES, meaning=meaning)
    file = tmp_path / f"gatewatch-nftables-{meaning}.nft"
    told = json.loads(alone(f"nft -f {file}; nft -f {file}; nft -j list ruleset"))["nftables"]
    sets = {one["set"]["name"]: one["set"]["elem"] for one in told if "set" in one}
    name = meaning.replace("-", "_")
    assert sorted(sets) == [f"{name}4", f"{name}6"]
    elements = [one["elem"] for name in sets for one in sets[name]]
    assert [one["timeout"] for one in elements] == [7 * 86_400] * 4
    rules = [one["rule"]["expr"][-1] for one in told if "rule" in one]
    wanted = (
        {"drop": None}
        if meaning is Meaning.BLOCK
        else {"mangle": {"key": {"meta": {"key": "mark"}}, "value": 0x6777}}
    )
    assert rules == [wanted, wanted]


def test_a_block_of_nftables_stops_packets_and_its_expiry_lets_them_through(tmp_path: Path) -> None:
    """Loopback stands for the Internet: 127.0.0.2 is locked out, 127.0.0.3 is not."""
    act(FILES["nftables"], tmp_path, "127.0.0.2", meaning=Meaning.BLOCK)
    file = tmp_path / "gatewatch-nftables-block.nft"
    text = file.read_text()
    file.write_text(text.replace("timeout 604800s", "timeout 2s"))
    script = f"""
    ip link set lo up
    nft -f {file}
    knock() {{ python3 - "$1" <<'PY'
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
client = socket.socket(); client.bind((sys.argv[1], 0)); client.settimeout(0.5)
try: client.connect(server.getsockname()); print("in")
except OSError: print("out")
PY
    }}
    knock 127.0.0.2; knock 127.0.0.3
    for n in $(seq 300); do
        nft list set inet gatewatch block4 | grep -q 127.0.0.2 || break
        sleep 0.1
    done
    knock 127.0.0.2
    """
    assert alone(script).split() == ["out", "in", "in"]


def test_ipset_takes_the_file_twice_and_lets_entries_end(tmp_path: Path) -> None:
    act(FILES["ipset"], tmp_path, *HOMES)
    file = tmp_path / "gatewatch-ipset-step-up.ipset"
    told = alone(f"ipset restore -exist < {file}; ipset restore -exist < {file}; ipset save")
    entries = sorted(line.split()[2] for line in told.splitlines() if line.startswith("add "))
    assert entries == ["192.0.2.7", "198.51.100.8/30", "2001:db8:1::/64", "2001:db8:2:3::4"]
    left = [int(line.split()[4]) for line in told.splitlines() if line.startswith("add ")]
    assert all(7 * 86_400 - 60 < one <= 7 * 86_400 for one in left)
    assert sorted(line.split()[1] for line in told.splitlines() if line.startswith("create")) == [
        *("gatewatch-step-up4", "gatewatch-step-up6"),
    ]
