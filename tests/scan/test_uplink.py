from gatewatch.model.address import parse_address
from gatewatch.model.observation import Outcome, Unanswered
from gatewatch.scan.probe import Probe, Result
from gatewatch.scan.uplink import Uplink


def silence(turn: int) -> Result:
    probe = Probe(turn, parse_address("192.0.2.1"))
    return Result(probe, Unanswered(Outcome.CONNECTION_TIMEOUT))


def test_silent_ones_count_when_somebody_answers() -> None:
    uplink = Uplink(0.0, timeout=2.0)
    uplink.heard(0.0)
    assert uplink.silent(silence(1), 1.0) == []
    assert [one.probe.turn for one in uplink.heard(1.5)] == [1]
    assert uplink.heard(1.6) == []


def test_where_nobody_ever_answered_silence_says_nothing() -> None:
    uplink = Uplink(0.0, timeout=2.0)
    counted = [one for turn in range(1000) for one in uplink.silent(silence(turn), turn)]
    counted += uplink.settle()
    assert [one.probe.turn for one in counted] == list(range(1000))
    assert uplink.lost_at is None


def lost() -> Uplink:
    uplink = Uplink(0.0, timeout=2.0)
    for _ in range(100):
        uplink.heard(0.0)
    for turn in range(60):
        assert uplink.silent(silence(turn), turn / 10) == []
    return uplink


def test_a_lost_line_gives_back_who_was_silent_few_a_second_until_somebody_answers() -> None:
    uplink = lost()
    assert uplink.lost_at is not None
    assert 5 <= uplink.lost_at < 6
    assert uplink.waiting == 60
    now = uplink.lost_at + 1
    assert uplink.again(now) is not None
    assert uplink.again(now + 0.5) is None  # five in eight answer, so one is heard soon
    assert uplink.again(now + 1) is not None
    uplink.heard(now + 1)
    assert uplink.lost_at is None
    back = [uplink.again(now + 1) for _ in range(58)]
    assert None not in back
    assert uplink.again(now + 1) is None


def test_it_is_given_up_after_ten_minutes() -> None:
    uplink = lost()
    assert uplink.lost_at is not None
    assert not uplink.given_up(uplink.lost_at + 600)
    assert uplink.given_up(uplink.lost_at + 601)


def test_who_is_tried_while_it_is_lost_is_mixed() -> None:
    uplink = lost()
    assert uplink.lost_at is not None
    tried = [uplink.again(uplink.lost_at + second) for second in range(1, 9)]
    turns = [probe.turn for probe in tried if probe is not None]
    assert len(turns) == 8
    assert max(turns) > 30 > min(turns)


def test_those_under_way_when_it_comes_back_are_asked_again() -> None:
    """They were sent while it was lost."""
    uplink = lost()
    uplink.heard(10.0)
    before = uplink.waiting
    assert uplink.silent(silence(70), 11.9) == []
    assert uplink.waiting == before + 1
    assert uplink.silent(silence(71), 12.1) == []
    assert uplink.waiting == before + 1
