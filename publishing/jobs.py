"""Background jobs: renditions and share pictures are drawn, files deleted."""

from datetime import datetime, timedelta

from core.content import current_period
from core.jobs import Job, PermanentError, clock_state, enqueue, job, periodic
from publishing import share
from publishing.media.library import DELETE_KIND, RENDER_KIND, RENDER_PRIORITY, delete_folder, folder_of
from publishing.models import Edition, Image


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


# After another brand there are as many as pages, and none of these waits for its picture.
@job(share.SHARE_KIND, late_after=timedelta(hours=6))
def draw_share_picture(object_id: str, *, job: Job) -> None:
    """Draw the share picture of an edition, or the neutral one."""
    from publishing.media.share_drawing import save_picture

    period = current_period()
    if object_id == share.NEUTRAL:
        save_picture(share.neutral_picture(period))
        return
    edition = Edition.objects.select_related("image").filter(pk=object_id).first()
    if edition is None or edition.is_sensitive or (edition.image and edition.image.withheld_at):
        return
    try:
        save_picture(share.picture_of(edition, period), edition.image)
    except FileNotFoundError as error:
        raise PermanentError("original-missing") from error


@periodic(every=timedelta(hours=1))
def tidy_share_pictures(*, now: datetime) -> None:
    """Have missing share pictures drawn, and delete those of pages that are over."""
    if clock_state(now=now) == "ok":
        share.tidy(period=current_period(), at=now)
