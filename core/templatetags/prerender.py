"""`{% fresh %}`: the parts of a prerendered page that are rendered for each reader (`core.prerender`)."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.template.loader_tags import BlockNode
from django.utils.safestring import SafeString, mark_safe

from core.prerender import LastingContext, fresh_nodes

register = template.Library()


class FreshNode(template.Node):
    # Whoever looks for the blocks of a template, which `extends` does for every page, need not look in here.
    child_nodelists = ()

    def __init__(self, nodelist: NodeList, place: str):
        # Most hold a single `{% remember %}`.
        self.part: template.Node | NodeList = nodelist[0] if len(nodelist) == 1 else nodelist
        self.place = place

    def render(self, context: Context) -> SafeString:
        if isinstance(context, LastingContext):
            return mark_safe(f"{context.mark}{self.place}{context.mark}")  # noqa: S308 - both are ours
        return SafeString(self.part.render(context))


@register.tag
def fresh(parser: Parser, _token: Token) -> FreshNode:
    """What stands between the tags is rendered when the page is read: all that may differ from one day, reader or
    address to another. It sees what the view passed, not the variables of a `{% for %}` or `{% with %}` around it.
    """
    number = parser.fresh_parts = getattr(parser, "fresh_parts", 0) + 1  # type: ignore[attr-defined]
    nodelist = parser.parse(("endfresh",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(BlockNode):
        raise template.TemplateSyntaxError("A {% block %} around {% fresh %} works, one inside it does not.")
    origin: Any = parser.origin
    place = f"{origin.template_name or origin.name} {number}"
    node = fresh_nodes[place] = FreshNode(nodelist, place)
    return node
