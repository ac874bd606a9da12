"""How a campaign's hashtag is set large."""

import re

from django import template

register = template.Library()


@register.filter
def hashtag_parts(hashtag: str) -> list[str]:
    """The hashtag in one or two parts, broken before the capital nearest to its middle: `["#Respect4", "SocialWork"]`."""
    breaks = [match.start() for match in re.finditer(r"(?<=[a-z0-9])(?=[A-Z])", hashtag)]
    if not breaks:
        return [hashtag]
    middle = min(breaks, key=lambda place: abs(place - len(hashtag) / 2))
    return [hashtag[:middle], hashtag[middle:]]
