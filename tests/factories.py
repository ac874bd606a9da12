"""Plain functions that make what a test needs, each room's own below the one before."""

from __future__ import annotations

import secrets
import time
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, User
from django.core import signing
from django.test import Client
from django.utils import timezone
from django.utils.text import slugify

from articles.models import Article, Author, Resource, Series
from campaigns.models import Banner, Campaign
from core.models import Job
from enquiries.answers import Answers
from enquiries.models import Enquiry
from enquiries.services import receive_enquiry
from pages.models import StandingPage
from publishing.models import Card, Contact, Edition, EditionLabel, Person, Question, Step, Text, Topic
from publishing.publish import build_edition, publish

_numbers = count(1)


def make_staff(*, roles: list[str] | None = None, **fields: Any) -> User:
    """Somebody who may do everything in the admin, with the password "correct-horse-battery".

    What roles alone open, such as enquiries, too: a superuser without a role is `make_staff(roles=[])`.
    """
    fields = {"username": f"staff{next(_numbers)}", "is_staff": True, "is_superuser": True} | fields
    user = User.objects.create_user(**{"password": "correct-horse-battery"} | fields)
    if roles is None:
        roles = ["Safeguarding lead"] if user.is_superuser else []
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def sign_in_as(role: str, **fields: Any) -> Client:
    """A browser in which a member of the role is signed in."""
    user = make_staff(is_superuser=False, **fields)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


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


class _EarlierSigner(signing.TimestampSigner):
    """Signs as if it were some seconds ago."""

    def __init__(self, seconds: float, **kwargs: Any):
        super().__init__(**kwargs)
        self.seconds = seconds

    def timestamp(self) -> str:
        return signing.b62_encode(int(time.time() - self.seconds))


def make_form_token(purpose: str = "enquiry", *, age: float = 60) -> str:
    """A form's token as it was issued `age` seconds ago."""
    return _EarlierSigner(age, salt=f"core.formtoken:{purpose}").sign(f"nonce{next(_numbers)}-{secrets.token_hex(6)}")


def make_enquiry_post(**changes: Any) -> dict[str, Any]:
    """What a browser sends for the shortest enquiry a parent can make; None leaves a field out."""
    fields = {"who": "family", "message": "We need somebody to listen.", "reply_by": "none"}
    fields |= {"token": make_form_token()} | changes
    return {name: value for name, value in fields.items() if value is not None}


def make_professional_post(**changes: Any) -> dict[str, Any]:
    """A solicitor's enquiry, as the form for professionals sends it."""
    fields = {
        "who": None,
        "organisation": "Meadow and Lane Solicitors",
        "job": "Solicitor",
        "services": ["social-work", "psychology"],
        "nation": "wales",
        "law": "public",
        "hearing_on": f"{date.today() + timedelta(days=60):%d %B %Y}",
        "report_by": f"{date.today() + timedelta(days=40):%d/%m/%Y}",
        "message": "A parenting assessment of both parents.",
        "name": "A. Solicitor",
        "reply_by": "email",
        "email": "solicitor@meadow-and-lane.example",
    }
    return make_enquiry_post(**fields | changes)


def make_enquiry(*, columns: dict[str, Any] | None = None, at: datetime | None = None, **answers: Any) -> Enquiry:
    """An enquiry as the form stores it; `columns` are of the row, all else are answers."""
    number = next(_numbers)
    enquiry = receive_enquiry(
        answers=Answers(**{"who": "family", "message": "We need somebody to listen.", "reply_by": "none"} | answers),
        nonce=f"nonce-{number}",
        address=f"test-{number}",
        at=at,
    )
    columns = columns or {}
    if columns.get("is_quarantined"):
        columns = {"quarantine_reason": Enquiry.QuarantineReason.LINKS} | columns
    if columns.get("state") == Enquiry.State.CLOSED:
        columns = {"closed_at": timezone.now(), "outcome": Enquiry.Outcome.ANSWERED} | columns
    for name, value in columns.items():
        setattr(enquiry, name, value)
    enquiry.save()
    return enquiry


