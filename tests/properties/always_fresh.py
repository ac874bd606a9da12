"""Whatever editors and the clock do, in every process each cached page equals the page made this moment."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from difflib import unified_diff
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.color import no_style
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from articles.models import Article, Author, Byline, Resource, Series
from campaigns.models import Banner, Campaign
from pages.models import Door, NavigationItem, SiteSettings, SocialLink, StandingPage
from publishing.models import Document, Edition, Helpline, Image, Topic
from publishing.publish import PublishingError, cancel_schedule, publish, withdraw
from tests.factories import make_live_articles, make_staff
from tests.properties.clock import Clock
from tests.properties.reader import SecondProcess, read_page
from tests.publishing.admin_forms import fields_of

#: Each shortly before something that only clocks do: the hour is put on, put back, a month ends. All are still to come:
#: the database holds by its own clock that the past is never changed.
STARTS = [
    datetime(2030, 3, 30, 22, 30, tzinfo=UTC),
    datetime(2030, 10, 26, 21, 30, tzinfo=UTC),
    datetime(2030, 6, 30, 21, 59, tzinfo=UTC),
]
MOMENTS = st.sampled_from(
    [timedelta(microseconds=1), timedelta(seconds=90), timedelta(minutes=40), timedelta(hours=3), timedelta(days=1)]
)
EDGES = st.sampled_from([timedelta(microseconds=-1), timedelta(), timedelta(microseconds=1)])
NUMBERS = st.integers(0, 3)
ACTIONS = st.sampled_from(["add", "change", "change", "delete"])
FIXED = [
    "/", "/news/", "/news/?page=2", "/news/?kind=feature&topic=topic-0", "/resources/", "/resources/?for=families",
    "/campaigns/", "/contact/", "/get-help-now/", "/get-help-now/?nation=wales", "/get-help-now/card/",
    "/topics/topic-0/", "/topics/topic-1/", "/authors/author-0/", "/series/series-0/",
    "/nothing/", "/news/nothing/",
]  # fmt: skip
COUNTS = Counter[str]()


def environment_of_readers() -> dict[str, str]:
    """The same site on the same database in another process."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    return {
        "DJANGO_SETTINGS_MODULE": "tests.properties.settings",
        "DATABASE_URL": url,
        "RELEASE": settings.RELEASE,
        "SECRET_KEY": settings.SECRET_KEY,
        "LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore",
    }


def empty_the_site() -> None:
    """Of everything but the staff and their roles."""
    kept = {"auth", "contenttypes"}
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label not in kept]
    tables = [model._meta.db_table for model in models if model._meta.managed]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables, allow_cascade=True))


def local(moment: datetime) -> datetime:
    return timezone.localtime(moment)


