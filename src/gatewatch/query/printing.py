"""The canonical spelling of a query: what URLs, reports and saved queries carry."""

from gatewatch.query.nodes import And, Condition, Everything, Node, Not, Or
from gatewatch.query.values import written

__all__ = ["printed"]


def printed(node: Node) -> str:
    """`node` as one line of text that parses to the same tree."""
    if isinstance(node, Everything):
        return "*"
    if isinstance(node, Condition):
        return f"{node.field.name}{node.symbol}{written(node.value)}"
    if isinstance(node, Not):
        return f"not {_grouped(node.part)}"
    joint = " " if isinstance(node, And) else " or "
    return joint.join(map(_grouped, node.parts))


def _grouped(node: Node) -> str:
    text = printed(node)
    return f"({text})" if isinstance(node, And | Or) else text
