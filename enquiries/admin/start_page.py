"""The enquiries that wait, on the start page of the back office."""

from datetime import datetime, timedelta
from typing import cast

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import mail
from core.admin.start_page import Card, Line, card
from core.roles import has_granted
from enquiries.models import Enquiry
from enquiries.notices import mails_to_staff
from enquiries.queues import queue_address
from enquiries.warnings import warnings_for

State = Enquiry.State
# The first mail needs a moment, and the next comes after ten minutes.
UNTOLD_AFTER = timedelta(minutes=15)


@card
def enquiries(request: HttpRequest, now: datetime) -> Card | None:
    """Count what this person may see: officers learn of no restricted one, not even from a number."""
    user = request.user
    if not has_granted(user, "enquiries.view_enquiry"):
        return None
    seen = Enquiry.objects.visible_to(user)
    counts = seen.filter(is_quarantined=False).aggregate(
        new=Count("pk", filter=Q(state=State.NEW)),
        mine=Count("pk", filter=Q(owner=user.pk) & ~Q(state=State.CLOSED)),
        waiting=Count("pk", filter=Q(state=State.WAITING)),
        restricted=Count("pk", filter=Q(is_restricted=True) & ~Q(state=State.CLOSED)),
    )
    lines = [
        Line(words=_("New"), url=queue_address("new"), n=counts["new"]),
        Line(words=_("Mine"), url=queue_address("mine"), n=counts["mine"]),
        Line(words=_("Waiting"), url=queue_address("waiting"), n=counts["waiting"]),
        Line(words=_("Overdue"), url=queue_address("overdue"), n=(n_overdue := seen.overdue(at=now).count())),
        Line(words=_("Looks automatic, please look"), url=queue_address("spam"), n=seen.in_quarantine().count()),
    ]
    if has_granted(user, "enquiries.view_restricted"):
        lines.append(Line(words=_("Restricted"), url=queue_address("restricted"), n=counts["restricted"]))
    untold = seen.untold().filter(received_at__lte=now - UNTOLD_AFTER).count()
    if untold:
        words = ngettext(
            "%(n)d new enquiry, and nobody was told of it by mail.",
            "%(n)d new enquiries, and nobody was told by mail.",
            untold,
        )
        lines.append(Line(words=words % {"n": untold}, url=queue_address("new"), is_alarm=True))
    if n_overdue:
        words = ngettext(
            "%(n)d enquiry has waited longer than promised.",
            "%(n)d enquiries have waited longer than promised.",
            n_overdue,
        )
        lines.append(Line(words=words % {"n": n_overdue}, url=queue_address("overdue"), is_alarm=True))
    if since := mail.failing_since(at=now, mails=mails_to_staff(visible_to=user)):
        moment = date_format(localtime(since), "l j F, H:i")
        words = _("Mail to staff fails since %(moment)s. Look at new enquiries here yourselves.") % {"moment": moment}
        address = reverse("admin:core_job_changelist") if user.has_perm("core.view_job") else queue_address("new")
        lines.append(Line(words=words, url=address, is_alarm=True))
    lines += [Line(words=each.words, url=each.url, is_alarm=True) for each in warnings_for(cast(User, user), at=now)]
    return Card(title=_("Enquiries"), lines=lines)
