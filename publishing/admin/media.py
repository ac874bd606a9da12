"""The media library in the admin: upload, describe, point at what matters, see where it is used."""

from datetime import datetime
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.transitions import Transition, WrongState
from publishing.media.crops import CROPS, height_at, widths_of
from publishing.media.library import (
    TRANSITIONS,
    change_state,
    remove,
    save_image,
    store_file,
    store_picture,
    uses_of,
)
from publishing.models import Document, Image, MediaFile
from publishing.pictures import address
from publishing.state import moment_words

CROP_NAMES = {"full": _("whole picture"), "3x2": _("in cards and lists"), "16x9": _("above an article")}


class ImageForm(forms.ModelForm):
    class Meta:
        model = Image
        fields = ["original", "title", "alt_text", "credit", "consent", "focal_x", "focal_y"]
        widgets = {
            "original": forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
            "consent": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "original": _(
                "JPEG, PNG, WebP or AVIF, up to 20 MB, at least 200 pixels wide; 1,600 or more look best. "
                "Place, camera and everything else hidden in the file is taken out."
            ),
        }

    def clean_original(self) -> Any:
        store_picture(self.instance, self.cleaned_data["original"])
        return self.instance.original.file


class MediaFileForm(forms.ModelForm):
    class Meta:
        model = MediaFile
        fields = ["title", "file", "language"]
        widgets = {"file": forms.FileInput(attrs={"accept": ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp"})}
        help_texts = {
            "title": _("What readers see on the link. The file is named after it."),
            "file": _(
                "PDF (best) or .docx, .xlsx, .pptx, .odt, .ods, .odp, up to 20 MB, without password, macros, comments "
                "or tracked changes. The author's name is taken out of the file's properties, not out of its text."
            ),
            "language": _("The language the file is written in."),
        }

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("file") and cleaned.get("title") and self.instance.pk is None:
            self.instance.title = cleaned["title"]
            try:
                store_file(self.instance, cleaned["file"])
            except forms.ValidationError as error:
                self.add_error("file", error)
            else:
                cleaned["file"] = self.instance.file.file
        return cleaned


class LibraryAdmin(admin.ModelAdmin):
    """Base of both libraries: a picture or file is uploaded once and kept while anything uses it."""

    #: The form field with the upload: a changed picture or file is a new entry, since pages keep what they showed.
    upload_field = ""
    list_per_page = 50
    list_select_related = ["uploaded_by"]
    actions = ["withhold", "restore"]
    view_on_site = False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        hidden = [self.upload_field] if obj else self.get_readonly_fields(request, obj)
        return [name for name in super().get_fields(request, obj) if name not in hidden]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if not change:
            obj.uploaded_by = request.user
        super().save_model(request, obj, form, change)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        deleted, counts, permissions, _protected = super().get_deleted_objects(objs, request)
        places = [linked(place, row) for item in objs for place, row in uses_of(item)]
        return deleted, counts, permissions, places

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove(item=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        for item in queryset:
            remove(item=item)

    @admin.action(description=TRANSITIONS["withhold"].button, permissions=["delete"])  # type: ignore[arg-type]
    def withhold(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Hide a picture or file that pages show or showed, so that it may not be deleted."""
        self._change_states(request, queryset, TRANSITIONS["withhold"])

    @admin.action(description=TRANSITIONS["restore"].button, permissions=["delete"])  # type: ignore[arg-type]
    def restore(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._change_states(request, queryset, TRANSITIONS["restore"])

    def _change_states(self, request: HttpRequest, queryset: QuerySet, transition: Transition) -> None:
        for item in queryset:
            try:
                change_state(item=item, transition=transition)
            except WrongState:
                text = _("Nothing to do for %(row)s: it is in that state already.")
                self.message_user(request, text % {"row": item}, messages.WARNING)
            else:
                self.log_change(request, item, [{"changed": {"fields": [str(transition.event_label)]}}])
                self.message_user(request, transition.success % {"row": item}, messages.SUCCESS)

    @admin.display(description=_("used in"))
    def used_in(self, item: Image | MediaFile) -> str:
        uses = uses_of(item)
        if not uses:
            return gettext("Nothing yet.")
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((linked(*use),) for use in uses)))


@admin.register(Image)
class ImageAdmin(LibraryAdmin):
    form = ImageForm
    upload_field = "original"
    list_display = ["thumbnail", "title", "dimensions", "state", "uploaded_at", "uploaded_by"]
    list_display_links = ["thumbnail", "title"]
    search_fields = ["title", "alt_text", "credit"]
    readonly_fields = ["crop_previews", "dimensions", "state", "used_in", "uploaded_at", "uploaded_by"]
    fields = ["original", "title", "alt_text", "credit", "consent", ("focal_x", "focal_y"), *readonly_fields]

    def save_model(self, request: HttpRequest, obj: Image, form: ModelForm, change: bool) -> None:
        if not change:
            obj.uploaded_by_id = request.user.pk
        save_image(image=obj)

    @admin.display(description=_("picture"))
    def thumbnail(self, image: Image) -> SafeString:
        return preview(image, "3x2", 120)

    @admin.display(description=_("how it is cropped"))
    def crop_previews(self, image: Image) -> SafeString:
        shown = ((CROP_NAMES[crop], preview(image, crop, 320)) for crop in CROPS)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}<br>{}</li>", shown))

    @admin.display(description=_("size in pixels"))
    def dimensions(self, image: Image) -> str:
        return gettext("%(width)d by %(height)d") % {"width": image.width, "height": image.height}

    @admin.display(description=_("sizes for every screen"))
    def state(self, image: Image) -> str:
        if image.withheld_at:
            return withheld_words(image.withheld_at)
        if image.rendered_version >= image.version:
            return gettext("Ready")
        return gettext("Being made in the background. Pages can use the picture meanwhile.")


@admin.register(MediaFile)
class MediaFileAdmin(LibraryAdmin):
    form = MediaFileForm
    upload_field = "file"
    list_display = ["title", "format", "shown_size", "pages", "language", "state", "uploaded_at", "uploaded_by"]
    list_filter = ["format", "language"]
    search_fields = ["title"]
    readonly_fields = ["link", "format", "shown_size", "pages", "state", "used_in", "uploaded_at", "uploaded_by"]
    fields = ["title", "file", "language", *readonly_fields]

    @admin.display(description=_("file"))
    def link(self, media_file: MediaFile) -> SafeString:
        name = str(media_file.file.name).rpartition("/")[2]
        return format_html('<a href="{}">{}</a>', media_file.get_absolute_url(), name)

    @admin.display(description=_("on the site"))
    def state(self, media_file: MediaFile) -> str:
        return withheld_words(media_file.withheld_at) if media_file.withheld_at else gettext("Ready")

    @admin.display(description=_("size"), ordering="size")
    def shown_size(self, media_file: MediaFile) -> str:
        return filesizeformat(media_file.size)


def withheld_words(moment: datetime) -> str:
    return gettext("Withheld since %(moment)s") % {"moment": moment_words(moment)}


def preview(image: Image, crop: str, wide: int) -> SafeString:
    step = widths_of(crop, image.width, image.height)[0]
    return format_html(
        '<img src="{}" width="{}" height="{}" alt="" loading="lazy">',
        address(image.token, image.version, crop, step, "webp"),
        wide,
        height_at(crop, image.width, image.height, wide),
    )


def linked(words: str, row: Model) -> str | SafeString:
    """The words, linked to where an editor finds the row, if the admin has it."""
    model = apps.get_model(row.child) if isinstance(row, Document) else type(row)
    if not admin.site.is_registered(model):
        return words
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    return format_html('<a href="{}">{}</a>', reverse(name, args=[row.pk]), words)
