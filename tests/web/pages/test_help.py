"""The help for people who come from elsewhere: what it shows is true."""

import pytest
from starlette.testclient import TestClient

from gatewatch.model.language import language
from gatewatch.query.dialects import DIALECTS
from gatewatch.query.parser import parse
from gatewatch.query.printing import printed
from gatewatch.web.examples import CENSYS, LEGACY, SHODAN, translations
from gatewatch.web.pages.help import _rules

SHOWN = [
    *(("censys-legacy", one) for one in LEGACY),
    *(("censys", one) for one in CENSYS),
    *(("shodan", one) for one in SHODAN),
]


@pytest.mark.parametrize(("dialect", "theirs"), SHOWN)
def test_every_query_parses_and_ours_means_the_same(dialect: str, theirs: str) -> None:
    [found] = translations([theirs], dialect)
    assert parse(found.ours).node == parse(theirs, DIALECTS[dialect]).node


@pytest.mark.parametrize("engine", ["censys", "shodan"])
def test_both_columns_are_shown_and_ours_is_a_link(client: TestClient, engine: str) -> None:
    html = client.get(f"/help/{engine}").text
    queries = {"censys": (*LEGACY, *CENSYS), "shodan": SHODAN}[engine]
    assert html.count('<td><a class="value" href="/search?q=') == len(queries)


def test_every_rule_shown_is_a_query() -> None:
    for query, _ in _rules(language("en")):
        assert printed(parse(query).node)


def test_an_unknown_engine_has_no_page(client: TestClient) -> None:
    assert client.get("/help/altavista").status_code == 404
