"""Plain functions that make what a test needs. Each app's own stand below, with everything they do not say left usual."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.contrib.auth.models import User

from core.models import Job

_numbers = count(1)


def make_staff(**fields: Any) -> User:
    """Somebody who may do everything in the admin, with the password "correct-horse-battery"."""
    fields = {"username": f"staff{next(_numbers)}", "is_staff": True, "is_superuser": True} | fields
    return User.objects.create_user(**{"password": "correct-horse-battery"} | fields)


def make_job(**fields: Any) -> Job:
    return Job.objects.create(**{"kind": "test.nothing", "object_id": str(next(_numbers))} | fields)
