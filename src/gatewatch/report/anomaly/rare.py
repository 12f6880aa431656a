"""Kinds of device that hardly exist: the lone solar panel among millions of routers."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gatewatch.model.fields import FIELDS
from gatewatch.model.language import ENGLISH, Language
from gatewatch.query.nodes import all_of
from gatewatch.query.printing import printed
from gatewatch.query.scope import Scope
from gatewatch.report.anomaly.finding import Anomaly, Kind
from gatewatch.report.counting import Unit, base_of, counting
from gatewatch.report.groupings import Grouping, by_field
from gatewatch.report.wording import listed

if TYPE_CHECKING:
    import duckdb

__all__ = ["rare_kinds"]

_TYPE = by_field(FIELDS["device.type"])
_MODEL = Grouping("model", (FIELDS["vendor"], FIELDS["model"]))
_FEW, _PER_MILLION = 3, 1.0
"""A kind is rare up to so many services, or up to so many in a million."""
_NAMED = 3


def rare_kinds(
    con: "duckdb.DuckDBPyConnection", scope: Scope, language: Language = ENGLISH
) -> list[Anomaly]:
    """Types of device, then models, that hardly exist in `scope`; the rarest first."""
    rows = counting(scope.node, [_TYPE, _MODEL], Unit.SERVICES)
    found = con.execute(rows.text, rows.values).fetchall()
    total = sum(row[-1] for row in found)
    most = max(_FEW, int(total * _PER_MILLION / 1e6))
    types: Counter[Any] = Counter()
    for type_, *_, n in found:
        types[type_] += n
    rare_types = {one for one, n in types.items() if one is not None and n <= most}
    return sorted(
        (
            *_types(scope, found, types, rare_types, total, language),
            *_models(
                scope, [row for row in found if row[0] not in rare_types], most, total, language
            ),
        ),
        key=lambda one: (-one.score, one.query),
    )


def _types(
    scope: Scope,
    found: list[tuple[Any, ...]],
    types: Counter[Any],
    rare: set[str],
    total: int,
    language: Language,
) -> Iterator[Anomaly]:
    base = base_of(scope, [_TYPE])
    for one in rare:
        models = {str(_MODEL.label(row[1:3])) for row in found
                  if row[0] == one and _MODEL.label(row[1:3]) is not None}  # fmt: skip
        type_ = one
        if models:
            named = listed(sorted(models)[:_NAMED], language)
            type_ = language.phrase("{type} ({models})", type=one, models=named)
        yield Anomaly(
            Kind.RARE,
            language.plural(
                "Only {n} of {total} is of type {type}.",
                "Only {n} of {total} are of type {type}.",
                types[one],
                total=language.plural("{n} service", "{n} services", total),
                type=type_,
            ),
            printed(all_of([base, _TYPE.condition([one])])),
            types[one],
            2 * total / types[one],
            {"field": "device.type", "value": one, "total": total},
        )


def _models(
    scope: Scope, found: list[tuple[Any, ...]], most: int, total: int, language: Language
) -> Iterator[Anomaly]:
    base = base_of(scope, [_MODEL])
    models: Counter[tuple[Any, ...]] = Counter()
    for _, vendor, model, n in found:
        if model is not None:
            models[vendor, model] += n
    for values, n in models.items():
        if n <= most:
            label = _MODEL.label(values)
            yield Anomaly(
                Kind.RARE,
                language.plural(
                    "Only {n} of {total} answers as {model}.",
                    "Only {n} of {total} answer as {model}.",
                    n,
                    total=language.plural("{n} service", "{n} services", total),
                    model=label,
                ),
                printed(all_of([base, _MODEL.condition(values)])),
                n,
                total / n,
                {"field": "model", "value": label, "total": total},
            )
