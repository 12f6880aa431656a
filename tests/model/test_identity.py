import pytest

from gatewatch.model.identity import Assertion, Identity


def said(field: str, value: str, confidence: float) -> Assertion:
    return Assertion(field, value, confidence, rule="http_server/x", evidence="x")


def test_rules_that_agree_make_surer() -> None:
    identity = Identity((said("vendor", "Example", 0.5), said("vendor", "Example", 0.5)))
    value, confidence = identity.best()["vendor"]
    assert value == "Example"
    assert confidence == pytest.approx(0.75)


def test_the_value_with_the_most_combined_confidence_wins() -> None:
    identity = Identity(
        (said("vendor", "A", 0.7), said("vendor", "B", 0.5), said("vendor", "B", 0.6))
    )
    value, confidence = identity.best()["vendor"]
    assert value == "B"
    assert confidence == pytest.approx(0.8)


def test_the_first_of_equal_values_wins_and_fields_do_not_mix() -> None:
    identity = Identity(
        (said("vendor", "A", 0.5), said("vendor", "B", 0.5), said("role", "cpe", 1))
    )
    assert {name: value for name, (value, _) in identity.best().items()} == {
        "vendor": "A",
        "role": "cpe",
    }


def test_nothing_said_is_nothing_believed() -> None:
    assert Identity().best() == {}
