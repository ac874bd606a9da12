"""Writes and reads the index by which an enquiry is found from its enquirer's e-mail address or telephone number."""

import re
import unicodedata

from django.db import transaction
from django.db.models import Count

from core import blind_index, encryption
from enquiries.answers import Answers
from enquiries.models import ContactHash, Enquiry, EnquiryQuerySet

PURPOSE = "enquiries.contact"
BATCH = 200
# 0044, +44 (0) and 0 before the rest are one number of the United Kingdom.
UK_PREFIX = re.compile(r"^(?:0044|\+44)0?|^0")


def normalised(contact: str) -> str:
    """The one way of writing an address or a number. Empty when there is nothing to find by."""
    text = "".join(unicodedata.normalize("NFKC", contact).casefold().split())
    if "@" in text:
        return f"email:{text}"
    number = UK_PREFIX.sub("+44", re.sub(r"[^0-9+]", "", text))
    return f"phone:{number}" if len(number) > 5 else ""


def index_contacts(enquiry: Enquiry, answers: Answers) -> None:
    """Call it in the transaction that stores the answers. Raises MissingKey."""
    contacts = {text for contact in (answers.email, answers.phone) if (text := normalised(contact))}
    rows = []
    for contact in contacts:
        key_id, digest = next(iter(blind_index.digests(contact, purpose=PURPOSE).items()))
        rows.append(ContactHash(enquiry=enquiry, key_id=key_id, digest=digest))
    ContactHash.objects.bulk_create(rows, ignore_conflicts=True)


def with_contact(*contacts: str) -> EnquiryQuerySet:
    """Those whose enquirer gave one of these addresses or numbers, under whatever key. Raises MissingKey."""
    found = [
        digest
        for contact in contacts
        if (text := normalised(contact))
        for digest in blind_index.digests(text, purpose=PURPOSE).values()
    ]
    return Enquiry.objects.filter(contact_hashes__digest__in=found).distinct()


def rebuild(*, all_rows: bool = False) -> tuple[int, int]:
    """Index every enquiry anew whose hashes are not all under the newest key, or all enquiries.

    One enquiry in one transaction, so that it can be stopped at any time and goes on where it stopped. Returns how many
    were indexed and how many could not be read. Raises MissingKey.
    """
    newest = encryption.newest_key_id()
    done = failed = 0
    last = ""
    while True:
        rows = Enquiry.objects.filter(pk__gt=last).order_by("pk")
        if not all_rows:
            rows = rows.filter(pk__in=ContactHash.objects.exclude(key_id=newest).values("enquiry_id"))
        batch = list(rows.values_list("pk", flat=True)[:BATCH])
        if not batch:
            return done, failed
        last = batch[-1]
        for reference in batch:
            is_done = _rebuild_one(reference)
            done, failed = done + is_done, failed + (not is_done)


def _rebuild_one(reference: str) -> bool:
    with transaction.atomic():
        enquiry = Enquiry.objects.select_for_update(of=("self",)).filter(pk=reference).first()
        if enquiry is None:
            return True
        try:
            answers = enquiry.answers
        except encryption.EncryptionError:
            return False
        enquiry.contact_hashes.all().delete()
        index_contacts(enquiry, answers)
    return True


def _count() -> dict[str, int]:
    by_key = ContactHash.objects.order_by().values_list("key_id").annotate(Count("pk"))
    return dict(by_key)


blind_index.register(blind_index.BlindIndex(count=_count, rebuild=lambda newest: rebuild()[1]))
