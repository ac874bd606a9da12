from django.contrib import admin

from publishing.models import Topic


@admin.register(Topic)
class TopicAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "summary"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
