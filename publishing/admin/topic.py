from django.contrib import admin

from publishing.admin.label import LabelAdmin
from publishing.models import Topic


@admin.register(Topic)
class TopicAdmin(LabelAdmin):
    label_kind = "topic"
    list_display = ["name", "slug", "summary"]
    search_fields = ["name"]
