"""Texts in Welsh, Easy Read and other languages beside the form."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from enquiries.models import FormText


@admin.register(FormText)
class FormTextAdmin(admin.ModelAdmin):
    list_display = ["title", "language", "way", "is_shown"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "language":
            # Chosen here and not in the model: a language more in the settings needs no migration.
            kwargs["widget"] = forms.Select(choices=settings.LANGUAGES)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
