"""The home page: what is new, where to go, whom to ring."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaigns.opening import running_campaign
from pages.models import Door, SiteSettings
from publishing.models import Edition


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    live = Edition.objects.live(at=now).for_lists()
    chosen = SiteSettings.objects.values("lead_story")[:1]
    stories = list(
        live.filter(section="news")
        .annotate(
            place=Case(When(document_id__in=chosen, then=Value(0)), default=Value(1), output_field=IntegerField())
        )
        .order_by("place", "-dated_on", "-live_from")[:5]
    )
    return render(
        request,
        "pages/home.html",
        {
            "lead_story": stories[0] if stories else None,
            "headlines": stories[1:],
            "resources": live.filter(section="resources")[:3],
            "campaign": running_campaign(at=now),
            "doors": Door.objects.values("title", "text", "path", "art"),
            "nav_current": "/",
        },
    )
