"""What a site has stored, beside what people were told: `python -m tests.faults.stored FILE` prints it as JSON.

Runs in the environment of the site. FILE has a line of JSON for each acknowledged enquiry (`Enquirers.save`).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TypedDict


class Found(TypedDict):
    """References or digests, so that a row can be looked at."""

    enquiries: int
    acknowledged: int
    #: Acknowledged, and not there or not readable.
    lost: list[str]
    #: The same text in more than one row.
    duplicates: list[str]
    #: Without exactly one "received" event, or without exactly one notice.
    halves: list[str]
    #: Told another reference than that of the stored text.
    misnamed: list[str]
    quarantined: int
    #: Stored, but nobody was told so. Retrying gives the same one.
    unacknowledged: int


def found(path: Path) -> Found:
    from enquiries.models import Enquiry, EnquiryEvent, EventKind
    from enquiries.notices import NOTICE
    from tests.faults.enquirer import digest_of

    told = [json.loads(line) for line in path.read_text().splitlines()]
    received = Counter(EnquiryEvent.objects.filter(kind=EventKind.RECEIVED).values_list("enquiry_id", flat=True))
    notices = _notices(NOTICE)
    by_digest: dict[str, list[str]] = {}
    halves, quarantined = [], 0
    for enquiry in Enquiry.objects.iterator():
        by_digest.setdefault(digest_of(enquiry.answers.message), []).append(enquiry.pk)
        quarantined += enquiry.is_quarantined
        if received[enquiry.pk] != 1 or notices[enquiry.pk] != (not enquiry.is_quarantined):
            halves.append(enquiry.pk)
    # An event or a notice of an enquiry that is not there is half a record too.
    known = {reference for references in by_digest.values() for reference in references}
    halves += sorted({*received, *notices} - known)
    digests = {each["digest"] for each in told}
    return {
        "enquiries": len(known),
        "acknowledged": len(digests),
        "lost": sorted(digests - set(by_digest)),
        "duplicates": [references[0] for references in by_digest.values() if len(references) > 1],
        "halves": halves,
        "misnamed": [
            each["digest"] for each in told if each["reference"] not in {"", *by_digest.get(each["digest"], [])}
        ],
        "quarantined": quarantined,
        "unacknowledged": len(set(by_digest) - digests),
    }


def _notices(kind: str) -> Counter[str]:
    from core.models import Job

    return Counter(key.partition(":")[0] for key in Job.objects.filter(kind=kind).values_list("object_id", flat=True))


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(found(Path(sys.argv[1]))))
