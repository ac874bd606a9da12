"""What stands around every page: the organisation, the menus, the helplines and the campaign's banner.

One query, compiled once (`core.prepared`) and never cached: an editor who changes a helpline sees it on the next page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from campaigns.banner import banner_rows
from core.json_rows import JsonRows
from core.prepared import Param, PreparedQuery, Row
from pages.models import NavigationItem, SiteSettings, SocialLink
from publishing.models import Edition, Helpline

MENUS = [menu.value for menu in NavigationItem.Menu]
SITE_FIELDS = [field.name for field in SiteSettings._meta.fields if field.name not in {"id", "lead_story"}]

#: Standing pages that templates lead to; a new site has yet to write them.
LINKED = ("/staying-safe-online/", "/privacy/", "/complaints/")


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What templates read as `layout`."""

    site: dict
    menus: dict[str, list[dict]]
    social_links: list[dict]
    helplines: list[dict]
    banner: dict | None
    #: Which of `LINKED` there are.
    live_pages: frozenset[str]

    @property
    def panel_helplines(self) -> list[dict]:
        """Those for the short panel; all of them as long as nobody has chosen any but the emergency line."""
        chosen = [line for line in self.helplines if line["is_emergency"] or line["shown_in"] == Helpline.ShownIn.PANEL]
        return chosen if len(chosen) > 1 else self.helplines


def _layout_query():
    at = Param("at", DateTimeField())
    return SiteSettings.objects.order_by().values(
        *SITE_FIELDS,
        navigation=JsonRows(NavigationItem.objects.order_by("menu", "position", "pk").values("menu", "label", "path")),
        social=JsonRows(SocialLink.objects.order_by("position", "pk").values("network", "url")),
        helplines=JsonRows(
            Helpline.objects.order_by("-is_emergency", "position", "name").values(
                "name", "note", "number", "is_emergency", "shown_in"
            )
        ),
        banners=JsonRows(banner_rows(at=at, path=Param("path", CharField()))),
        linked=JsonRows(Edition.objects.live(at=at).filter(path__in=LINKED).order_by().values("path")),
    )


_layout = PreparedQuery(_layout_query, row=Row)
_LISTS = ["navigation", "social", "helplines", "banners", "linked"]


def load_layout(*, path: str, at: datetime | None = None) -> Layout:
    """The layout of the page at `path`.

    Before anybody has filled in the settings, and while the database cannot be asked, it says the least that is safe.
    """
    try:
        rows = _layout.rows(at=at or timezone.now(), path=path)
    except (OperationalError, InterfaceError):
        # A page that says "not saved" must carry telephone numbers also when nothing else works.
        rows = []
    return _made_of(tuple(rows[0].raw) if rows else None)


@lru_cache(maxsize=256)
def _made_of(row: tuple | None) -> Layout:
    """Made once of each row that the database gives; many pages are given the same."""
    found = dict(zip([*SITE_FIELDS, *_LISTS], row, strict=True)) if row else {}
    site = {name: found[name] for name in SITE_FIELDS} if found else _first_settings()
    navigation, social, helplines, banners, linked = (json.loads(found.get(name, "[]")) for name in _LISTS)
    site["url"] = settings.SITE_URL
    site["address_lines"] = [line.strip() for line in site["address"].splitlines() if line.strip()]
    fallback = [{**line, "name": str(line["name"]), "note": str(line["note"])} for line in settings.HELPLINES_FALLBACK]
    if not helplines:
        helplines = fallback
    elif not any(line["is_emergency"] for line in helplines):
        # No page is without the number for danger right now, whatever was taken out of the list.
        helplines = [*(line for line in fallback if line["is_emergency"]), *helplines]
    for line in helplines:
        line["tel"] = line["number"].replace(" ", "")
    return Layout(
        site=site,
        menus={menu: [item for item in navigation if item["menu"] == menu] for menu in MENUS},
        social_links=social,
        helplines=helplines,
        banner=banners[0] if banners else None,
        live_pages=frozenset(page["path"] for page in linked),
    )


def _first_settings() -> dict:
    unsaved = SiteSettings()
    return {name: getattr(unsaved, name) for name in SITE_FIELDS}
