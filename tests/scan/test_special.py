import pytest

from gatewatch.model.address import parse_network
from gatewatch.scan.special import block_of, lab_space, special_blocks, special_space


def test_public_ipv4_is_as_large_as_the_registries_leave_it() -> None:
    """3,702,258,432 without the 15 blocks of ZMap's blocklist; IANA lists three /24s more."""
    assert 2**32 - special_space().v4.size == 3_702_258_432 - 3 * 256


def test_blocks_are_whole_and_sorted_and_named_once() -> None:
    blocks = special_blocks()
    numbers = [
        (block.network.first.high is not None, block.network.first.number) for block in blocks
    ]
    assert numbers == sorted(set(numbers))
    assert all(block.name and block.rfc.startswith("RFC ") for block in blocks)


def test_lab_space_is_special_space() -> None:
    assert lab_space().without(special_space()).size == 0
    assert {block.text for block in special_blocks() if block.lab} == {
        "10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15",
        "::1/128", "fc00::/7",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("127.0.0.1", "127.0.0.0/8"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.0.0.0/7", None),
        ("8.8.8.8", None),
        ("fe80::1", "fe80::/10"),
        ("2606:4700::1", None),
    ],
)
def test_a_network_lies_in_the_block_that_holds_all_of_it(text: str, block: str | None) -> None:
    found = block_of(parse_network(text))
    assert (found.text if found else None) == block
