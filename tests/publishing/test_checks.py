"""What the check command says about published content."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from publishing.checks import check_helplines
from publishing.models import Helpline

pytestmark = pytest.mark.django_db


def test_the_check_command_lists_helplines_not_rung_for_90_days(db):
    today = timezone.localdate()
    Helpline.objects.create(name="Fresh", number="101", checked_on=today - timedelta(days=90))
    Helpline.objects.create(name="Stale", number="0800 1111", checked_on=today - timedelta(days=91))
    said = StringIO()
    call_command("check", databases=["default"], stderr=said)
    assert "Not checked for 90 days: Stale 0800 1111." in said.getvalue()
    assert "Fresh" not in said.getvalue()


def test_a_database_without_tables_has_no_numbers_to_ring(monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", list)
    assert check_helplines(databases=["default"]) == []
