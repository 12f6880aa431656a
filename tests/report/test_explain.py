"""What several ports of one host come to, and answers that were pasted."""

from gatewatch.model.identity import Assertion, Identity
from gatewatch.model.observation import Spoke
from gatewatch.report.explain import beliefs_about, near_misses, read_pasted, together
from gatewatch.report.host import beliefs_of


def said(*assertions: tuple[str, str, float, str]) -> Identity:
    return Identity(tuple(Assertion(*one, evidence="x") for one in assertions))


def test_ports_add_up_but_a_rule_counts_once() -> None:
    one = beliefs_of(said(("vendor", "Acme", 0.5, "a/x")))
    same = beliefs_of(said(("vendor", "Acme", 0.5, "a/x")))
    other = beliefs_of(said(("vendor", "Acme", 0.5, "b/y")))
    assert [shared.sure for shared in together({80: one, 81: same})] == [0.5]
    (shared,) = together({80: one, 81: other})
    assert (shared.sure, shared.ports) == (0.75, (80, 81))


def test_software_and_role_are_a_ports_own() -> None:
    beliefs = beliefs_of(said(("software", "gSOAP", 0.9, "a/x"), ("role", "cpe", 0.9, "a/x")))
    assert together({80: beliefs}) == []


def test_a_pasted_answer_is_masked_as_a_stored_one_is() -> None:
    answer, mended = read_pasted(
        b'HTTP/1.1 401 x\nWWW-Authenticate: Digest realm="cwmpd", '
        b'nonce="0f1e2d3c4b5a69788796a5b4c3d2e1f0"\n\n',
        exact=False,
    )
    assert mended
    assert b'nonce="<hex32>"' in answer.head
    assert b"\r\n" in answer.head
    assert {belief.value for belief in beliefs_about(answer)} >= {"netcwmp", "cpe"}


def test_any_bytes_may_be_pasted() -> None:
    answer, _ = read_pasted(bytes(range(256)), exact=True)
    assert answer.spoke is Spoke.OTHER
    assert near_misses(answer) == []
