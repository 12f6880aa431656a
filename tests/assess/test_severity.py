"""Scores of vectors are FIRST's; what is no vector is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.assess.severity import severity_of, version_of_vector


@pytest.mark.parametrize(
    ("vector", "version", "score"),
    [
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", "2.0", 10.0),
        ("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.0", 8.1),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.1", 9.8),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0", 8.6),
    ],
)
def test_a_vector_has_the_score_of_its_version(vector: str, version: str, score: float) -> None:
    severity = severity_of(vector, "somebody")
    assert (severity.version, severity.score) == (version, score)
    assert version_of_vector(vector) == version
    named = vector if vector.startswith("CVSS:") else f"CVSS:2.0/{vector}"
    assert str(severity) == f"{score} ({named}; somebody)"


@pytest.mark.parametrize(
    "vector",
    ["", "9.8", "CVSS:3.1/AV:N", "CVSS:3.1/AV:X/AC:L", "CVSS:5.0/AV:N/AC:L", "AV:N/" * 100],
)
def test_what_is_no_vector_is_refused(vector: str) -> None:
    with pytest.raises(ValueError, match="is no CVSS vector"):
        severity_of(vector, "somebody")


@given(st.text(max_size=80) | st.from_regex(r"CVSS:3\.1(/[A-Z]{1,2}:[A-Z]){1,9}", fullmatch=True))
def test_any_text_has_a_score_from_0_to_10_or_is_refused(text: str) -> None:
    try:
        severity = severity_of(text, "somebody")
    except ValueError:
        return
    assert 0 <= severity.score <= 10
