"""How a campaign's hashtag is set large."""


def hashtag_parts(hashtag: str) -> list[str]:
    """The hashtag in one or two parts, broken before the capital nearest its middle: "#Respect4" and "SocialWork"."""
    if not hashtag:
        return []
    breaks = [
        place
        for place in range(1, len(hashtag))
        if hashtag[place].isupper() and (hashtag[place - 1].islower() or hashtag[place - 1].isdigit())
    ]
    if not breaks:
        return [hashtag]
    middle = min(breaks, key=lambda place: abs(place - len(hashtag) / 2))
    return [hashtag[:middle], hashtag[middle:]]
