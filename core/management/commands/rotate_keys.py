from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from core import blind_index, encryption

BATCH = 200


class Command(BaseCommand):
    registry = apps
    help = "Encrypts again, under the newest of FIELD_KEYS, whatever still lies under an older one. It may be stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only count the values under each key")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        try:
            newest = encryption.newest_key_id()
        except encryption.MissingKey as error:
            raise CommandError(str(error)) from error
        found: Counter[str] = Counter()
        failed = 0
        for model, fields in encryption.encrypted_models(self.registry):
            for pk in _pks(model):
                key_ids = _key_ids(model, fields, pk)
                found.update(key_ids)
                if not check and set(key_ids) - {newest}:
                    failed += not self._rotate(model, fields, pk, newest)
        for index in blind_index.registered():
            found.update(index.count())
            if not check:
                failed += index.rebuild(newest)
        for key_id, n in sorted(found.items()):
            outcome = "the newest key" if key_id == newest else ("still to rotate" if check else "rotated")
            self.stdout.write(f"{key_id}: {n} values, {outcome}")
        if failed:
            raise CommandError(
                f"{failed} rows could not be read and stay as they were. Keep their old keys in FIELD_KEYS."
            )
        if check and set(found) - {newest}:
            raise CommandError("Run rotate_keys before an old key is taken out of FIELD_KEYS.")

    def _rotate(
        self, model: type[models.Model], fields: list[encryption.EncryptedTextField], pk: Any, newest: str
    ) -> bool:
        """One row in one transaction, so that a visitor never waits for more and a stop loses nothing."""
        with transaction.atomic():
            row = model._base_manager.select_for_update().filter(pk=pk).first()
            if row is None:
                return True
            changed = {}
            try:
                for field in fields:
                    stored = field.stored_value(row)
                    if stored is not None and stored.ciphertext and stored.ciphertext.key_id != newest:
                        associated = field.associated_data(row)
                        text = encryption.decrypt(stored.ciphertext, associated=associated)
                        changed[field.name] = encryption.encrypt(text, associated=associated)
            except encryption.EncryptionError as error:
                self.stderr.write(f"{model._meta.label} {pk}: {type(error).__name__}")
                return False
            if changed:
                model._base_manager.filter(pk=pk).update(**changed)
        return True


def _pks(model: type[models.Model]) -> Any:
    """In steps by primary key: nothing stays open while rows are written."""
    last = None
    while True:
        rows = model._base_manager.order_by("pk")
        batch = list((rows if last is None else rows.filter(pk__gt=last)).values_list("pk", flat=True)[:BATCH])
        if not batch:
            return
        yield from batch
        last = batch[-1]


def _key_ids(model: type[models.Model], fields: list[encryption.EncryptedTextField], pk: Any) -> list[str]:
    row = model._base_manager.filter(pk=pk).values_list(*(field.name for field in fields)).first()
    return [sealed.ciphertext.key_id for sealed in row or () if sealed is not None and sealed.ciphertext]
