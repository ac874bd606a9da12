"""Names the pages that must be written before families are let in, in `migrate` and `check --database default`."""

from collections.abc import Iterable
from typing import Any

from django.core import checks
from django.utils import timezone

from core.checks import aliases_with
from pages.content import LINKED
from publishing.models import Edition


@checks.register(checks.Tags.database)
def check_linked_pages(databases: Iterable[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """The standing pages on safety, privacy and complaints that the enquiry form leads to."""
    found: list[checks.CheckMessage] = []
    for alias in aliases_with(Edition, databases):
        live = Edition.objects.using(alias).live(at=timezone.now()).filter(path__in=LINKED)
        if missing := ", ".join(sorted(set(LINKED).difference(live.values_list("path", flat=True)))):
            found.append(
                checks.Warning(
                    f"Not public yet: {missing}. The enquiry form leads to them as soon as they are.",
                    hint="Write and publish them as standing pages.",
                    id="pages.W001",
                )
            )
    return found
