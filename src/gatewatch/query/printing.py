"""The canonical spelling of a query: what URLs, reports and saved queries carry."""

from gatewatch.model.fields import FIELDS
from gatewatch.query.nodes import And, Condition, Everything, Host, Node, Not, Or, Pattern
from gatewatch.query.values import quoted, written

__all__ = ["printed"]

BANNER = FIELDS["banner"]
_LISTED = frozenset({":", "="})


def printed(node: Node) -> str:
    """`node` as one line of text that parses to the same tree."""
    if isinstance(node, Everything):
        return "*"
    if isinstance(node, Condition):
        return _condition(node)
    if isinstance(node, Not):
        return f"not {_grouped(node.part)}"
    if isinstance(node, Host):
        return f"host({printed(node.part)})"
    if isinstance(node, Or) and (listed := _as_list(node)):
        return listed
    joint = " " if isinstance(node, And) else " or "
    return joint.join(map(_grouped, node.parts))


def _condition(node: Condition) -> str:
    if node.field is BANNER and node.symbol == ":" and isinstance(node.value, str):
        return quoted(node.value)
    return f"{node.field.name}{node.symbol}{written(node.value)}"


def _as_list(node: Or) -> str:
    """`port:{80, 443}` when all parts give one field one value each; else nothing."""
    conditions = [part for part in node.parts if isinstance(part, Condition)]
    first = conditions[0] if len(conditions) == len(node.parts) else None
    if first is None or first.symbol not in _LISTED or first.field is BANNER:
        return ""
    if any((one.field, one.symbol) != (first.field, first.symbol) for one in conditions):
        return ""
    values = [written(one.value) for one in conditions]
    plain = all(isinstance(one.value, Pattern) or text[0] not in "[*@" for one, text in
                zip(conditions, values, strict=True))  # fmt: skip
    return f"{first.field.name}{first.symbol}{{{', '.join(values)}}}" if plain else ""


def _grouped(node: Node) -> str:
    text = printed(node)
    in_brackets = isinstance(node, And) or (isinstance(node, Or) and not _as_list(node))
    return f"({text})" if in_brackets else text
