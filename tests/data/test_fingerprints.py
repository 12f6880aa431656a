"""Every entry of the catalogue, proven by its own examples; and what the catalogue must not say."""

from time import process_time

import pytest

from gatewatch.identify.catalogue import catalogue
from gatewatch.identify.entries import Condition, Fingerprint
from gatewatch.identify.matcher import identify
from gatewatch.identify.patterns import length_of
from gatewatch.identify.proof import failures
from gatewatch.identify.vocabulary import LISTS

ENTRIES = [entry for entries in catalogue().fingerprints.values() for entry in entries]

# Texts that make careless patterns slow: runs of what most character classes hold.
HOSTILE = ("a", "0", " ", ".", "aA0 ", "0.", "\n", 'realm="', "<b64:36>", "x: y\n", "-_/")
SLOWEST_S = 0.1


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.rule)
def test_an_entry_matches_its_examples_and_no_counter_example(entry: Fingerprint) -> None:
    assert list(failures(entry)) == []


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.rule)
def test_an_entry_is_fast_on_hostile_values(entry: Fingerprint) -> None:
    for condition in (Condition(entry.feature, entry.pattern), *entry.also):
        length = length_of(condition.feature)
        for example in (*HOSTILE, *(one.value for one in entry.examples)):
            value = (example * (length // len(example) + 1))[:length] if example else ""
            start = process_time()
            condition.pattern.regex.search(value)
            assert process_time() - start < SLOWEST_S


@pytest.mark.parametrize("field", LISTS)
def test_every_name_of_the_vocabulary_is_used_by_an_entry(field: str) -> None:
    """A name that nothing asserts is a leftover, or a typing error of an entry that is gone."""
    used = {claim.value for entry in ENTRIES for claim in entry.claims if claim.field == field}
    assert set(catalogue().vocabulary.names(field)) - used == set()


@pytest.mark.parametrize(
    "server", ["RomPager/4.07 UPnP/1.0", "RomPager/4.51", "Allegro-Software-RomPager/4.30b3"]
)
def test_rompager_alone_names_no_vendor(server: str) -> None:
    """nmap's catch-all line for RomPager says "ZyXEL ZyWALL 2", which made 1,501 false Zyxels."""
    said = identify({"http.server": server, "http.status": "HTTP/1.1 404 Not Found"})
    assert {one.field for one in said.assertions} & {"vendor", "model"} == set()


@pytest.mark.parametrize("realm", ["System", ".", "/", "null", "", "192.0.2.1"])
def test_a_realm_that_says_nothing_asserts_nothing(realm: str) -> None:
    assert identify({"http.realm": realm}).assertions == ()


@pytest.mark.parametrize("server", ["gSOAP/2.8.33", "gSOAP/2.8.124", "gSOAP"])
def test_an_edited_gsoap_tells_no_version(server: str) -> None:
    best = identify({"http.server": server}).best()
    assert best["software"][0] == "gSOAP"
    assert "software.version" not in best


def test_kit_constants_name_no_vendor_surely() -> None:
    igd = identify({"http.realm": "IgdAuthentication"}).best()
    assert igd["software"][0] == "Broadcom tr69c"
    assert "vendor" not in igd
    assert "vendor" not in identify({"http.realm": "realtek.com.tw"}).best()
    assert identify({"http.realm": "HuaweiHomeGateway"}).best()["vendor"][1] < 0.8
