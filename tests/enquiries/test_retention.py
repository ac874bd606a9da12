"""What is deleted when, what keeps it from being deleted, and what deletes it again after a restore."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from core import jobs
from core.models import Job
from enquiries import retention, tombstones
from enquiries.models import Enquiry, EnquiryEvent, EventKind, Hold, PurgeRun, Tombstone
from enquiries.services import Held, erase_enquiry, hold, purge, reapply_tombstones, removal, unhold
from enquiries.warnings import warnings_for
from tests.factories import make_enquiry, make_staff, sign_in_as
from tests.html import text_of

pytestmark = pytest.mark.django_db
on_disk = pytest.mark.django_db(transaction=True, serialized_rollback=True)

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


def make_lead() -> User:
    lead = make_staff(is_superuser=False)
    lead.groups.add(Group.objects.get(name="Safeguarding lead"))
    return lead


def make_closed(*, received: int, closed: int, **columns) -> Enquiry:
    """An enquiry that came in and was closed so many days ago."""
    now = timezone.now()
    columns = {"state": "closed", "closed_at": now - closed * DAY} | columns
    return make_enquiry(at=now - received * DAY, columns=columns)


@pytest.mark.parametrize(
    ("received", "closed", "columns", "is_deleted"),
    [
        (91, 89, {}, False),
        (91, 90, {}, True),
        (365, 10, {}, True),
        (364, 10, {}, False),
        # Still open after twelve months: a week after closing, so that a mistake can be undone.
        (400, 6, {}, False),
        (400, 7, {}, True),
        (400, 364, {"is_restricted": True}, False),
        (400, 365, {"is_restricted": True}, True),
        (400, 365, {"is_restricted": True, "is_held": True}, False),
        (9, 6, {"outcome": "spam"}, False),
        (9, 7, {"outcome": "spam"}, True),
        (900, 800, {"is_held": True}, False),
    ],
)
def test_a_closed_enquiry_is_kept_as_long_as_was_promised(received, closed, columns, is_deleted):
    enquiry = make_closed(received=received, closed=closed, **columns)
    purge(now=timezone.now())
    assert Enquiry.objects.filter(pk=enquiry.pk).exists() is not is_deleted


@pytest.mark.parametrize("columns", [{}, {"state": "open"}, {"state": "waiting", "waiting_until": "2020-01-01"}])
def test_what_is_unread_or_open_is_never_deleted_and_staff_are_warned(columns):
    enquiry = make_enquiry(at=timezone.now() - 3000 * DAY, columns=columns)
    purge(now=timezone.now())
    enquiry.refresh_from_db()
    assert enquiry.delete_on is None
    assert "close it, or have it held" in retention.kept_until(enquiry)
    assert list(Enquiry.objects.too_old(at=timezone.now())) == [enquiry]


def test_what_is_quarantined_goes_after_a_week_but_never_unseen():
    now = timezone.now()
    old = {"at": now - 60 * DAY}
    unseen = make_enquiry(columns={"is_quarantined": True}, **old)
    told = make_enquiry(columns={"is_quarantined": True, "told_at": now - 7 * DAY}, **old)
    told_lately = make_enquiry(columns={"is_quarantined": True, "told_at": now - 6 * DAY}, **old)
    opened = make_enquiry(columns={"is_quarantined": True, "first_opened_at": now - 7 * DAY}, **old)
    purge(now=now)
    assert set(Enquiry.objects.all()) == {unseen, told_lately}
    assert {row.pk for row in Tombstone.objects.all()} == {told.pk, opened.pk}


def test_the_desk_names_the_very_day_on_which_the_purge_deletes():
    """Every mixture of columns: the queryset of the purge and the words at the desk agree."""
    now = timezone.now()
    moments = [None, now - 3 * DAY, now - 7 * DAY, now - 90 * DAY, now - 365 * DAY, now - 800 * DAY]
    rows = []
    for closed_at, told_at, restricted, quarantined, held, spam in itertools.product(
        moments, moments[:3], *[[True, False]] * 4
    ):
        for received in (5, 366, 900):
            if spam and not closed_at:
                continue
            columns = {"told_at": told_at, "is_restricted": restricted, "is_held": held, "is_quarantined": quarantined}
            columns |= {"quarantine_reason": "links"} if quarantined else {}
            if closed_at:
                columns |= {"state": "closed", "closed_at": closed_at, "outcome": "spam" if spam else "answered"}
            elif held:
                columns |= {"state": "open", "is_held": received == 5}
            rows.append(
                Enquiry(
                    token_nonce=f"nonce-{len(rows)}",
                    received_at=now - received * DAY,
                    answer_by=now,
                    audience="families",
                    sealed_answers="{}",
                    **columns,
                )
            )
    Enquiry.objects.bulk_create(rows)
    expired = set(Enquiry.objects.expired(at=now))
    assert 0 < len(expired) < len(rows)
    assert expired == {row for row in Enquiry.objects.all() if (at := retention.delete_at(row)) and at <= now}


def test_a_dry_run_deletes_nothing():
    make_closed(received=200, closed=100)
    report = purge(now=timezone.now(), dry_run=True)
    assert (report.expired, report.deleted, Enquiry.objects.count()) == (1, 0, 1)
    assert not PurgeRun.objects.exists()


def test_a_clock_ten_years_ahead_deletes_nothing():
    make_closed(received=2, closed=1)
    purge(now=timezone.now())
    report = purge(now=timezone.now() + 3650 * DAY)
    assert (report.refused, Enquiry.objects.count()) == ("pause", 1)
    with pytest.raises(jobs.JobError, match="purge refused pause"):
        removal.purge_daily(now=timezone.now() + 3650 * DAY)


def test_a_clock_that_is_behind_deletes_nothing():
    make_closed(received=200, closed=100)
    assert purge(now=timezone.now() - 3650 * DAY, confirmed=True).refused == "clock"
    assert Enquiry.objects.count() == 1


def test_very_many_at_once_need_a_persons_word(capsys):
    for _number in range(11):
        make_closed(received=200, closed=100)
    make_enquiry()
    assert purge(now=timezone.now()).refused == "share"
    with pytest.raises(CommandError, match="11 enquiries are due, more than 20%"):
        call_command("purge_enquiries")
    assert Enquiry.objects.count() == 12
    call_command("purge_enquiries", confirm=True)
    assert "11 of 11 enquiries deleted" in capsys.readouterr().out
    assert Enquiry.objects.count() == 1
    assert purge(now=timezone.now()).refused == ""


def test_a_refused_purge_stays_late_where_health_looks():
    for _number in range(11):
        make_closed(received=200, closed=100)
    now = timezone.now()
    jobs.repair_queue(now=now)
    jobs.run_all_due(now=now)
    row = Job.objects.get(kind="enquiries.services.removal.purge_daily")
    assert row.error == "purge refused share"
    assert row.kind in Job.objects.overdue_since(at=now + timedelta(hours=1))


def test_one_that_cannot_be_deleted_does_not_keep_the_others():
    stuck, other = make_closed(received=200, closed=100), make_closed(received=200, closed=100)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE anchor (enquiry_id varchar(8) REFERENCES enquiries_enquiry (reference))")
        cursor.execute("INSERT INTO anchor VALUES (%s)", [stuck.pk])
    report = purge(now=timezone.now())
    assert (report.deleted, report.failed.total()) == (1, 1)
    assert list(Enquiry.objects.all()) == [stuck]
    assert not Tombstone.objects.filter(pk=stuck.pk).exists()
    assert Tombstone.objects.filter(pk=other.pk).exists()


def test_what_a_purged_enquiry_leaves_names_nobody(django_capture_on_commit_callbacks):
    first = make_closed(received=200, closed=100)
    repeat = make_enquiry(columns={"state": "closed", "outcome": "repeat", "merged_into": first})
    reference = first.pk
    assert Job.objects.filter(object_id__startswith=reference).exists()
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        purge(now=timezone.now())
    callbacks[0]()
    repeat.refresh_from_db()
    assert repeat.merged_into is None
    assert not Job.objects.filter(object_id__startswith=reference).exists()
    assert [event.kind for event in EnquiryEvent.objects.filter(enquiry_id=reference)] == ["received", "purged"]
    ((moment, *words),) = [line.split() for line in tombstones.path().read_text().splitlines()]
    assert words == [reference, "purged"]
    assert datetime.fromisoformat(moment)
    assert tombstones.path().stat().st_mode & 0o077 == 0


def test_old_events_runs_and_tombstones_go_too():
    now = timezone.now()
    gone, there = make_enquiry(at=now - 800 * DAY), make_enquiry(at=now - 800 * DAY)
    gone.delete()
    tombstones.append(*[tombstones.Line(reference=f"AB3DE5F{n}", at=now - days * DAY, reason="purged")
                        for n, days in ((2, 61), (3, 59))])  # fmt: skip
    Tombstone.objects.create(reference="AB3DE5F2", at=now - 61 * DAY, reason="purged")
    purge(now=now)
    assert {event.enquiry_id for event in EnquiryEvent.objects.all()} == {there.pk}
    assert not Tombstone.objects.exists()
    assert [line.reference for line in tombstones.read()] == ["AB3DE5F3"]


def test_a_hold_keeps_an_enquiry_and_its_reason_is_sealed():
    enquiry, lead = make_closed(received=200, closed=100), make_lead()
    hold(reference=enquiry.pk, by=lead, reason="The police asked for it.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM enquiries_hold")
        assert cursor.fetchone()[0].startswith("v1.")
    purge(now=timezone.now())
    with pytest.raises(Held) as raised:
        erase_enquiry(reference=enquiry.pk, by=lead)
    assert raised.value.reason == "The police asked for it."
    unhold(reference=enquiry.pk, by=lead)
    kinds = [event.kind for event in EnquiryEvent.objects.filter(enquiry_id=enquiry.pk)]
    assert kinds == [EventKind.RECEIVED, EventKind.HELD, EventKind.UNHELD]
    purge(now=timezone.now())
    assert not Enquiry.objects.exists()


def test_a_hold_is_looked_at_again_after_a_year():
    enquiry, now = make_enquiry(), timezone.now()
    hold(reference=enquiry.pk, by=make_lead(), reason="Inquiry.", at=now - 365 * DAY)
    assert Hold.objects.due_for_review(at=now).exists()
    assert not Hold.objects.due_for_review(at=now - DAY).exists()


def test_nobody_erases_or_holds_what_they_may_not_see():
    enquiry, officer = make_enquiry(columns={"is_restricted": True}), make_staff(is_superuser=False)
    officer.groups.add(Group.objects.get(name="Enquiries officer"))
    for act in (erase_enquiry, hold):
        with pytest.raises(Enquiry.DoesNotExist):
            act(reference=enquiry.pk, by=officer, reason="")


@on_disk
@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_erased_bytes_are_in_no_file_and_a_restore_does_not_bring_them_back(tmp_path):
    enquiry, lead = make_enquiry(message="CANARY"), make_lead()
    LogEntry.objects.create(
        user=lead, content_type=ContentType.objects.get_for_model(Enquiry), object_id=enquiry.pk,
        object_repr="CANARY", action_flag=CHANGE, change_message="",
    )  # fmt: skip
    name = Path(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed_answers FROM enquiries_enquiry")
        sealed = cursor.fetchone()[0].encode()
    files = [name, name.with_name(f"{name.name}-wal")]
    assert any(sealed in file.read_bytes() for file in files)
    backup = tmp_path / "backup.sqlite3"
    with sqlite3.connect(name) as source, sqlite3.connect(backup) as copy:
        source.backup(copy)
    source.close()
    copy.close()

    erase_enquiry(reference=enquiry.pk, by=lead)
    for file in files:
        content = file.read_bytes()
        assert sealed not in content
        assert b"CANARY" not in content
    assert EnquiryEvent.objects.filter(enquiry_id=enquiry.pk, kind=EventKind.ERASED, by=lead).exists()

    # The restore: the database of before the deletion, whose tables know of no tombstone.
    connection.close()
    for file in files[1:]:
        file.unlink(missing_ok=True)
    shutil.copy(backup, name)
    assert Enquiry.objects.filter(pk=enquiry.pk).exists()
    assert not Tombstone.objects.exists()
    jobs.repair_queue(now=timezone.now())
    jobs.run_all_due()
    assert not Enquiry.objects.exists()
    assert Tombstone.objects.get().reason == "erased"
    assert all(sealed not in file.read_bytes() for file in files if file.exists())


def test_a_deletion_is_done_again_from_a_copy_of_the_file(tmp_path):
    enquiry, newer = make_enquiry(at=timezone.now() - 9 * DAY), make_enquiry()
    copy = tmp_path / "copy.log"
    copy.write_text(
        f"{(timezone.now() - DAY).isoformat()} {enquiry.pk} erased\n"
        # Its reference was given out again since: this is another person's.
        f"{(timezone.now() - 3 * DAY).isoformat()} {newer.pk} erased\n"
        "2026-11-2"
    )
    assert reapply_tombstones(source=copy) == 1
    assert list(Enquiry.objects.all()) == [newer]
    assert {line.reference for line in tombstones.read()} == {enquiry.pk, newer.pk}
    assert reapply_tombstones() == 0


def test_a_line_lost_in_a_crash_is_written_later():
    Tombstone.objects.create(reference="AB3DE5F2", at=timezone.now(), reason="erased")
    reapply_tombstones()
    reapply_tombstones()
    assert [line.reference for line in tombstones.read()] == ["AB3DE5F2"]


# The page of a hold


def test_the_lead_holds_an_enquiry_at_the_desk_and_an_officer_cannot():
    enquiry = make_enquiry()
    address = f"/admin/enquiries/hold/{enquiry.pk}/change/"
    officer, lead = sign_in_as("Enquiries officer"), sign_in_as("Safeguarding lead")
    assert officer.get(address).status_code == officer.post(address, {"act": "hold"}).status_code == 403
    assert lead.post(address, {"act": "hold", "reason": " "}).status_code == 422
    lead.post(address, {"act": "hold", "reason": "The police asked for it."})
    events = EnquiryEvent.objects.filter(enquiry=enquiry)
    before = events.filter(kind="opened").count()
    page = text_of(lead.get(address))
    assert "The police asked for it." in page
    assert "Held: not deleted while the hold lasts." in page
    # Whoever reads the reason is recorded.
    assert events.filter(kind="opened").count() == before + 1
    assert "The police" not in text_of(lead.get("/admin/enquiries/hold/"))
    lead.post(address, {"act": "review"})
    lead.post(address, {"act": "unhold"})
    assert not Hold.objects.exists()
    enquiry.refresh_from_db()
    assert not enquiry.is_held


def test_what_waits_is_told_to_those_who_may_see_it():
    now = timezone.now()
    make_enquiry(at=now - 400 * DAY)
    make_enquiry(at=now - 400 * DAY, columns={"is_restricted": True})
    make_enquiry(at=now - 8 * DAY, columns={"is_quarantined": True})
    officer = make_staff(is_superuser=False)
    officer.groups.add(Group.objects.get(name="Enquiries officer"))
    words = [warning.words for warning in warnings_for(officer, at=now)]
    assert words == [
        "1 enquiry is open for more than twelve months. Close it, or have it held.",
        "1 quarantined enquiry is older than a week and nobody has seen it.",
    ]
    lead = make_lead()
    assert "2 enquiries are open" in next(iter(warnings_for(lead, at=now))).words
    jobs.repair_queue(now=now)
    Job.objects.filter(kind="enquiries.services.removal.purge_daily").update(first_tried_at=now, error="purge refused")
    assert "are not being deleted" in [*warnings_for(lead, at=now)][-1].words
    assert not [*warnings_for(make_staff(roles=[]), at=now)]


def test_a_deletion_stands_although_the_clocks_of_two_machines_differ_by_a_day(tmp_path):
    enquiry = make_enquiry(at=timezone.now() + DAY)
    tombstones.append(tombstones.Line(reference=enquiry.pk, at=timezone.now(), reason="erased"))
    assert reapply_tombstones() == 1
