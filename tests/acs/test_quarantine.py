"""How many strangers are heard."""

from gatewatch.acs.quarantine import Rate


def test_a_source_has_its_share_and_gets_it_back_with_time() -> None:
    rate = Rate(0.5, 2, all_per_s=100)
    assert [rate.allows("a", 0) for _ in range(3)] == [True, True, False]
    assert rate.allows("b", 0)
    assert not rate.allows("a", 1)
    assert rate.allows("a", 2.1)


def test_all_sources_together_have_an_end() -> None:
    rate = Rate(10, 10, all_per_s=5)
    rate.allows("warm", 0)
    rate.allows("up", 100)
    heard = sum(rate.allows(str(number), 100) for number in range(100))
    assert heard == 9


def test_sources_that_are_remembered_have_an_end() -> None:
    rate = Rate(1, 1, all_per_s=1e9, keys=10)
    for number in range(100):
        rate.allows(str(number), 0)
    assert len(rate._buckets) == 10
