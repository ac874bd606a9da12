"""How a campaign's hashtag is set large."""

from itertools import pairwise


def hashtag_parts(hashtag: str) -> list[str]:
    """The hashtag in one or two parts, broken before the capital nearest its middle: "#Respect4" and "SocialWork"."""
    breaks = [
        place
        for place, (before, after) in enumerate(pairwise(hashtag), start=1)
        if after.isupper() and (before.islower() or before.isdigit())
    ]
    middle = min(breaks, key=lambda place: abs(place - len(hashtag) / 2), default=len(hashtag))
    return [part for part in (hashtag[:middle], hashtag[middle:]) if part]
