"""Finding an enquiry by the address or number of its enquirer, and keeping that while keys change."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.encryption import MissingKey
from enquiries.contact_index import normalised, with_contact
from enquiries.models import ContactHash, Enquiry
from tests.factories import make_enquiry

pytestmark = pytest.mark.django_db

OLD = "old-1:" + base64.urlsafe_b64encode(b"o" * 32).decode()
NEW = "new-1:" + base64.urlsafe_b64encode(b"n" * 32).decode()


@pytest.fixture(autouse=True)
def keys(settings):
    settings.FIELD_KEYS = [OLD]
    return settings


@pytest.mark.parametrize(
    ("given_", "asked"),
    [
        ("Ama@Example.org", " ama@example.ORG "),
        ("07700 900 123", "+44 7700 900123"),
        ("07700 900 123", "0044 (0) 7700-900123"),
        ("+353 1 234 5678", "+35312345678"),
    ],
)
def test_a_contact_is_found_however_it_is_written(given_, asked):
    contact = {"email": given_} if "@" in given_ else {"phone": given_}
    enquiry = make_enquiry(**contact)
    make_enquiry(email="other@example.org", phone="01632 960 001")
    assert list(with_contact(asked)) == [enquiry]


@given(st.text("0123456789", min_size=6), st.sampled_from([" ", "-", ".", " (", ") ", "\u2009"]))
def test_what_stands_between_the_digits_does_not_matter(digits, between):
    assert normalised(between.join(digits)) == normalised(digits)


@pytest.mark.parametrize("nothing", ["", "  ", "-", "12"])
def test_nothing_finds_nobody(nothing):
    make_enquiry(email=nothing, phone=nothing)
    assert not ContactHash.objects.exists()
    assert not with_contact(nothing).exists()


def test_the_database_holds_no_contact_and_no_hash_that_can_be_tried_without_the_key(keys):
    make_enquiry(email="ama@example.org")
    digest = ContactHash.objects.get().digest
    keys.FIELD_KEYS = [NEW]
    assert not with_contact("ama@example.org").exists()
    keys.FIELD_KEYS = []
    with pytest.raises(MissingKey):
        with_contact("ama@example.org")
    assert "ama" not in digest


def test_an_erased_enquiry_leaves_no_hash():
    make_enquiry(email="ama@example.org").delete()
    assert not ContactHash.objects.exists()


def test_people_are_found_before_during_and_after_a_change_of_keys(keys, capsys):
    enquiry = make_enquiry(email="ama@example.org")
    keys.FIELD_KEYS = [NEW, OLD]
    newer = make_enquiry(email="ama@example.org")
    assert set(with_contact("ama@example.org")) == {enquiry, newer}
    with pytest.raises(CommandError, match="Run rotate_keys"):
        call_command("rotate_keys", check=True)
    call_command("rotate_keys")
    call_command("rotate_keys", check=True)
    keys.FIELD_KEYS = [NEW]
    assert set(with_contact("ama@example.org")) == {enquiry, newer}
    assert "old-1: 2 values, rotated" in capsys.readouterr().out


def test_the_index_can_be_made_anew(keys, capsys):
    enquiry = make_enquiry(phone="07700 900 123")
    ContactHash.objects.all().delete()
    call_command("rebuild_contact_index")
    assert list(with_contact("07700900123")) == [enquiry]
    assert "1 enquiries indexed." in capsys.readouterr().out
    keys.FIELD_KEYS = [NEW]
    with pytest.raises(CommandError, match="1 enquiries could not be read"):
        call_command("rebuild_contact_index")
    assert ContactHash.objects.exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_rotation_that_is_killed_half_way_loses_nothing_and_goes_on(keys):
    for number in range(60):
        make_enquiry(email=f"person{number}@example.org", message=f"Message {number}")
    settings_of = connection.settings_dict
    url = f"sqlite:///{settings_of['NAME']}"
    if connection.vendor == "postgresql":
        host, port = settings_of["HOST"], settings_of["PORT"]
        url = f"postgres://{settings_of['USER']}:{settings_of['PASSWORD']}@{host}:{port}/{settings_of['NAME']}"
    connection.close()
    command = [sys.executable, str(site.BASE_DIR / "manage.py"), "rotate_keys"]
    child = subprocess.Popen(
        command,
        env=os.environ | {"DATABASE_URL": url, "FIELD_KEYS": f"{NEW},{OLD}"},
        stdout=subprocess.DEVNULL,
    )
    rotated = Enquiry.objects.extra(where=["sealed_answers LIKE 'v1.new-1.%%'"])
    while not rotated.exists():
        assert child.poll() is None, "it ended before it could be killed"
        time.sleep(0.002)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()

    keys.FIELD_KEYS = [NEW, OLD]
    assert 0 < rotated.count() < 60
    assert {enquiry.answers.message for enquiry in Enquiry.objects.all()} == {f"Message {n}" for n in range(60)}
    call_command("rotate_keys")
    keys.FIELD_KEYS = [NEW]
    call_command("rotate_keys", check=True)
    assert {enquiry.answers.message for enquiry in Enquiry.objects.all()} == {f"Message {n}" for n in range(60)}
    assert with_contact("person59@example.org").count() == 1
