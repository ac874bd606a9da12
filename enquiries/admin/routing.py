"""Routing rules, and the page on which staff try them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from enquiries.answers import Answers, Nation, ReplyBy, Service, Topic, Who
from enquiries.models import Enquiry, RoutingRule, Team
from enquiries.notices import due_at
from enquiries.routing import route


class ExampleForm(forms.Form):
    """The answers that rules ask about. They are invented, and none is stored."""

    who = forms.ChoiceField(label=_("Who writes"), choices=Who.choices)
    services = forms.MultipleChoiceField(
        label=_("Services"), choices=Service.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    nation = forms.ChoiceField(label=_("Nation of the child"), choices=[("", "---"), *Nation.choices], required=False)
    topic = forms.ChoiceField(label=_("Topic"), choices=[("", "---"), *Topic.choices], required=False)
    asked_from = forms.CharField(label=_("Written from the page"), required=False)
    message = forms.CharField(
        label=_("Message"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Invent one. Do not paste what somebody wrote to you."),
    )
    is_about_staff = forms.BooleanField(label=_("About someone who works here"), required=False)
    at_risk = forms.BooleanField(label=_("A child could be hurt soon"), required=False)

    def answers(self) -> Answers:
        given = self.cleaned_data
        at_risk = "yes" if given["at_risk"] else "no"
        return Answers(**{**given, "services": tuple(given["services"]), "at_risk": at_risk}, reply_by=ReplyBy.NONE)


@admin.register(RoutingRule)
class RoutingRuleAdmin(admin.ModelAdmin):
    change_list_template = "enquiries/admin/rules.html"
    list_display = ["name", "position", "is_active", "team", "least_urgency", "promised_hours"]
    fieldsets = [
        (None, {"fields": ["name", "position", "is_active"]}),
        (
            _("If all of these hold"),
            {
                "fields": [
                    "audience",
                    "who",
                    "service",
                    "nation",
                    "topic",
                    "asked_from",
                    "words",
                    "is_about_staff",
                    "is_at_risk",
                ],
                "description": _("What is left empty holds always."),
            },
        ),
        (_("Then"), {"fields": ["team", "least_urgency", "promised_hours"]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        return [
            path("try/", self.admin_site.admin_view(self.try_view), name="enquiries_routingrule_try"),
            *super().get_urls(),
        ]

    def try_view(self, request: HttpRequest) -> HttpResponse:
        """Show where an example would go. It is posted, so that no address keeps its words."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ExampleForm(request.POST if request.method == "POST" else None)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("Where would it go?"),
            "opts": self.opts,
            "form": form,
        }
        if form.is_bound and form.is_valid():
            chosen = route(form.answers())
            context |= {
                "rule": chosen.rule,
                "team": Team.objects.get(pk=chosen.team_id),
                "urgency": Enquiry.Urgency(chosen.urgency).label,
                "answer_by": due_at(timezone.now(), chosen.promised_hours),
            }
        return TemplateResponse(request, "enquiries/admin/try_rules.html", context)
