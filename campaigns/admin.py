"""Campaigns and their banners in the back office."""

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Action, Banner, Campaign, Endorsement, Milestone
from publishing.admin import DocumentAdmin
from publishing.models import Edition
from publishing.state import moment_words


class ActionInline(admin.TabularInline):
    model = Action
    extra = 0
    fields = ["position", "audience", "text", "link_text", "address"]


class EndorsementInline(admin.TabularInline):
    model = Endorsement
    extra = 0
    fields = ["position", "quote", "name", "role"]


class MilestoneInline(admin.TabularInline):
    model = Milestone
    extra = 0
    fields = ["happened_on", "title", "text"]


@admin.register(Campaign)
class CampaignAdmin(DocumentAdmin):
    own_fieldsets = [(_("The campaign"), {"fields": ["hashtag", ("opens_on", "closes_on")]})]
    inlines = [*DocumentAdmin.inlines, ActionInline, EndorsementInline, MilestoneInline]
    list_display = ["title", "hashtag", "opens_on", "closes_on", "state_words", "updated_at"]


@admin.register(Banner)
class BannerAdmin(admin.ModelAdmin):
    list_display = ["text", "campaign", "shown_on", "state_words"]
    list_select_related = ["campaign"]
    autocomplete_fields = ["campaign"]

    @admin.display(description=_("what the public sees"))
    def state_words(self, banner: Banner) -> str:
        now = timezone.now()
        if banner.starts_at > now:
            return _("From %(moment)s") % {"moment": moment_words(banner.starts_at)}
        if banner.ends_at and banner.ends_at <= now:
            return _("Over since %(moment)s") % {"moment": moment_words(banner.ends_at)}
        if not Edition.objects.live(at=now).filter(document_id=banner.campaign_id).exists():
            return gettext("Waiting until its campaign is published")
        return gettext("Shown now")
