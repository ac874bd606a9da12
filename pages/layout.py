"""The layout around every page: the organisation, the menus, the helplines and the banner."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from campaigns.banner import banner_for
from core.content import Period
from pages import fallback
from pages.models import NavigationItem, SiteSettings
from publishing.models import Helpline

MENUS = [menu.value for menu in NavigationItem.Menu]


@dataclass(frozen=True)
class Layout:
    """The variables `site`, `menus`, ... of templates. All pages share them; only the banner differs."""

    site: dict[str, Any]
    menus: dict[str, list[dict]]
    social_links: list[dict]
    helplines: list[dict]
    #: Those for the short panel; all helplines while only the emergency line is chosen for it.
    panel_helplines: list[dict]
    #: Those at the foot of every page: the same and some more.
    footer_helplines: list[dict]
    #: Those of `pages.content.LINKED` that are live.
    live_pages: frozenset[str]
    banners: list[dict]

    def context_for(self, path: str) -> dict[str, Any]:
        """The variables of the page at `path`."""
        return {**vars(self), "banner": banner_for(path, self.banners)}


def layout_for_period(period: Period) -> Layout:
    return period.once("layout", lambda: make_layout(period.rows))


def make_layout(rows: dict[str, list[dict]]) -> Layout:
    """Without rows (no database, or a new site) return safe defaults."""
    site = rows.get("settings") or [{field.name: getattr(SiteSettings(), field.name) for field in _PLAIN_FIELDS}]
    helplines = [_with_lists(line) for line in _with_emergency(rows.get("helplines", []))]
    panel = _chosen(helplines, Helpline.ShownIn.PANEL)
    address_lines = [line.strip() for line in site[0]["address"].splitlines() if line.strip()]
    return Layout(
        site={**site[0], "url": settings.SITE_URL, "address_lines": address_lines},
        menus={menu: [item for item in rows.get("navigation", []) if item["menu"] == menu] for menu in MENUS},
        social_links=rows.get("social_links", []),
        helplines=helplines,
        panel_helplines=panel,
        footer_helplines=_chosen(helplines, Helpline.ShownIn.PANEL, Helpline.ShownIn.FOOTER),
        live_pages=frozenset(page["path"] for page in rows.get("linked", [])),
        banners=rows.get("banners", []),
    )


_PLAIN_FIELDS = [field for field in SiteSettings._meta.fields if not field.is_relation]


def _with_emergency(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the emergency line first if staff have removed it: no page is without it."""
    if not lines:
        return fallback.HELPLINES
    if any(line["is_emergency"] for line in lines):
        return lines
    return [*(line for line in fallback.HELPLINES if line["is_emergency"]), *lines]


def _with_lists(line: dict[str, Any]) -> dict[str, Any]:
    """From the database a day comes as text."""
    checked_on = date.fromisoformat(str(line["checked_on"]))
    return line | {"nations": line["nations"].split(), "people": line["people"].split(), "checked_on": checked_on}


def _chosen(helplines: list[dict], *places: Helpline.ShownIn) -> list[dict]:
    chosen = [line for line in helplines if line["is_emergency"] or line["shown_in"] in places]
    return chosen if len(chosen) > 1 else helplines
