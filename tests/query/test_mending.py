"""A query that cannot be read is mended as its error says, and every mend can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewatch.model.errors import BadQuery
from gatewatch.query.mending import MOST_MENDS, mends
from gatewatch.query.parser import parse


def mended(query: str) -> list[str]:
    with pytest.raises(BadQuery) as told:
        parse(query)
    return mends(told.value)


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("contry:IT", ["country:IT"]),
        ('server:"gSOAP', ['server:"gSOAP"']),
        ("server:'gSOAP", ["server:'gSOAP'"]),
        ("status:[400 499] port:80", ["status:[400 TO 499] port:80"]),
        ("(port:7547", ["(port:7547)"]),
        ("((port:7547", ["((port:7547))"]),
        ("port:7547)", ["port:7547"]),
        ("gSOAP - RomPager", ["gSOAP -RomPager"]),
        ("country:Itlay port:80", ["country:IT port:80"]),
        ("AND port:7547", ["port:7547"]),
        ("port:7547 OR", ["port:7547"]),
        ("server:gSOAP^2 port:80", ["server:gSOAP port:80"]),
        ("country:=~x port:80", ["country=~x port:80"]),
        ("contry:IT and sever:gSOAP", ["country:IT and server:gSOAP"]),
        ("port:80 status:abc country:IT", ["port:80 country:IT"]),
        ("status:abc", []),
        ("(" * 70 + "a" + ")" * 70, []),
        ("a" * 9000, []),
    ],
)
def test_the_words_of_the_error_are_carried_out(query: str, meant: list[str]) -> None:
    assert mended(query) == meant


@given(
    st.lists(
        st.sampled_from(
            ("contry:IT", "sever:", "port:x", "(", ")", '"', "'", "-", "and", "or", "not",
             "country:Itlay", "server:gSOAP^2", "status:[400 499]", "country:=~x", "port:80",
             "{", "[", "=~", "\0")
        )
        | st.text(max_size=8),
        max_size=8,
    ).map(" ".join)
)  # fmt: skip
def test_whatever_is_offered_can_be_read(query: str) -> None:
    try:
        parse(query)
    except BadQuery as error:
        offered = mends(error)
        assert len(offered) <= MOST_MENDS
        for text in offered:
            parse(text)
            assert text != query
