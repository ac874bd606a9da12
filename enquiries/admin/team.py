"""Teams, and when somebody is there."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from enquiries.models import Closure, OpeningHours, Team


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ["name"]
    filter_horizontal = ["members"]

    def get_deleted_objects(self, objs: Iterable[Team], request: HttpRequest) -> Any:
        """Refuse with a reason. Django's own page would name each enquiry of the team, also restricted ones."""
        teams = list(objs)
        reasons = [
            _("%(team)s has enquiries. Hand over those that are open. Closed ones end with their time.")
            % {"team": team}
            for team in teams
            if team.enquiries.exists()
        ]
        if not Team.objects.exclude(pk__in=[team.pk for team in teams]).exists():
            reasons.append(_("One team must stay: enquiries that no rule sends elsewhere go to it."))
        return [str(team) for team in teams], {}, set(), reasons


@admin.register(OpeningHours)
class OpeningHoursAdmin(admin.ModelAdmin):
    list_display = ["weekday", "opens", "closes"]


@admin.register(Closure)
class ClosureAdmin(admin.ModelAdmin):
    list_display = ["starts_on", "ends_on", "words"]
