"""Settings, menus and standing pages in the back office."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin import HttpsAddressesMixin
from pages.models import Door, NavigationItem, SiteSettings, SocialLink, StandingPage
from publishing.admin import DocumentAdmin
from publishing.models import Document, Edition
from publishing.share import NEUTRAL, draw_later

#: So many of the newest stories are offered for the top of the home page.
NEWEST = 100


@admin.register(StandingPage)
class StandingPageAdmin(DocumentAdmin):
    own_fieldsets = [
        (_("Place"), {"fields": ["parent_slug"]}),
        (_("Layout"), {"fields": ["layout", "shows_helplines", "invites_enquiry"]}),
    ]
    list_display = ["title", "path", "state_words", "updated_at", "updated_by"]


@admin.register(SiteSettings)
class SiteSettingsAdmin(HttpsAddressesMixin, admin.ModelAdmin):
    """The list leads straight to the one row, which nobody can add or delete."""

    fieldsets = [
        (None, {"fields": ["name", "presented_by", "description"]}),
        (_("Home page"), {"fields": ["strapline", "introduction", "lead_story"]}),
        (_("How people reach you"), {"fields": ["address", "telephone", "opening_hours", "answer_promise"]}),
        (_("Footer"), {"fields": ["footer_text", "quality_mark"]}),
        (_("Safety"), {"fields": ["exit_url"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: SiteSettings | None = None) -> list[str]:
        """Only the safeguarding lead may change `exit_url`."""
        return [] if request.user.has_perm("pages.change_exit") else ["exit_url"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "lead_story":
            newest = Edition.objects.live(at=timezone.now()).filter(section="news").order_by("-dated_on", "-live_from")
            chosen = SiteSettings.objects.filter(lead_story__isnull=False).values("lead_story")
            offered = Q(pk__in=list(newest.values_list("document", flat=True)[:NEWEST])) | Q(pk__in=chosen)
            kwargs["queryset"] = Document.objects.filter(offered).order_by("-pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        SiteSettings.objects.get_or_create(pk=1)
        return HttpResponseRedirect(reverse("admin:pages_sitesettings_change", args=[1]))

    def save_model(self, request: HttpRequest, obj: SiteSettings, form: Any, change: bool) -> None:
        """The neutral share picture bears the name. Those of pages follow within the hour."""
        super().save_model(request, obj, form, change)
        if "name" in form.changed_data:
            draw_later(NEUTRAL)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SiteSettings | None = None) -> bool:
        return False


@admin.register(NavigationItem)
class NavigationItemAdmin(admin.ModelAdmin):
    list_display = ["label", "path", "menu", "position"]
    list_editable = ["position"]
    list_filter = ["menu"]


@admin.register(SocialLink)
class SocialLinkAdmin(HttpsAddressesMixin, admin.ModelAdmin):
    list_display = ["network", "url", "position"]
    list_editable = ["position"]


@admin.register(Door)
class DoorAdmin(admin.ModelAdmin):
    list_display = ["title", "path", "art", "position"]
    list_editable = ["position"]
