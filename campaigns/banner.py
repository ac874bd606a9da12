"""Chooses the banner of a page."""

from campaigns.models import Banner

READING = ("/news/", "/resources/", "/topics/", "/authors/", "/series/", "/campaigns/")


def banner_for(path: str, rows: list[dict]) -> dict | None:
    """The newest of the banners that may stand on the page at `path`: never on the page that it leads to.

    `rows` are those of `campaigns.content.banners`.
    """
    places = {Banner.Pages.ALL}
    if path == "/":
        places |= {Banner.Pages.HOME, Banner.Pages.READING}
    elif path.startswith(READING):
        places.add(Banner.Pages.READING)
    return next((row for row in rows if row["shown_on"] in places and row["path"] != path), None)