class AlwaysFresh(RuleBasedStateMachine):
    """Each rule is what a person or the clock does; after it, all pages are read in both processes."""

    second: SecondProcess

    @initialize(start=st.sampled_from(STARTS))
    def begin(self, start: datetime) -> None:
        COUNTS["examples"] += 1
        empty_the_site()
        self.clock = Clock(start)
        self.clock.__enter__()
        self.staff = User.objects.filter(is_superuser=True).first() or make_staff()
        self.signed_in: tuple[Client, datetime] | None = None
        SiteSettings.objects.create(pk=1, lead_story=None)
        topics = [Topic.objects.create(name=f"Topic {n}", slug=f"topic-{n}") for n in range(2)]
        author = Author.objects.create(name="Author 0", slug="author-0")
        series = Series.objects.create(title="Series 0", slug="series-0")
        image = Image.objects.create(
            title="Picture", original="images/x/original.jpg", token="a" * 32, width=1600, height=1000
        )
        story = Article.objects.create(title="Story", slug="story", series=series, series_position=1, image=image)
        Byline.objects.create(document=story, author=author)
        other = Article.objects.create(title="Other", slug="other", article_kind="feature")
        resource = Resource.objects.create(title="Guide", slug="guide", audience="families")
        campaign = Campaign.objects.create(title="Respect", slug="respect", opens_on=timezone.localdate())
        page = StandingPage.objects.create(title="About", slug="about")
        self.documents = [story, other, resource, campaign, page]
        for document in self.documents[:3]:
            document.topics.set(topics)
        make_live_articles(12, article_kind="feature")
        self.compare("begin")

    def teardown(self) -> None:
        if hasattr(self, "clock"):
            self.clock.__exit__()

    # What every step ends with --------------------------------------------------------------------------------------

    def paths(self) -> list[str]:
        numbered = Edition.objects.exclude(path__startswith="/news/story-")
        return [*FIXED, *sorted(set(numbered.values_list("path", flat=True))), "/news/story-1/"]

    def compare(self, step: str) -> None:
        COUNTS["steps"] += 1
        COUNTS[step] += 1
        paths = self.paths()
        with transaction.atomic():
            # Inside a transaction the cache is neither written nor read.
            expected = [read_page(path) for path in paths]
        # Ask twice, so that the cache is read as well.
        answers = {
            "first process": [read_page(path) for path in paths],
            "second process": self.second.read(self.clock.at, paths),
            "first process, again": [read_page(path) for path in paths],
        }
        COUNTS["pages compared"] += len(paths) * len(answers)
        for process, found in answers.items():
            for path, page, fresh in zip(paths, found, expected, strict=True):
                assert page == fresh, f"{step}: {path} in the {process} at {self.clock.at}\n{difference(page, fresh)}"
        assert not any(status >= 500 for status, _body, _location in expected)

    # The back office ------------------------------------------------------------------------------------------------

    @property
    def editor(self) -> Client:
        """Signed in; a session ends by the clock."""
        if self.signed_in is None or abs(self.clock.at - self.signed_in[1]) > timedelta(hours=1):
            client = Client()
            client.force_login(self.staff)
            self.signed_in = client, self.clock.at
        return self.signed_in[0]

    def post(self, address: str, what: str, **changes: Any) -> None:
        """Open a form, change fields, send it as a browser does."""
        opened = self.editor.get(address)
        assert opened.status_code == 200, f"{address}: {opened.status_code}"
        response = self.editor.post(address, fields_of(opened.content.decode()) | changes)
        COUNTS[f"{what}: {'saved' if response.status_code == 302 else 'refused by the form'}"] += 1
        assert response.status_code in {200, 302}, f"{address}: {response.status_code}"

    @rule(
        number=st.integers(0, 4),
        button=st.sampled_from(["_publish", "_publish", "_schedule", "_withdraw", "_cancel_schedule", "_continue"]),
        variant=NUMBERS,
        begins=st.sampled_from([1, 60, 300, 1500]),
        lasts=st.sampled_from([None, None, 1, 90, 3000]),
    )
    def press_a_button(self, number: int, button: str, variant: int, begins: int, lasts: int | None) -> None:
        document = self.documents[number]
        today = timezone.localdate()
        moment = local(self.clock.at) + timedelta(minutes=begins if button == "_schedule" else 0)
        base = document.slug.removesuffix("-moved")
        topics = list(Topic.objects.values_list("pk", flat=True))
        fields: dict[str, Any] = {
            button: "1",
            "title": f"{type(document).__name__} {variant}",
            "slug": f"{base}-moved" if variant == 3 else base,
            "goes_live_at": f"{moment:%Y-%m-%dT%H:%M}" if button == "_schedule" else "",
            "ends_at": f"{moment + timedelta(minutes=lasts):%Y-%m-%dT%H:%M}" if lasts else "",
            "topics": [str(pk) for pk in topics[: variant % 3]],
        }
        if isinstance(document, Campaign):
            fields |= {
                "opens_on": f"{today + timedelta(days=variant % 2):%d/%m/%Y}",
                "closes_on": f"{today + timedelta(days=variant):%d/%m/%Y}" if variant else "",
                "hashtag": f"#Respect{variant}",
            }
        if isinstance(document, StandingPage):
            fields |= {"slug": ["about", "privacy", "contact", "team"][variant]}
            fields |= {"parent_slug": "about" if variant == 3 else ""}
        admin = f"/admin/{document._meta.app_label}/{document._meta.model_name}/{document.pk}/change/"
        self.post(admin, f"document {button}", **fields)
        document.refresh_from_db()
        self.compare("button pressed")

    def edit_a_row(self, model: Any, action: str, variant: int, begins: timedelta, lasts: timedelta) -> None:
        rows = list(model.objects.order_by("pk"))
        admin = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        row = rows[variant % len(rows)] if rows else None
        if action == "add" or row is None:
            address, action = f"{admin}/add/", "add"
        else:
            address = f"{admin}/{row.pk}/{action}/"
        name = f"{model.__name__} {variant} {len(rows)}"
        starts, ends = (
            local(self.clock.at + (begins if variant % 2 else -begins)),
            local(self.clock.at + begins + lasts),
        )
        fields: dict[str, Any] = {
            NavigationItem: {"menu": ["main", "read", "help", "legal"][variant], "label": name, "path": "/about/"},
            SocialLink: {"network": name, "url": f"https://n{variant}.example/", "position": variant},
            Door: {"title": name, "text": "What they find", "path": "/about/", "position": variant},
            Helpline: {
                "name": name, "note": "For anyone", "number": f"0800 {variant}000", "position": variant,
                "source_url": f"https://n{variant}.example/", "nations": ["wales"] if variant else [],
            },
            Banner: {
                "campaign": str(self.documents[3].pk), "text": name, "link_text": "Join",
                "shown_on": ["all", "home", "reading", "all"][variant],
                "starts_at_0": f"{starts:%d/%m/%Y}", "starts_at_1": f"{starts:%H:%M:%S}",
                "ends_at_0": f"{ends:%d/%m/%Y}", "ends_at_1": f"{ends:%H:%M:%S}",
            },
            Topic: {"name": name, "summary": name},
            Author: {"name": name, "bio": name},
            Series: {"title": name, "summary": name},
        }[model]  # fmt: skip
        if action == "add" and model in {Topic, Author, Series}:
            fields |= {"slug": f"{model.__name__.lower()}-{len(rows)}"}
        if model is Helpline:
            fields |= {"is_emergency": "on", "shown_in": "panel"} if variant == 1 else {"shown_in": "page"}
        if action == "delete":
            # What was published under it may not go.
            status = self.editor.post(address, {"post": "yes"}).status_code
            COUNTS[f"{model.__name__} delete: {status}"] += 1
        else:
            self.post(address, f"{model.__name__} {action}", **fields)
        self.compare(f"{model.__name__} {action}")

    # Rules of their own, so that none is crowded out.

    @rule(model=st.sampled_from([NavigationItem, SocialLink, Door, Helpline]), action=ACTIONS, variant=NUMBERS)
    def edit_what_stands_around_pages(self, model: Any, action: str, variant: int) -> None:
        self.edit_a_row(model, action, variant, timedelta(), timedelta())

    @rule(model=st.sampled_from([Topic, Author, Series]), action=ACTIONS, variant=NUMBERS)
    def edit_what_pages_are_filed_under(self, model: Any, action: str, variant: int) -> None:
        self.edit_a_row(model, action, variant, timedelta(), timedelta())

    @rule(action=ACTIONS, variant=NUMBERS, begins=MOMENTS, lasts=MOMENTS)
    def edit_a_banner(self, action: str, variant: int, begins: timedelta, lasts: timedelta) -> None:
        self.edit_a_row(Banner, action, variant, begins, lasts)

    @rule(variant=NUMBERS, lead=st.integers(0, 4))
    def change_the_settings(self, variant: int, lead: int) -> None:
        SiteSettings.objects.get_or_create(pk=1)
        live = Edition.objects.live(at=self.clock.at).filter(section="news").values_list("document_id", flat=True)
        stories = [*live.order_by("-dated_on")[:4], ""]
        changes = {"name": f"Site {variant}", "telephone": f"0116 {variant}00", "strapline": f"Line {variant}"}
        story = str(stories[lead % len(stories)])
        self.post("/admin/pages/sitesettings/1/change/", "settings", **changes, lead_story=story)
        self.compare("settings")

    @rule(variant=NUMBERS, action=st.sampled_from(["focus", "withhold", "restore"]))
    def change_the_picture(self, variant: int, action: str) -> None:
        image = Image.objects.get()
        if action == "focus":
            change = {"focal_x": str(20 * variant), "alt_text": f"Seen {variant}"}
            self.post(f"/admin/publishing/image/{image.pk}/change/", "picture", **change)
        else:
            response = self.editor.post("/admin/publishing/image/", {"action": action, "_selected_action": [image.pk]})
            assert response.status_code == 302
        self.compare(f"picture {action}")

    # Without the back office ------------------------------------------------------------------------------------------

    @rule(
        number=st.integers(0, 4),
        service=st.sampled_from(["publish", "publish", "withdraw", "cancel"]),
        begins=st.none() | MOMENTS,
        lasts=st.none() | MOMENTS,
        is_rolled_back=st.sampled_from([False, False, False, True]),
    )
    def call_a_service(
        self, number: int, service: str, begins: timedelta | None, lasts: timedelta | None, is_rolled_back: bool
    ) -> None:
        document = Document.objects.get(pk=self.documents[number].pk)
        at = begins and self.clock.at + begins
        until = lasts and (at or self.clock.at) + lasts
        try:
            with transaction.atomic():
                if service == "publish":
                    publish(document=document, by=None, at=at, until=until)
                elif service == "withdraw":
                    withdraw(document=document, by=None, at=at)
                else:
                    cancel_schedule(document=document, by=None)
                transaction.set_rollback(is_rolled_back)
            COUNTS[f"{service}: {'rolled back' if is_rolled_back else 'done'}"] += 1
        except PublishingError:
            COUNTS[f"{service}: refused"] += 1
        self.compare(f"service {service}")

    @rule(variant=NUMBERS)
    def write_past_the_models(self, variant: int) -> None:
        """Many rows at once, and by hand."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE publishing_topic SET summary = %s", [f"By hand {variant}"])
        doors = [Door(title=f"Door {n} {variant}", text="In", path="/about/", position=n) for n in range(variant)]
        Door.objects.bulk_create(doors)
        rows = list(NavigationItem.objects.all())
        for row in rows:
            row.label = f"Bulk {variant}"
        NavigationItem.objects.bulk_update(rows, ["label"])
        self.compare("written past the models")

    # The clock ------------------------------------------------------------------------------------------------------

    @rule(until=st.sampled_from(["later", "moment", "moment", "midnight"]), by=MOMENTS, edge=EDGES)
    def time_passes(self, until: str, by: timedelta, edge: timedelta) -> None:
        """To any time, or to exactly where something turns public or ends, a microsecond before it, or one after."""
        now = self.clock.at
        if until == "later":
            self.clock.at = now + by
        elif until == "moment":
            self.clock.at = max(now, self.next_moment() + edge)
        else:
            today = local(now).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
            self.clock.at = max(now, (today + timedelta(days=1)).astimezone(UTC) + edge)
        self.compare(f"time passed to {until}")

    def next_moment(self) -> datetime:
        now = self.clock.at
        columns = [(Edition, "live_from"), (Edition, "live_until"), (Banner, "starts_at"), (Banner, "ends_at")]
        coming = [
            moment
            for model, column in columns
            for moment in model.objects.filter(**{f"{column}__gt": now}).values_list(column, flat=True)
        ]
        return min(coming, default=now + timedelta(seconds=1))

    @rule(ahead=st.sampled_from([timedelta(minutes=2), timedelta(days=2), timedelta(days=3650)]))
    def the_clock_is_wrong_for_a_while(self, ahead: timedelta) -> None:
        self.clock.at += ahead
        self.compare("clock ahead")
        self.clock.at -= ahead
        self.compare("clock set right")


def difference(page: tuple, fresh: tuple) -> str:
    lines = unified_diff(fresh[1].splitlines(), page[1].splitlines(), "made now", "kept", n=0, lineterm="")
    return "\n".join([f"kept {page[0]} {page[2]}, made now {fresh[0]} {fresh[2]}", *list(lines)[:30]])
