"""What the database itself refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.encryption import Ciphertext
from enquiries.models import Enquiry, EnquiryEvent
from tests.factories import make_enquiry, make_staff

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"state": "lost"}, "enquiry_state_known"),
        ({"audience": "everybody"}, "enquiry_audience_known"),
        ({"state": "closed"}, "enquiry_closed_at_exactly_when_closed"),
        ({"closed_at": timezone.now()}, "enquiry_closed_at_exactly_when_closed"),
        ({"outcome": "answered"}, "enquiry_outcome_exactly_when_closed"),
        ({"state": "waiting"}, "enquiry_waiting_until_exactly_when_waiting"),
        ({"urgency": 4}, "enquiry_urgency_known"),
        ({"is_quarantined": True}, "enquiry_quarantined_for_a_reason"),
        ({"answer_by": timezone.now() - timedelta(days=9)}, "enquiry_answer_by_after_received"),
    ],
)
def test_an_enquiry_that_contradicts_itself_cannot_be_written(changes, constraint):
    enquiry = make_enquiry()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Enquiry.objects.filter(pk=enquiry.pk).update(**changes)


@pytest.mark.parametrize("plain", ["", "Help us", '{"who":"family"}'])
def test_answers_in_plain_text_cannot_be_written_even_past_the_field(plain):
    enquiry = make_enquiry()
    with pytest.raises(IntegrityError, match="enquiry_answers_encrypted"), transaction.atomic():
        Enquiry.objects.filter(pk=enquiry.pk).update(sealed_answers=Ciphertext(plain))


def test_one_form_gives_one_enquiry():
    enquiry = make_enquiry()
    enquiry.reference = "AB3DE5FG"
    enquiry.sealed_answers = enquiry.answers.to_text()
    with pytest.raises(IntegrityError, match="token_nonce"), transaction.atomic():
        enquiry.save(force_insert=True)


def test_a_reference_is_never_given_twice():
    first, second = make_enquiry(), make_enquiry()
    sealed = second.answers.to_text()
    with pytest.raises(IntegrityError), transaction.atomic():
        Enquiry.objects.create(
            reference=first.reference,
            token_nonce="another",
            received_at=second.received_at,
            answer_by=second.answer_by,
            audience="families",
            sealed_answers=sealed,
        )
    assert Enquiry.objects.get(pk=first.pk).token_nonce == first.token_nonce


def test_an_event_has_a_known_kind_and_somebody_who_did_it():
    enquiry, by, at = make_enquiry(), make_staff(), timezone.now()
    for fields, constraint in [
        ({"kind": "lost", "by": by}, "enquiry_event_kind_known"),
        ({"kind": "opened", "by": None}, "enquiry_event_done_by_staff_or_by_itself"),
        ({"kind": "received", "by": by}, "enquiry_event_done_by_staff_or_by_itself"),
        ({"kind": "received", "by": None}, "enquiry_received_once" if connection.vendor != "sqlite" else "enquiry_id"),
    ]:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            EnquiryEvent.objects.create(enquiry=enquiry, at=at, **fields)


def test_the_record_outlives_the_enquiry():
    enquiry = make_enquiry()
    reference = enquiry.reference
    enquiry.delete()
    assert [event.enquiry_id for event in EnquiryEvent.objects.all()] == [reference]
    assert str(EnquiryEvent.objects.get()) == f"{reference[:3]}-{reference[3:6]}-{reference[6:]} Came in"
