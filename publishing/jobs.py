"""Work of this room that is done in the background."""

from core.jobs import Job, Permanent, enqueue, job
from publishing.media.library import RENDER_KIND, RENDER_PRIORITY
from publishing.media.renditions import OriginalMissing, make_next
from publishing.models import Image


@job(RENDER_KIND)
def render_image(object_id: str, *, job: Job) -> None:
    """Make one cut of a picture in every width and format, then queue the next: mail never waits for long."""
    image = Image.objects.filter(pk=object_id).first()
    if image is None or image.taken_off_at:
        return
    try:
        is_more_missing = make_next(image)
    except OriginalMissing as error:
        raise Permanent("original-missing") from error
    if is_more_missing:
        enqueue(kind=RENDER_KIND, object_id=image.pk, priority=RENDER_PRIORITY)
