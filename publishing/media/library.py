"""Adding to the media library, changing it and taking from it: the rules that go beyond one row."""

import secrets

from django.apps import apps
from django.contrib.auth.models import User
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ForeignObjectRel, Model, Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from core.jobs import enqueue
from core.transitions import Transition
from publishing.models.block import BlockBase
from publishing.models.document import Document
from publishing.models.edition import Edition
from publishing.models.media import Image, MediaFile

RENDER_KIND = "publishing.render_image"
DELETE_KIND = "publishing.delete_files"
#: Mail goes first; a page is complete without its renditions.
RENDER_PRIORITY = -10


class InUse(Exception):
    """Something still shows the picture or links to the file; `places` says what, in the words of an editor."""

    def __init__(self, places: list[str]) -> None:
        super().__init__("; ".join(places))
        self.places = places


def add_image(
    *,
    file: File,
    title: str,
    alt_text: str = "",
    credit: str = "",
    focal_x: int = 50,
    focal_y: int = 50,
    by: User | None = None,
) -> Image:
    """Add a picture to the library and have its renditions made. Raises ValidationError with what to do."""
    image = Image(title=title, alt_text=alt_text, credit=credit, focal_x=focal_x, focal_y=focal_y, uploaded_by=by)
    store_picture(image, file)
    image.full_clean()
    save_image(image=image)
    return image


def store_picture(image: Image, file: File) -> None:
    """Clean an upload and give it to a new row. The file is written when the row is saved.

    Raises ValidationError with what to do.
    """
    # Imported with the first upload: processes that only serve readers do without Pillow.
    from publishing.media.images import clean_image

    clean = clean_image(file)
    image.token = new_token()
    image.width, image.height = clean.width, clean.height
    image.original = ContentFile(clean.content, name=f"{image.token}/original.{clean.extension}")


def save_image(*, image: Image, is_refocused: bool = False) -> None:
    """Save a new or changed picture; where its crops change, under a new version beside the old one."""
    with transaction.atomic():
        is_new = image.pk is None
        if is_refocused and not is_new:
            # Read under the transaction, so that two editors at once still give two versions.
            image.version = (
                Image.objects.select_for_update(no_key=True).values_list("version", flat=True).get(pk=image.pk) + 1
            )
        image.save()
        if is_new or is_refocused:
            enqueue(kind=RENDER_KIND, object_id=image.pk, priority=RENDER_PRIORITY)


def refocus(*, image: Image, focal_x: int, focal_y: int) -> None:
    """Move the focal point. Published pages keep the crops they were published with."""
    if (image.focal_x, image.focal_y) == (focal_x, focal_y):
        return
    image.focal_x, image.focal_y = focal_x, focal_y
    image.full_clean()
    save_image(image=image, is_refocused=True)


def add_file(*, file: File, title: str, language: str = "en-gb", by: User | None = None) -> MediaFile:
    """Add a file for download. Raises ValidationError with what to do."""
    media_file = MediaFile(title=title, language=language, uploaded_by=by)
    store_file(media_file, file)
    media_file.full_clean()
    media_file.save()
    return media_file


def store_file(media_file: MediaFile, file: File) -> None:
    """Clean an upload and give it to a new row with a title. The file is written when the row is saved.

    Raises ValidationError with what to do.
    """
    # Imported with the first upload: processes that only serve readers do without pypdf.
    from publishing.media.files import clean_file

    clean = clean_file(file, title=media_file.title)
    media_file.token = new_token()
    media_file.format, media_file.size, media_file.pages = clean.format, len(clean.content), clean.pages
    media_file.file = ContentFile(clean.content, name=f"{media_file.token}/{clean.name}")


def new_token() -> str:
    """The folder of one picture or file: 128 random bits, so that nobody finds what is not published."""
    return secrets.token_hex(16)


def render_again(item: Image | MediaFile) -> None:
    """Make the renditions that were not made while it was withheld."""
    if isinstance(item, Image):
        enqueue(kind=RENDER_KIND, object_id=item.pk, priority=RENDER_PRIORITY)


