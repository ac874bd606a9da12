"""`{% remember key ... %}`: markup that follows from its keys alone is made once a process, not once a page."""

from __future__ import annotations

from threading import Lock

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader_tags import BlockNode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from core.prerender import LastingContext

register = template.Library()

#: Fragments kept of each place in the templates; the oldest gives way.
KEPT = 512


class RememberNode(template.Node):
    # Whoever looks for the blocks of a template, which `extends` does for every page, need not look in here.
    child_nodelists = ()

    def __init__(self, nodelist: NodeList, keys: list[FilterExpression]):
        self.nodelist = nodelist
        self.keys = keys
        self.fragments: dict[tuple, SafeString] = {}
        self.lock = Lock()

    def render(self, context: Context) -> SafeString:
        if isinstance(context, LastingContext):
            # May hold open places of one page alone (`core.prerender`).
            return self.nodelist.render(context)
        # A key that the view left out is None here, and not an empty word that all such pages would share.
        values = [key.resolve(context, ignore_failures=True) for key in self.keys]
        if None in values or settings.DEBUG:
            return self.nodelist.render(context)
        # Asked once a template: to ask costs as much as to remember.
        rendering = context.render_context.dicts[-1]
        if "language" not in rendering:
            rendering["language"] = get_language()
        key = (rendering["language"], *values)
        fragment = self.fragments.get(key)
        if fragment is None:
            fragment = mark_safe(self.nodelist.render(context))  # noqa: S308 - what a template has rendered is escaped
            # Looking for the oldest while another thread adds one is an error.
            with self.lock:
                self.fragments[key] = fragment
                if len(self.fragments) > KEPT:
                    del self.fragments[next(iter(self.fragments))]
        return fragment


@register.tag
def remember(parser: Parser, token: Token) -> RememberNode:
    """Everything between the tags must follow from the keys and the language: nothing of the request, no token.

    This is no cache of answers: the keys are read anew for every page (an edition's number, and an edition never
    changes; the number of the frame, and a changed frame has another), so nothing shown can be out of date. A key that
    is None (a preview's unsaved edition) remembers nothing. A `{% language %}` must stand around the whole template.
    """
    _name, *words = token.split_contents()
    if not words:
        raise template.TemplateSyntaxError("{% remember %} needs a key from which everything in it follows.")
    nodelist = parser.parse(("endremember",))
    parser.delete_first_token()
    if nodelist.get_nodes_by_type(BlockNode):
        raise template.TemplateSyntaxError("A {% block %} around {% remember %} works, one inside it does not.")
    return RememberNode(nodelist, [parser.compile_filter(word) for word in words])


@register.filter
def same_as(value: object, other: object) -> bool:
    return value == other
