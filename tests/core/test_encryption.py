from __future__ import annotations

import base64
import io
import json

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, models, transaction
from django.db.models import F
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from core import encryption
from core.encryption import Ciphertext, EncryptedTextField, MissingKey, Unreadable
from core.management.commands import rotate_keys

OLD = "old-1:" + base64.urlsafe_b64encode(b"o" * 32).decode()
NEW = "new-1:" + base64.urlsafe_b64encode(b"n" * 32).decode()

with isolate_apps("core") as registry:

    class Note(models.Model):  # noqa: DJ008
        reference = models.CharField(max_length=8)
        text = EncryptedTextField(associated="reference", blank=True)
        remark = EncryptedTextField(associated="reference", null=True)
        seen = models.BooleanField(default=False)

        class Meta:
            app_label = "core"


@pytest.fixture(scope="module", autouse=True)
def table(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Note)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Note)


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings):
    settings.FIELD_KEYS = [OLD]
    return settings


def stored(note: Note, column: str = "text") -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM core_note WHERE id = %s", [note.pk])
        return cursor.fetchone()[0]


def store(note: Note, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_note SET text = %s WHERE id = %s", [text, note.pk])


def test_the_database_never_sees_the_text():
    note = Note.objects.create(reference="AB3DE5FG", text="We live in Oak Road.")
    raw = stored(note)
    assert raw.startswith("v1.old-1.")
    assert "Oak" not in raw
    assert b"Oak" not in base64.urlsafe_b64decode(raw.split(".")[2])
    assert Note.objects.get().text == "We live in Oak Road."


@given(st.text(st.characters(exclude_categories=[]), max_size=300))
def test_whatever_was_typed_comes_back_letter_by_letter(text):
    sealed = encryption.encrypt(text, associated="core.note.text:AB3DE5FG")
    assert encryption.decrypt(sealed, associated="core.note.text:AB3DE5FG") == text
    assert sealed.isascii()


def test_equal_texts_are_stored_differently():
    first, second = (Note.objects.create(reference="AB3DE5FG", text="same") for _ in range(2))
    assert stored(first) != stored(second)


def test_nothing_stays_nothing():
    note = Note.objects.create(reference="AB3DE5FG", text="", remark=None)
    assert stored(note) == ""
    assert stored(note, "remark") is None
    again = Note.objects.get()
    assert (again.text, again.remark) == ("", None)


def test_a_list_of_rows_decrypts_nothing(keys):
    Note.objects.create(reference="AB3DE5FG", text="secret")
    keys.FIELD_KEYS = []
    note = Note.objects.get()
    assert note.reference == "AB3DE5FG"
    with pytest.raises(MissingKey):
        note.text  # noqa: B018


def test_a_value_seen_without_its_row_stays_sealed():
    Note.objects.create(reference="AB3DE5FG", text="secret")
    assert "secret" not in repr(Note.objects.values_list("text", "remark"))
    assert repr(Note.objects.values_list("text", flat=True)[0]) == "<sealed>"


def test_a_deferred_text_can_be_read_later():
    Note.objects.create(reference="AB3DE5FG", text="secret")
    assert Note.objects.defer("text").get().text == "secret"
    assert Note.objects.only("seen").get().text == "secret"


def test_a_refreshed_row_shows_what_is_stored():
    note = Note.objects.create(reference="AB3DE5FG", text="first")
    other = Note.objects.get()
    other.text = "second"
    other.save()
    note.refresh_from_db()
    assert note.text == "second"


def test_saving_a_row_nobody_read_leaves_its_text_as_it_was():
    note = Note.objects.create(reference="AB3DE5FG", text="secret")
    before = stored(note)
    again = Note.objects.get()
    again.seen = True
    again.save()
    assert stored(note) == before


def test_a_text_moved_to_another_row_cannot_be_read_there():
    note = Note.objects.create(reference="AB3DE5FG", text="secret")
    other = Note.objects.create(reference="XY4XY4XY", text="other")
    store(other, stored(note))
    with pytest.raises(Unreadable):
        Note.objects.get(pk=other.pk).text  # noqa: B018


def test_a_text_moved_to_another_field_cannot_be_read_there():
    note = Note.objects.create(reference="AB3DE5FG", text="secret", remark="remark")
    store(note, stored(note, "remark"))
    with pytest.raises(Unreadable):
        Note.objects.get().text  # noqa: B018


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw[:-4],
        lambda raw: raw[:-6] + "AAAA==",
        lambda raw: "v1.old-1.!!",
        lambda raw: "v1.old-1.AA==",
        lambda raw: "v9" + raw[2:],
        lambda raw: "plain text",
    ],
)
def test_a_changed_text_is_refused_and_not_shown(damage):
    note = Note.objects.create(reference="AB3DE5FG", text="secret words")
    store(note, damage(stored(note)))
    with pytest.raises(Unreadable):
        Note.objects.get().text  # noqa: B018


@pytest.mark.parametrize(
    "entries",
    [
        [],
        ["k1"],
        ["k1:"],
        ["k1:c2hvcnQ="],
        [":" + "A" * 43 + "="],
        ["K1:" + "A" * 43 + "="],
        ["k" * 17 + ":" + "A" * 43 + "="],
        ["k1:" + "!" * 43 + "="],
        [OLD, OLD],
        [NEW, "broken"],
    ],
)
def test_without_a_usable_key_nothing_is_stored(keys, entries):
    keys.FIELD_KEYS = entries
    assert encryption.is_ready() is False
    with pytest.raises(MissingKey) as raised, transaction.atomic():
        Note.objects.create(reference="AB3DE5FG", text="secret")
    assert not Note.objects.exists()
    assert "c2hvcnQ" not in str(raised.value)