TRANSITIONS = {
    "withhold": Transition(
        button=_lazy("Withhold from the site at once"),
        success=_lazy("Withheld from the site: from now on whoever asks for %(row)s is told that it is gone."),
        event="withheld",
        event_label=_lazy("withheld from the site"),
        allowed_from={"is_withheld": [False]},
        changes=lambda at: {"withheld_at": at},
    ),
    "restore": Transition(
        button=_lazy("Restore to the site"),
        success=_lazy("%(row)s is back on the site, wherever a page shows it."),
        event="restored",
        event_label=_lazy("restored to the site"),
        allowed_from={"is_withheld": [True]},
        changes=lambda at: {"withheld_at": None},
        on_success=render_again,
    ),
}


def change_state(*, item: Image | MediaFile, transition: Transition) -> None:
    """Withhold a picture or file from the site at once, whatever shows it, or undo that. Raises `WrongState`.

    The addresses of what is withheld answer 410, because every request for a file asks the row first. The pages
    themselves stay as they were said, with the description in the picture's place.
    """
    rows = type(item)._default_manager.alias(is_withheld=Q(withheld_at__isnull=False))  # type: ignore[no-redef]
    with transaction.atomic():
        transition.apply(rows.filter(pk=item.pk), at=timezone.now())
        if transition.on_success:
            transition.on_success(item)


def withhold(*, item: Image | MediaFile) -> None:
    change_state(item=item, transition=TRANSITIONS["withhold"])


def restore(*, item: Image | MediaFile) -> None:
    change_state(item=item, transition=TRANSITIONS["restore"])


def remove(*, item: Image | MediaFile) -> None:
    """Take a picture or file out of the library. Raises InUse while any page, past ones too, has it.

    No address leads to its files any more; they are deleted in the background, so that a storage that is away for a
    moment keeps nothing.
    """
    with transaction.atomic():
        if places := [place for place, _row in uses_of(item)]:
            raise InUse(places)
        folder = folder_of(item)
        item.delete()
        enqueue(kind=DELETE_KIND, object_id=folder, priority=RENDER_PRIORITY)


def folder_of(item: Image | MediaFile) -> str:
    """Name the folder of the storage with everything of a picture or file."""
    return f"{'images' if isinstance(item, Image) else 'files'}/{item.token}"


def delete_folder(folder: str) -> None:
    """Delete everything in a folder of the storage, and the folder where a storage has any."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    for name in folders:
        delete_folder(f"{folder}/{name}")
    default_storage.delete(folder)


def uses_of(item: Image | MediaFile) -> list[tuple[str, Model]]:
    """List where a picture or file is used: in words, and the row an editor would open.

    It is used by the rows that point to it and by the editions with its address in their text: what the public saw on
    a past day must stay whole.
    """
    uses: dict[tuple[str, int], tuple[str, Model]] = {}
    for relation in item._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or relation.related_model is Edition:
            continue
        for row in relation.related_model._default_manager.filter(**{relation.field.name: item}):
            owner = row.parent if isinstance(row, BlockBase) else row
            key = ("document", owner.pk) if isinstance(owner, Document) else (owner._meta.label, owner.pk)
            uses.setdefault(key, (words_for(owner), owner))
    shown = Q(body_html__contains=item.token) | Q(details_text__contains=item.token)
    if isinstance(item, Image):
        shown |= Q(image=item)
    editions = Edition.objects.annotate(details_text=Cast("details", TextField())).filter(shown)
    for edition in editions.defer("body_html", "body_text", "details"):
        uses[edition._meta.label, edition.pk] = (words_for(edition), edition)
    return list(uses.values())


def words_for(row: Model) -> str:
    if isinstance(row, Edition):
        return _("published page “%(title)s” of %(date)s") % {
            "title": row.title,
            "date": date_format(row.live_from.date()),
        }
    model = apps.get_model(row.child) if isinstance(row, Document) else row
    return f"{model._meta.verbose_name}: {row}"
