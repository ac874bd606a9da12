"""Background jobs of the media library."""

from core.jobs import Job, PermanentError, enqueue, job
from publishing.media.library import DELETE_KIND, RENDER_KIND, RENDER_PRIORITY, delete_folder, folder_of
from publishing.models import Image


@job(RENDER_KIND)
def render_image(object_id: str, *, job: Job) -> None:
    """Make one crop of a picture in every width and format, then queue the next: mail never waits for long."""
    # Imported with the first picture: web processes register this job too and do without Pillow.
    from publishing.media.renditions import OriginalMissing, make_next

    image = Image.objects.filter(pk=object_id).first()
    if image is None or image.withheld_at:
        return
    try:
        is_more_missing = make_next(image)
    except OriginalMissing as error:
        raise PermanentError("original-missing") from error
    if not Image.objects.filter(pk=image.pk).exists():
        # It was deleted meanwhile: delete the renditions that were written after its files were.
        delete_folder(folder_of(image))
    elif is_more_missing:
        enqueue(kind=RENDER_KIND, object_id=image.pk, priority=RENDER_PRIORITY)


@job(DELETE_KIND)
def delete_files(object_id: str, *, job: Job) -> None:
    """Delete the files of a picture or file that was taken out of the library; `object_id` is their folder."""
    delete_folder(object_id)