def test_a_key_without_its_padding_is_the_same_key(keys):
    keys.FIELD_KEYS = [NEW.rstrip("=")]
    assert encryption.is_ready() is True


def test_a_row_must_know_its_reference_first():
    with pytest.raises(encryption.EncryptionError, match="reference"):
        Note.objects.create(reference="", text="secret")


def test_something_that_is_no_text_is_refused():
    with pytest.raises(FieldError), transaction.atomic():
        Note.objects.create(reference="AB3DE5FG", text=12)


@pytest.mark.parametrize(
    "search",
    [{"text": "secret"}, {"text__contains": "s"}, {"text__in": ["s"]}, {"text__gt": "a"}, {"text__length": 3},
     {"text__iexact": ""}],
)  # fmt: skip
def test_a_search_in_encrypted_text_is_an_error_and_not_an_empty_answer(search):
    with pytest.raises(FieldError):
        list(Note.objects.filter(**search))


def test_whether_there_is_a_text_may_be_asked():
    Note.objects.create(reference="AB3DE5FG", text="secret", remark=None)
    assert Note.objects.filter(remark__isnull=True, text__isnull=False).exists()


def test_only_saving_a_row_writes_a_text():
    note = Note.objects.create(reference="AB3DE5FG", text="secret")
    with pytest.raises(FieldError), transaction.atomic():
        Note.objects.update(text="plain")
    note.text = "plain"
    with pytest.raises(FieldError), transaction.atomic():
        Note.objects.bulk_update([note], ["text"])
    note.text = F("reference")
    with pytest.raises(FieldError), transaction.atomic():
        note.save()
    assert stored(note).startswith("v1.")


def test_rows_created_together_are_encrypted_each_for_itself():
    Note.objects.bulk_create([Note(reference=name, text=name) for name in ("AB3DE5FG", "XY4XY4XY")])
    assert {note.reference: note.text for note in Note.objects.all()} == {
        "AB3DE5FG": "AB3DE5FG",
        "XY4XY4XY": "XY4XY4XY",
    }


def test_a_dump_holds_no_text_and_a_plain_one_cannot_be_loaded():
    Note.objects.create(reference="AB3DE5FG", text="secret")
    assert "secret" not in serializers.serialize("json", Note.objects.all())
    fresh = Note.objects.get()
    assert fresh.text == "secret"
    assert "secret" not in serializers.serialize("json", [fresh])
    with pytest.raises(FieldError), transaction.atomic():
        Note(reference="AB3DE5FG", text="plain").save_base(raw=True)


def test_an_old_key_still_reads_and_the_newest_writes(keys):
    note = Note.objects.create(reference="AB3DE5FG", text="secret")
    keys.FIELD_KEYS = [NEW, OLD]
    again = Note.objects.get()
    assert again.text == "secret"
    again.save()
    assert stored(note).startswith("v1.new-1.")


def test_saving_an_unread_row_moves_it_to_the_newest_key(keys):
    note = Note.objects.create(reference="AB3DE5FG", text="secret")
    keys.FIELD_KEYS = [NEW, OLD]
    Note.objects.get().save()
    assert stored(note).startswith("v1.new-1.")
    assert Note.objects.get().text == "secret"


def rotate(**options) -> str:
    command = rotate_keys.Command(stdout=(out := io.StringIO()), stderr=io.StringIO())
    command.registry = registry
    call_command(command, **options)
    return out.getvalue()


def test_after_rotation_the_old_key_can_go(keys):
    for number in range(5):
        Note.objects.create(reference=f"AB3DE5F{number}", text=f"text {number}", remark=None)
    keys.FIELD_KEYS = [NEW, OLD]
    with pytest.raises(CommandError, match="Run rotate_keys"):
        rotate(check=True)
    assert rotate() == "old-1: 5 values, rotated\n"
    assert rotate(check=True) == "new-1: 5 values, the newest key\n"
    keys.FIELD_KEYS = [NEW]
    assert [note.text for note in Note.objects.order_by("pk")] == [f"text {number}" for number in range(5)]


def test_rotation_leaves_what_it_cannot_read_and_says_so(keys):
    lost = Note.objects.create(reference="AB3DE5FG", text="lost")
    keys.FIELD_KEYS = [NEW]
    fine = Note.objects.create(reference="XY4XY4XY", text="fine")
    before = stored(lost)
    with pytest.raises(CommandError, match="1 rows could not be read"):
        rotate()
    assert stored(lost) == before
    assert Note.objects.get(pk=fine.pk).text == "fine"


def test_rotation_without_a_key_says_which_setting_is_missing(keys):
    keys.FIELD_KEYS = []
    with pytest.raises(CommandError, match="FIELD_KEYS is not set"):
        rotate()


@isolate_apps("core")
def test_an_encrypted_field_must_not_be_unique_and_needs_its_neighbour():
    class Wrong(models.Model):  # noqa: DJ008
        text = EncryptedTextField(associated="nowhere", unique=True)

        class Meta:
            app_label = "core"

    assert {error.id for error in Wrong._meta.get_field("text").check()} >= {"core.E101", "core.E102"}


def test_a_migration_can_write_the_field_down():
    _name, path, args, kwargs = Note._meta.get_field("text").deconstruct()
    assert path == "core.encryption.EncryptedTextField"
    assert EncryptedTextField(*args, **kwargs).associated == "reference"


def test_a_ciphertext_tells_its_key():
    assert Ciphertext("v1.k-1.AAAA").key_id == "k-1"
    assert Ciphertext("").key_id == ""
    assert json.loads(json.dumps(Ciphertext("v1.k-1.AAAA"))) == "v1.k-1.AAAA"