def make_author(name: str = "Ruth Mbeki", **fields: Any) -> Author:
    return Author.objects.create(**{"name": name, "slug": slugify(name)} | fields)


def make_series(title: str = "Around one child", **fields: Any) -> Series:
    return Series.objects.create(**{"title": title, "slug": slugify(title)} | fields)


def make_campaign(title: str = "Respect", *, topics: Any = (), **fields: Any) -> Campaign:
    """The working copy of a campaign that opened today. Nothing of it is public."""
    campaign = Campaign.objects.create(
        **{"title": title, "slug": slugify(title), "opens_on": timezone.localdate()} | fields
    )
    campaign.topics.set(topics)
    return campaign


def make_banner(campaign: Campaign, **fields: Any) -> Banner:
    """A banner that began yesterday, on every page."""
    begins = timezone.now() - timedelta(days=1)
    fields = {"text": "Stand with them.", "link_text": "Join in", "starts_at": begins} | fields
    return Banner.objects.create(campaign=campaign, **fields)


def make_live_pages(*slugs: str) -> None:
    """Published standing pages without a text."""
    for slug in slugs:
        publish(document=StandingPage.objects.create(title=slug.capitalize(), slug=slug), by=None)


def make_landing_page(title: str = "For families", **fields: Any) -> StandingPage:
    """The working copy of a landing page with every kind of block that leads on. Nothing of it is public."""
    page = StandingPage.objects.create(**{"title": title, "slug": slugify(title), "layout": "landing"} | fields)
    blocks: list[tuple[type, dict[str, str]]] = [
        (
            Card,
            {"title": "A social worker is coming", "text": "What to ask.", "address": "/a/", "style": "task"},
        ),
        (Card, {"title": "I have a court date", "address": "/b/", "style": "task"}),
        (Text, {"html": "<h2>Before you ring</h2><p>You need not know the right words.</p>"}),
        (Card, {"title": "Ten questions", "text": "Short, and free to copy.", "address": "https://www.gov.uk/"}),
        (Step, {"title": "You ask", "html": "<p>By form or telephone.</p>"}),
        (Step, {"title": "We answer", "html": "<ul><li>Within a day</li></ul>"}),
        (Text, {"html": "<h2>Who answers</h2>"}),
        (Person, {"name": "Ama Owusu", "role": "Social worker", "text": "Reads first.", "telephone": "01632 960 001"}),
        (Person, {"name": "Siân Llŷn", "address": "mailto:sian@example.org"}),
        (Contact, {"heading": "Talk first", "name": "Ama", "telephone": "01632 960 001", "address": "/contact/write/"}),
        (Question, {"question": "Does it cost anything?", "html": "<p>No.</p>"}),
    ]
    for number, (model, values) in enumerate(blocks, 1):
        model._default_manager.create(parent=page, region="main", ordering=number * 10, **values)
    return page


def make_live_articles(number: int, **fields: Any) -> list[Edition]:
    """So many published articles, "Story 0" the newest; faster than publishing each."""
    today = timezone.localdate()
    first = publish(document=make_article("Story 0", dated_on=today, **fields), by=None)
    values = {field.attname: getattr(first, field.attname) for field in Edition._meta.concrete_fields}
    labels = list(first.labels.values("kind", "slug", "name"))
    others = []
    for index in range(1, number):
        document = Article.objects.create(title=f"Story {index}", slug=f"story-{index}")
        own = {"id": None, "document_id": document.pk, "path": document.path, "title": document.title}
        others.append(Edition(**values | own | {"dated_on": today - timedelta(days=index)}))
    Edition.objects.bulk_create(others)
    EditionLabel.objects.bulk_create(
        EditionLabel(edition=edition, section=edition.section, dated_on=edition.dated_on, **label)
        for edition in others
        for label in labels
    )
    return [first, *others]
