from gatewatch.model.observation import Outcome, Spoke


def test_open_has_four_strengths_in_this_order() -> None:
    assert [word.value for word in sorted(Spoke, key=lambda word: word.rank)] == [
        "syn-ack",
        "connected",
        "other",
        "http",
    ]


def test_outcomes_are_words_with_hyphens() -> None:
    assert all(word.value == word.name.lower().replace("_", "-") for word in Outcome)
