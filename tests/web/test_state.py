"""Links to the same page with one thing changed."""

import re

from hypothesis import given
from hypothesis import strategies as st

from gatewatch.web.state import State, state_of, url

TEXT = st.text(max_size=30)


def test_one_thing_changes_and_the_rest_stays() -> None:
    state = state_of("/search", "q=country%3AIT&sort=ip&after=x&empty=")
    assert state.given == (("q", "country:IT"), ("sort", "ip"), ("after", "x"))
    assert state.having(q="port:80") == "/search?sort=ip&q=port%3A80"
    assert state.having(q=None) == "/search?sort=ip"
    assert state.having(after="y") == "/search?q=country%3AIT&sort=ip&after=y"
    assert state.having("/report", by=["a", "b"]) == "/report?q=country%3AIT&by=a&by=b"


@given(TEXT, st.lists(st.tuples(TEXT, TEXT), max_size=5))
def test_a_url_stays_on_this_site_and_is_plain_ascii(
    path: str, pairs: list[tuple[str, str]]
) -> None:
    made = url(path, pairs)
    assert re.fullmatch(r"/(?![/\\])[!-~]*", made)


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.lists(st.tuples(WORDS, WORDS)))
def test_what_a_link_says_is_what_its_page_reads(pairs: list[tuple[str, str]]) -> None:
    given_pairs = tuple(pairs[:50])
    _, _, query = State("/x", given_pairs).here.partition("?")
    assert state_of("/x", query).given == given_pairs
