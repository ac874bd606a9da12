"""The section of campaigns, and the context of its pages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.hashtag import hashtag_parts
from campaigns.models import Campaign
from campaigns.opening import is_closed, is_coming
from core.content import Period
from publishing.models import Edition
from publishing.reading import related
from publishing.sections import Section, register


def campaign_context(edition: Edition, period: Period) -> dict[str, Any]:
    """Stories to read next, and whether the campaign runs: at most one query."""
    return {
        "related": related(edition, period=period).get("news", []),
        "hashtag_parts": hashtag_parts(edition.details.get("hashtag", "")),
        "is_closed": is_closed(edition.details),
        "is_coming": is_coming(edition.details),
    }


CAMPAIGNS = register(Section(Campaign.section, _("Campaigns"), "campaigns:list", campaign_context))
