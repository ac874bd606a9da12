"""Pages rendered in two steps: once what follows from a thing that never changes, for each reader what is fresh.

`prerender` renders a template from the lasting values alone and leaves the places of its `{% fresh %}` parts open; its
result is text to be kept. `complete` fills the places in, from the context of a request, and gives the very page that
rendering the template at once would have given.
"""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.template.context import Context, make_context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

if TYPE_CHECKING:
    from core.templatetags.prerender import FreshNode

#: The `{% fresh %}` parts of all templates that this process has compiled, by template and number.
fresh_nodes: dict[str, FreshNode] = {}


class NotLasting(LookupError):
    """A template uses, outside `{% fresh %}`, something that only a request knows: prerendered, it would go stale."""

    def __init__(self, name: str):
        super().__init__(f"{name!r} is known only when the page is read: put what uses it into {{% fresh %}}.")


class Incomplete(LookupError):
    """The text does not fit the templates of this process; the template itself must be rendered."""


class LastingContext(Context):
    """Holds what a page is prerendered from; a template that asks for more is refused, not given nothing."""

    def __init__(self, values: dict[str, Any]):
        super().__init__(values)
        #: Stands around the open places. Drawn anew for each page, so that no text of a page can hold it.
        self.mark = secrets.token_hex(12)
        #: What was asked for in vain: `{% if a and b %}` takes an error for "no".
        self.refused: list[str] = []

    def __getitem__(self, key: Any) -> Any:
        for layer in reversed(self.dicts):
            if key in layer:
                return layer[key]
        self.refused.append(key)
        raise NotLasting(key)


def prerender(template_name: str, values: dict[str, Any]) -> str:
    """In the site's own language, whichever the person who publishes reads. Raises NotLasting."""
    template = get_template(template_name).template  # type: ignore[attr-defined]
    context = LastingContext(values)
    with override(settings.LANGUAGE_CODE):
        text = template.render(context)
    if context.refused:
        raise NotLasting(context.refused[0])
    return f"{context.mark}\n{text}"


def complete(prerendered: str, *, template_name: str, values: dict[str, Any], request: HttpRequest) -> SafeString:
    """The page. `values` are those of both steps. Raises Incomplete."""
    mark, _newline, text = prerendered.partition("\n")
    parts = text.split(mark)
    template = get_template(template_name).template  # type: ignore[attr-defined]
    context = make_context(values, request)
    with context.render_context.push_state(template), context.bind_template(template):
        for place in range(1, len(parts), 2):
            try:
                node = fresh_nodes[parts[place]]
            except KeyError as error:
                # Also when no page has been rendered here yet, since `extends` and `include` compile what they need.
                raise Incomplete(parts[place]) from error
            parts[place] = node.part.render(context)
    return mark_safe("".join(parts))  # noqa: S308 - what a template has rendered is escaped


@cache
def release() -> str:
    """Tells the code, templates and libraries of this process from any others: what shapes a prerendered page."""
    digest = hashlib.sha256()
    listed = (path for pattern in ("requirements/base.txt", "locale/**/*.mo")
              for path in sorted(settings.BASE_DIR.glob(pattern)))  # fmt: skip
    rooms = {app.partition(".")[0] for app in settings.INSTALLED_APPS} | {"config", "templates"}
    folders = (settings.BASE_DIR / room for room in sorted(rooms))
    code = (path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in {".py", ".html"})
    for path in (*listed, *code):
        digest.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:32]
