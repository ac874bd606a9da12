"""The section of campaigns, and the context of its pages."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.hashtag import hashtag_parts
from campaigns.models import Campaign
from campaigns.opening import phase_of
from core.content import Period
from publishing.models import Edition
from publishing.reading import choose, pictures_of, related
from publishing.sections import Section, register

STORIES = 3


def campaign_context(edition: Edition, period: Period) -> dict[str, Any]:
    """Stories to read next, and whether the campaign runs: at most one query."""
    found = related(edition, period=period).get("news", [])
    return {
        "related": choose(found, number=STORIES, shown=pictures_of(edition)),
        "hashtag_parts": hashtag_parts(edition.details.get("hashtag", "")),
        "phase": phase_of(edition.details),
    }


CAMPAIGNS = register(Section(Campaign.section, _("Campaigns"), "campaigns:list", campaign_context))
