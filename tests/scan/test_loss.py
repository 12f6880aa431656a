from gatewatch.scan.loss import Canaries, second_look
from gatewatch.scan.standing import Standing


def test_one_silent_in_a_hundred_is_looked_at_twice_spread_evenly() -> None:
    chosen = [turn for turn in range(100_000) if second_look(turn)]
    assert 900 < len(chosen) < 1100
    for start in range(0, 100_000, 10_000):
        assert 70 < sum(start <= turn < start + 10_000 for turn in chosen) < 130


def test_canaries_halve_the_rate_when_their_share_falls_and_no_further_than_a_sixteenth() -> None:
    canaries = Canaries(frozenset(range(10_000)))
    paces = []
    for turn in range(2000):
        canaries.saw(turn, answered=turn < 100 or turn % 4 == 0)
        paces.append(canaries.pace)
    assert paces[99] == 1
    assert paces[-1] == 1 / 16
    assert len(set(paces)) == 5


def test_a_share_that_stays_changes_nothing_and_others_do_not_count() -> None:
    canaries = Canaries(frozenset(range(0, 10_000, 2)))
    for turn in range(5000):
        assert not canaries.saw(turn, answered=turn % 4 == 0)
    assert canaries.pace == 1


def test_loss_is_estimated_from_those_that_answer_the_second_time() -> None:
    """Of 200 looked at twice 20 answer, so 1 in 10 of the 2,000 silent ones would."""
    standing = Standing(4000)
    standing.silent.update({"connection-timeout": 1980})
    standing.services.update({"success": 820})
    standing.numbers.update({"second_looks": 200, "missed": 20})
    assert standing.loss() == 200 / (200 + 820)
    standing.numbers["second_looks"] = 99
    assert standing.loss() is None
