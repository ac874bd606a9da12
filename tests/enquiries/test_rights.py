"""Somebody asks what we hold about them, or that we erase it: who may decide, and what leaves the house."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from core.encryption import encrypted_models
from core.transitions import WrongState
from enquiries import rights_file
from enquiries.models import Enquiry, EnquiryEvent, Hold, RightsFile, RightsRequest, RightsStep, Tombstone
from enquiries.rights_file import StaffText
from enquiries.services import hold, open_request, rights
from enquiries.warnings import warnings_for
from tests.factories import make_enquiry, make_staff
from tests.html import text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
CHECKS = [name for name, _words in rights.IDENTITY_CHECKS]
ADDRESS = "/admin/enquiries/rightsrequest/"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path


def make_member(role: str) -> User:
    user = make_staff(is_superuser=False)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def lead() -> User:
    return make_member("Safeguarding lead")


@pytest.fixture
def officer() -> User:
    return make_member("Enquiries officer")


@pytest.fixture
def administrator() -> User:
    return make_member("Administrator")


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_request(by: User, **fields) -> RightsRequest:
    fields = {
        "kind": "access",
        "received_on": timezone.localdate(),
        "name": "Ama O.",
        "email": "ama@example.org",
    } | fields
    return open_request(RightsRequest(**fields), by=by)


def make_approved(lead: User, officer: User, administrator: User, *enquiries: Enquiry, parts=(), **fields):
    request = make_request(officer, **fields)
    rights.confirm_identity(reference=request.pk, by=officer, checks=CHECKS, note="Rang her.")
    rights.approve(reference=request.pk, by=lead, chosen=[enquiry.pk for enquiry in enquiries], parts=parts)
    return rights.second(reference=request.pk, by=administrator)


def opened(file: str, passphrase: str) -> dict:
    """What the page does when somebody types the passphrase."""
    sealed = json.loads(re.search(r'<script id="sealed" type="application/json">(.+?)</script>', file)[1])
    salt, nonce, content = (base64.b64decode(sealed[name]) for name in ("salt", "nonce", "content"))
    key = PBKDF2HMAC(SHA256(), length=32, salt=salt, iterations=sealed["iterations"])
    return json.loads(AESGCM(key.derive(passphrase.replace("-", "").encode())).decrypt(nonce, content, None))


def test_nothing_is_looked_up_before_the_identity_is_checked(lead, officer):
    known, unknown = make_request(officer), make_request(officer, email="nobody@example.org")
    make_enquiry(email="ama@example.org")
    pages = []
    for request in (known, unknown):
        with pytest.raises(rights.IdentityUnchecked):
            rights.find_enquiries(reference=request.pk, by=lead)
        page = text_of(browser_of(lead).get(f"{ADDRESS}{request.pk}/change/"))
        pages.append(page.replace(str(request), "").replace("nobody@", "ama@"))
    assert pages[0] == pages[1]


def test_every_check_of_the_identity_must_hold(officer):
    request = make_request(officer)
    with pytest.raises(rights.IdentityUnchecked):
        rights.confirm_identity(reference=request.pk, by=officer, checks=CHECKS[:-1], note="Rang her.")
    page = browser_of(officer).post(
        f"{ADDRESS}{request.pk}/act/", {"act": "identity", "checks": CHECKS[:-1], "note": "Rang her."}
    )
    assert page.status_code == 422
    assert "All of these must hold" in text_of(page)
    assert "Rang her." in text_of(page)


def test_a_person_is_found_by_contact_and_by_reference_and_nobody_else_is(lead, officer):
    by_mail, by_name = make_enquiry(email="Ama@Example.org"), make_enquiry()
    make_enquiry(email="other@example.org")
    request = make_request(officer, references=f"{by_name} , nonsense")
    rights.confirm_identity(reference=request.pk, by=officer, checks=CHECKS, note="Rang her.")
    assert set(rights.find_enquiries(reference=request.pk, by=lead)) == {by_mail, by_name}
    assert EnquiryEvent.objects.filter(kind="searched", by=lead).count() == 1
    stranger = make_enquiry()
    with pytest.raises(WrongState):
        rights.approve(reference=request.pk, by=lead, chosen=[stranger.pk])


def test_nobody_decides_alone(lead, officer, administrator):
    request = make_request(lead)
    rights.confirm_identity(reference=request.pk, by=lead, checks=CHECKS, note="Rang her.")
    with pytest.raises(WrongState):
        rights.second(reference=request.pk, by=administrator)
    rights.approve(reference=request.pk, by=lead, chosen=[])
    with pytest.raises(WrongState):
        rights.make_rights_file(reference=request.pk, by=lead)
    with pytest.raises(rights.WrongApprover):
        rights.second(reference=request.pk, by=lead)
    with pytest.raises(IntegrityError, match="rights_two_approvers"), transaction.atomic():
        RightsRequest.objects.filter(pk=request.pk).update(seconded_by=lead, seconded_at=timezone.now())
    rights.second(reference=request.pk, by=administrator)
    # Whoever chooses anew needs another word for it.
    rights.approve(reference=request.pk, by=lead, chosen=[], parts=["with_staff_notes"])
    request.refresh_from_db()
    assert not request.is_approved


def test_the_file_opens_with_its_passphrase_once_and_leaves_out_what_was_not_switched_on(
    lead, officer, administrator, monkeypatch
):
    monkeypatch.setattr(rights_file, "staff_texts", [lambda enquiry: [StaffText("3 May 2027", "Note", "STAFFNOTE")]])
    enquiry = make_enquiry(
        message="MYWORDS <b>", reply_by="email", email="ama@example.org", other_contact="AUNT", relation="MOTHER"
    )
    request = make_approved(lead, officer, administrator, enquiry)
    passphrase = rights.make_rights_file(reference=request.pk, by=lead)
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM enquiries_rightsfile")
        assert cursor.fetchone()[0].startswith("v1.")
    response = browser_of(lead).post(f"{ADDRESS}{request.pk}/file/")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{request}.html"'
    assert "no-store" in response.headers["Cache-Control"]
    file = response.content.decode()
    assert "MYWORDS" not in file
    with pytest.raises(InvalidTag):
        opened(file, "AAAA-AAAA-AAAA-AAAA-AAAA")
    content = json.dumps(opened(file, passphrase))
    assert "MYWORDS &lt;b&gt;" in content
    assert not [word for word in ("AUNT", "MOTHER", "ama@", "STAFFNOTE") if word in content]
    # The second download finds nothing.
    again = browser_of(lead).post(f"{ADDRESS}{request.pk}/file/", follow=True)
    assert "downloaded before" in text_of(again)
    kinds = [step.kind for step in request.steps.all()]
    assert kinds[:6] == ["opened", "identity", "approved", "seconded", "made", "downloaded"]
    assert EnquiryEvent.objects.filter(enquiry=enquiry, kind="exported", by=lead).exists()


def test_parts_that_were_switched_on_are_given_out(lead, officer, administrator, monkeypatch):
    monkeypatch.setattr(rights_file, "staff_texts", [lambda enquiry: [StaffText("3 May 2027", "Note", "STAFFNOTE")]])
    enquiry = make_enquiry(reply_by="email", email="ama@example.org", relation="MOTHER", other_contact="AUNT")
    request = make_approved(lead, officer, administrator, enquiry, parts=["with_third_parties", "with_staff_notes"])
    part = rights_file.part_of(enquiry, request)
    answers = {line.answer for line in part.answers}
    assert "MOTHER" in answers
    # It is about somebody else and says how to reach the person: both must be on.
    assert "AUNT" not in answers
    assert part.staff_texts[0].text == "STAFFNOTE"


def test_an_answer_that_we_hold_nothing_is_as_well_sealed(lead, officer, administrator):
    request = make_approved(lead, officer, administrator)
    passphrase = rights.make_rights_file(reference=request.pk, by=lead)
    file = rights.take_rights_file(reference=request.pk, by=lead)
    assert "hold nothing about you" in opened(file, passphrase)["html"]
    assert "hold nothing" not in file


def test_a_file_that_nobody_fetches_is_gone_after_a_week(lead, officer, administrator):
    request = make_approved(lead, officer, administrator)
    rights.make_rights_file(reference=request.pk, by=lead)
    later = timezone.now() + 7 * DAY
    with pytest.raises(RightsFile.DoesNotExist):
        rights.take_rights_file(reference=request.pk, by=lead, at=later)
    rights.expire_rights(now=later - timedelta(minutes=5))
    assert RightsFile.objects.exists()
    rights.expire_rights(now=later)
    assert not RightsFile.objects.exists()
    assert request.steps.filter(kind="expired", by=None).exists()


def test_erasure_takes_what_was_chosen_and_stops_at_a_hold(lead, officer, administrator):
    gone, held = make_enquiry(email="ama@example.org"), make_enquiry(email="ama@example.org")
    request = make_approved(lead, officer, administrator, gone, held, kind="erasure")
    hold(reference=held.pk, by=lead, reason="The police asked for it.")
    page = browser_of(lead).post(f"{ADDRESS}{request.pk}/act/", {"act": "erase"}, follow=True)
    assert f"A hold keeps {held}" in text_of(page)
    assert list(Enquiry.objects.all()) == [held]
    assert Tombstone.objects.get().pk == gone.pk
    assert EnquiryEvent.objects.filter(kind="erased", by=lead, enquiry_id=gone.pk).exists()


def test_each_role_sees_and_does_what_it_should(lead, officer, administrator):
    other, editor, boss = make_member("Enquiries officer"), make_member("Editor"), make_staff(roles=[])
    request = make_request(officer)
    seen = {}
    for name, user in {
        "lead": lead, "officer": officer, "other": other, "administrator": administrator, "editor": editor,
        "superuser": boss,
    }.items():  # fmt: skip
        page = browser_of(user).get(f"{ADDRESS}{request.pk}/change/")
        seen[name] = (page.status_code, b"Ama O." in page.content)
        act = {"act": "close", "outcome": "refused"}
        answer = browser_of(user).post(f"{ADDRESS}{request.pk}/act/", act)
        assert answer.status_code == {"lead": 302, "other": 404}.get(name, 403)
        RightsRequest.objects.filter(pk=request.pk).update(closed_at=None, outcome="")
    assert seen == {
        "lead": (200, True), "officer": (200, True), "other": (404, False), "administrator": (200, False),
        "editor": (403, False), "superuser": (403, False),
    }  # fmt: skip
    # The officer opened it a moment ago, which is recorded already.
    assert [step.by for step in RightsStep.objects.filter(kind="read")] == [lead]


def test_each_visit_is_recorded_once_before_anything_is_read(lead, officer):
    request, now = make_request(officer), timezone.now()
    for minutes in (0, 1, 9, 10, 30):
        rights.record_reading(request, by=lead, at=now + timedelta(minutes=minutes))
    assert [round((step.at - now) / timedelta(minutes=1)) for step in request.steps.filter(by=lead)] == [0, 10, 30]


def test_a_request_goes_from_the_letter_to_the_file_in_a_browser(lead, officer, administrator):
    enquiry = make_enquiry(email="ama@example.org", message="MYWORDS")
    fields = {"kind": "access", "received_on": f"{timezone.localdate():%Y-%m-%d}", "name": "Ama O."}
    page = browser_of(officer).post(f"{ADDRESS}add/", fields, follow=True)
    assert "to look for" in text_of(page)
    # What was typed is still there, the day in the way a browser's own field takes it.
    assert f'value="{timezone.localdate():%Y-%m-%d}"' in page.content.decode()
    browser_of(officer).post(f"{ADDRESS}add/", fields | {"email": "ama@example.org"})
    request = RightsRequest.objects.get()
    act = f"{ADDRESS}{request.pk}/act/"
    browser_of(officer).post(act, {"act": "identity", "checks": CHECKS, "note": "Rang her."})
    found = browser_of(lead).post(act, {"act": "look"})
    assert f'name="chosen" value="{enquiry.pk}">' in found.content.decode()
    browser_of(lead).post(act, {"act": "approve", "chosen": [enquiry.pk]})
    browser_of(administrator).post(act, {"act": "second"})
    made = browser_of(lead).post(act, {"act": "make"})
    passphrase = re.search(r"<code>([A-Z0-9-]{24})</code>", made.content.decode())[1]
    assert passphrase not in browser_of(lead).get(f"{ADDRESS}{request.pk}/change/").content.decode()
    file = browser_of(lead).post(f"{ADDRESS}{request.pk}/file/").content.decode()
    assert "MYWORDS" in opened(file, passphrase)["html"]


def test_the_lead_is_warned_before_the_28_days_end(lead, officer):
    now = timezone.now()
    request = make_request(officer, received_on=timezone.localdate() - 20 * DAY)
    assert request.due_on == timezone.localdate() + 8 * DAY
    assert not list(warnings_for(lead, at=now))
    assert [warning.words for warning in warnings_for(lead, at=now + DAY)] == [
        "1 request about rights must be answered within a week or is late."
    ]
    assert not list(warnings_for(officer, at=now + DAY))


def test_a_request_is_kept_for_two_years_after_its_answer(lead, officer):
    request = make_request(officer)
    now = timezone.now()
    rights.close_request(reference=request.pk, by=lead, outcome="answered", at=now)
    rights.expire_rights(now=now + 729 * DAY)
    assert RightsRequest.objects.exists()
    rights.expire_rights(now=now + 730 * DAY)
    assert not RightsRequest.objects.exists()


def test_what_a_request_says_about_a_person_is_sealed(officer):
    make_request(officer, phone="CANARY", references="CANARY", letter="CANARY", name="CANARY", email="CANARY")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM enquiries_rightsrequest")
        assert "CANARY" not in str(cursor.fetchall())
    page = browser_of(officer).get(ADDRESS)
    assert b"CANARY" not in page.content


def test_every_sealed_text_survives_a_change_of_keys(lead, officer, administrator, settings):
    old, new = settings.FIELD_KEYS, ["new:" + "B" * 43 + "="]
    enquiry = make_enquiry(email="ama@example.org", message="MYWORDS")
    hold(reference=enquiry.pk, by=lead, reason="The police asked for it.")
    request = make_approved(lead, officer, administrator, enquiry, letter="LETTER")
    passphrase = rights.make_rights_file(reference=request.pk, by=lead)
    settings.FIELD_KEYS = [*new, *old]
    call_command("rotate_keys")
    settings.FIELD_KEYS = new
    call_command("rotate_keys", check=True)
    assert not [sealed for model, fields in encrypted_models() for field in fields
                for sealed in model._base_manager.values_list(field.name, flat=True)
                if sealed and sealed.ciphertext.key_id not in {"", "new"}]  # fmt: skip
    assert RightsRequest.objects.get().letter == "LETTER"
    assert Hold.objects.get().reason == "The police asked for it."
    assert "MYWORDS" in opened(rights.take_rights_file(reference=request.pk, by=lead), passphrase)["html"]


def test_without_the_key_the_pages_say_so_and_ask_for_nothing(lead, officer, settings):
    request, enquiry = make_request(officer), make_enquiry()
    hold(reference=enquiry.pk, by=lead, reason="The police asked for it.")
    other = make_enquiry()
    settings.FIELD_KEYS = []
    browser = browser_of(lead)
    assert "cannot be read" in text_of(browser.get(f"{ADDRESS}{request.pk}/change/"))
    assert "a request cannot be stored" in text_of(browser.get(f"{ADDRESS}add/", follow=True))
    assert "It cannot be read" in text_of(browser.get(f"/admin/enquiries/hold/{enquiry.pk}/change/"))
    page = browser.post(f"/admin/enquiries/hold/{other.pk}/change/", {"act": "hold", "reason": "Why"}, follow=True)
    assert "Nothing was done" in text_of(page)
