"""What stands around every page: the organisation, the menus, the helplines and the campaign's strip.

One query, compiled once (`core.prepared`) and never cached: an editor who changes a helpline sees it on the next page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.strip import strip_rows
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import CharField, DateTimeField
from django.utils import timezone

from core.json_rows import JsonRows
from core.prepared import Param, PreparedQuery
from pages.models import NavigationItem, SiteSettings, SocialLink
from publishing.models import Helpline

MENUS = [menu.value for menu in NavigationItem.Menu]
SITE_FIELDS = [field.name for field in SiteSettings._meta.fields if field.name not in {"id", "lead_story"}]


@dataclass(frozen=True, slots=True)
class Frame:
    """What templates read as `frame`."""

    site: dict
    menus: dict[str, list[dict]]
    social: list[dict]
    helplines: list[dict]
    strip: dict | None
    origin: str

    @property
    def panel_helplines(self) -> list[dict]:
        return [line for line in self.helplines if line["shown_in"] == Helpline.ShownIn.PANEL]


def _frame_query():
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
        strips=JsonRows(strip_rows(at=at, path=Param("path", CharField()))),
    )


_frame = PreparedQuery(_frame_query)


def load_frame(*, path: str, at: datetime | None = None) -> Frame:
    """The frame of the page at `path`. Before anybody has filled in the settings it says the least that is safe."""
    try:
        rows = _frame.rows(at=at or timezone.now(), path=path)
    except (OperationalError, InterfaceError):
        # A form that could not be stored is shown again with everything typed in it, so the page around it must stand.
        rows = []
    row = rows[0] if rows else {"navigation": [], "social": [], "helplines": [], "strips": []}
    site = {name: row[name] for name in SITE_FIELDS} if rows else _first_settings()
    site["address_lines"] = [line.strip() for line in site["address"].splitlines() if line.strip()]
    helplines = row["helplines"] or [
        {**line, "shown_in": Helpline.ShownIn.PANEL.value} for line in settings.HELPLINES_FALLBACK
    ]
    for line in helplines:
        line["tel"] = line["number"].replace(" ", "")
    menus: dict[str, list[dict]] = {menu: [] for menu in MENUS}
    for item in row["navigation"]:
        menus[item["menu"]].append(item)
    return Frame(
        site=site,
        menus=menus,
        social=row["social"],
        helplines=helplines,
        strip=row["strips"][0] if row["strips"] else None,
        origin=settings.SITE_URL,
    )


def _first_settings() -> dict:
    unsaved = SiteSettings()
    return {name: getattr(unsaved, name) for name in SITE_FIELDS}
