"""Plain functions that make what a test needs, each room's own below the one before."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.utils.text import slugify

from articles.models import Article, Resource
from core.models import Job
from publishing.models import Edition, Text, Topic
from publishing.publish import build_edition

_numbers = count(1)


def make_staff(**fields: Any) -> User:
    """Somebody who may do everything in the admin, with the password "correct-horse-battery"."""
    fields = {"username": f"staff{next(_numbers)}", "is_staff": True, "is_superuser": True} | fields
    return User.objects.create_user(**{"password": "correct-horse-battery"} | fields)


def make_job(**fields: Any) -> Job:
    return Job.objects.create(**{"kind": "test.nothing", "object_id": str(next(_numbers))} | fields)


def make_topic(name: str, **fields: Any) -> Topic:
    return Topic.objects.create(**{"name": name, "slug": slugify(name)} | fields)


def make_article(title: str = "A child is heard", *, text: str = "<p>Words.</p>", topics: Any = (), **fields: Any):
    """The working copy of an article with one text block. Nothing of it is public."""
    article = Article.objects.create(**{"title": title, "slug": slugify(title)} | fields)
    article.topics.set(topics)
    if text:
        Text.objects.create(parent=article, region="main", ordering=10, html=text)
    return article


def make_resource(title: str = "What a guardian does", *, topics: Any = (), **fields: Any) -> Resource:
    """The working copy of a resource with one text block. Nothing of it is public."""
    resource = Resource.objects.create(**{"title": title, "slug": slugify(title)} | fields)
    resource.topics.set(topics)
    Text.objects.create(parent=resource, region="main", ordering=10, html="<p>Words.</p>")
    return resource


def make_edition(document: Any, *, live_from: datetime, live_until: datetime | None = None, **fields: Any) -> Edition:
    """An edition written straight into the table, past every service: what the database alone allows."""
    edition = build_edition(document, at=live_from)
    edition.live_until = live_until
    for name, value in fields.items():
        setattr(edition, name, value)
    edition.save(force_insert=True)
    return edition


def enquiry_post(**changes: Any) -> dict[str, Any]:
    """What a browser sends for the shortest enquiry a parent can make, shown long enough ago; None leaves a field out."""
    with freeze_form_clock(minutes=5):
        token = formtoken.issue("enquiry")
    fields = {"who": "family", "message": "We need somebody to listen.", "reply_by": "none", "token": token} | changes
    return {name: value for name, value in fields.items() if value is not None}


def make_enquiry(*, state: dict[str, Any] | None = None, at: datetime | None = None, **answers: Any) -> Enquiry:
    """An enquiry as the form stores it; `state` overrides columns of the row, the rest are answers."""
    number = next(_numbers)
    enquiry = receive_enquiry(
        answers=Answers(**{"who": "family", "message": "We need somebody to listen.", "reply_by": "none"} | answers),
        nonce=f"nonce-{number}",
        address=f"test-{number}",
        at=at,
    )
    for name, value in (state or {}).items():
        setattr(enquiry, name, value)
    if state:
        enquiry.save()
    return enquiry
