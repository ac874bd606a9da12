"""Taking an enquiry in: what is stored and what is not."""

from __future__ import annotations

import pytest

from enquiries.models import Enquiry
from tests.factories import make_enquiry

pytestmark = pytest.mark.django_db


def test_a_reference_that_is_taken_is_tried_again(monkeypatch):
    taken = make_enquiry()
    offered = iter([taken.reference, taken.reference, "AB3DE5FG"])
    monkeypatch.setattr(Enquiry._meta.pk, "_get_default", lambda: next(offered))
    assert make_enquiry().reference == "AB3DE5FG"
