"""The reference page says what the tables say, and its examples are true."""

import re
from pathlib import Path

import pytest

from gatewatch.model.fields import Kind
from gatewatch.query.dialects import DIALECTS, Dialect
from gatewatch.query.lexer import MAX_LENGTH
from gatewatch.query.nodes import Form, conditions, form_of
from gatewatch.query.operators import OPERATORS, Operator
from gatewatch.query.parser import MAX_DEPTH, MAX_LIST, parse
from gatewatch.query.printing import printed
from gatewatch.query.regex import MAX_PATTERN
from gatewatch.query.rewrites import REWRITES, Rewrite

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "query.md").read_text(encoding="utf-8")
PAGE_FOR_OTHERS = (
    Path(__file__).parents[2] / "docs" / "how-to" / "coming-from-censys-or-shodan.md"
).read_text(encoding="utf-8")
EACH = pytest.mark.parametrize("operator", OPERATORS, ids=lambda one: one.spelling)


@EACH
def test_each_operator_has_its_row(operator: Operator) -> None:
    kinds = ", ".join(operator.kinds) if len(operator.kinds) < len(Kind) else "all"
    example = f"`` {operator.example} ``" if "`" in operator.example else f"`{operator.example}`"
    row = f"| `{operator.spelling}` | {kinds} | {operator.sentence} | {example} |\n"
    assert row in PAGE


def test_the_page_has_no_row_of_an_operator_that_is_gone() -> None:
    table = PAGE.partition("## Ways to compare")[2].partition("## How the kinds")[0]
    assert len(re.findall(r"^\| `field", table, re.MULTILINE)) == len(OPERATORS)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_each_dialect_has_its_row(dialect: Dialect) -> None:
    assert f"\n| `{dialect.name}` | {dialect.sentence} |\n" in PAGE


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda one: one.names[0])
def test_each_name_that_stands_for_others_has_its_row(rewrite: Rewrite) -> None:
    names = ", ".join(f"`{name}`" for name in rewrite.names)
    assert f"\n| {names} | {rewrite.sentence} | `{rewrite.example}` |\n" in PAGE
    assert parse(rewrite.example).rewrites


@EACH
def test_each_example_uses_its_operator(operator: Operator) -> None:
    [condition] = conditions(parse(operator.example).node)
    assert (condition.symbol, form_of(condition.value)) == (operator.symbol, operator.form)
    assert condition.field.kind in operator.kinds


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_says_how_it_compares(kind: Kind) -> None:
    assert f"\n| {kind} | " in PAGE.partition("## How the kinds compare")[2]


def test_every_kind_can_be_asked_for_a_value_and_for_any() -> None:
    for form in (Form.SCALAR, Form.PRESENT):
        assert any(one.symbol == ":" and one.form is form and set(one.kinds) == set(Kind)
                   for one in OPERATORS)  # fmt: skip


def test_queries_for_users_of_other_engines_become_what_their_page_says() -> None:
    page = PAGE_FOR_OTHERS.partition("## 1.")[0]
    rows = re.findall(r"^\| `(.*?)` \| [^`|]+ \| `(.*?)` \|$", page, re.MULTILINE)
    assert len(rows) == 5
    for typed, becomes in rows:
        assert printed(parse(typed).node) == becomes


def test_the_bounds_are_told() -> None:
    assert f"{MAX_LIST:,}" in PAGE
    assert f"{MAX_PATTERN:,} characters" in PAGE
    assert f"{MAX_LENGTH:,}\ncharacters" in PAGE
    assert f"{MAX_DEPTH} deep" in PAGE


def test_the_quoted_complaints_are_what_is_said() -> None:
    from gatewatch.model.errors import BadQuery

    for query in ("contry:IT", 'server:"gSOAP', "port:70000"):
        with pytest.raises(BadQuery) as caught:
            parse(query)
        assert f"\n{caught.value}\n" in PAGE
