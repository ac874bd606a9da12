"""Makes the demonstration site from `content/*.toml`, through the services that staff use.

The keys of a file are the fields of its model; `README.md` says what else there is.
"""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from articles.models import Article, Author, Byline, Resource, Series
from campaigns.models import Action, Banner, Campaign, Endorsement, Milestone
from pages import fallback
from pages.demo.desk import load_desk
from pages.models import Door, NavigationItem, SiteSettings, SocialLink, StandingPage
from publishing.media.library import add_file, add_image
from publishing.models import BLOCK_MODELS, Document, Helpline, Image, MediaFile, Source, Topic
from publishing.publish import publish

HERE = Path(__file__).parent
CONTENT = HERE / "content"
LEAD_STORY = "online-grooming-offences-record-high"
BLOCKS = {model._meta.model_name: model for model in BLOCK_MODELS}


def is_empty() -> bool:
    """Tell whether there is neither a document nor an account."""
    return not (Document.objects.exists() or get_user_model().objects.exists())


def load_demo(*, by: User | None) -> int:
    """Write and publish everything, in one transaction. Returns how many pages were published."""
    with transaction.atomic():
        return _Loader(by).load()


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _folder(name: str) -> list[dict[str, Any]]:
    return [_read(path) for path in sorted((CONTENT / name).rglob("*.toml"))]


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), tzinfo=UTC)


def _rows(name: str) -> list[dict[str, Any]]:
    return _read(CONTENT / f"{name}.toml")[name]


class _Loader:
    def __init__(self, by: User | None):
        self.by = by
        self.published = 0
        self.images: dict[str, Image] = {}
        self.files: dict[str, MediaFile] = {}

    def load(self) -> int:
        SiteSettings.objects.update_or_create(pk=1, defaults=_read(CONTENT / "site.toml"))
        for menu, items in _read(CONTENT / "navigation.toml").items():
            for position, item in enumerate(items, 1):
                NavigationItem.objects.create(menu=menu, position=position, **item)
        self.load_parts(SocialLink, _rows("social_links"))
        self.load_parts(Door, _rows("doors"))
        self.load_parts(Helpline, fallback.HELPLINES)
        self.topics = {row["slug"]: Topic.objects.create(**row) for row in _rows("topics")}
        self.authors = {row["slug"]: Author.objects.create(**row) for row in _rows("authors")}
        self.series = {row["slug"]: Series.objects.create(**row) for row in _rows("series")}
        for row in _folder("articles"):
            series = self.series.get(row.pop("series", ""))
            self.load_document(Article, row, day=row["dated_on"], series=series)
        for row in _folder("resources"):
            file = self.file(row.pop("file", ""), row["title"][:120])
            contents = "\n".join(f"{part['title']} | {part['page']}" for part in row.pop("contents", []))
            values = {"file": file, "contents": contents, "reviewed_by": self.authors.get(row.get("reviewed_by", ""))}
            self.load_document(Resource, row, day=row["dated_on"], **values)
        for row in _folder("pages"):
            parent, _slash, slug = row["path"].strip("/").rpartition("/")
            self.load_document(StandingPage, row, day=row["updated_on"], parent_slug=parent, slug=slug)
        for row in _folder("campaigns"):
            self.load_document(Campaign, row, day=row["opens_on"])
        load_desk(_read(CONTENT / "desk.toml"))
        SiteSettings.objects.update(lead_story=Document.objects.filter(slug=LEAD_STORY).first())
        return self.published

    def load_document(self, model: type[Document], row: dict[str, Any], *, day: date, **values: Any) -> None:
        """Write one document with all that belongs to it, and publish it on the morning of that day."""
        plain = {field.name for field in model._meta.concrete_fields if not field.is_relation}
        topics = [self.topics[slug] for slug in row.get("topics", [])]
        original = row.get("translation_of")
        document = model.objects.create(
            **{name: value for name, value in row.items() if name in plain},
            **values,
            image=self.image(row.get("image", ""), row.get("image_alt", "")),
            main_topic=topics[0] if topics else None,
            translation_of=Document.objects.get(slug=original) if original else None,
            updated_by=self.by,
        )
        document.topics.set(topics)
        self.load_parts(Source, row.get("sources", []), document=document)
        self.load_parts(Byline, [{"author": self.authors[slug]} for slug in row.get("authors", [])], document=document)
        self.load_parts(Endorsement, row.get("endorsements", []), campaign=document)
        self.load_parts(Action, row.get("actions", []), campaign=document)
        for milestone in row.get("milestones", []):
            Milestone.objects.create(campaign_id=document.pk, **milestone)
        if banner := row.get("banner"):
            Banner.objects.create(campaign_id=document.pk, starts_at=_morning(day), **banner)
        for ordering, block in enumerate(row.get("blocks", []), 1):
            self.load_block(document, ordering * 10, dict(block))
        publish(document=document, by=self.by, at=min(_morning(day), timezone.now() - timedelta(minutes=1)))
        self.published += 1

    @staticmethod
    def load_parts(model: type[Model], rows: list[dict[str, Any]], **owner: Document) -> None:
        for position, row in enumerate(rows, 1):
            model._default_manager.create(position=position, **owner, **row)

    def load_block(self, document: Document, ordering: int, block: dict[str, Any]) -> None:
        if block["type"] == "text":
            block["html"] = block["html"].strip()
        if "image" in block:
            block["image"] = self.image(block["image"], block.get("image_alt", ""))
        if "file" in block:
            block["file"] = self.file(block["file"], block["label"])
        if "links" in block:
            block["lines"] = "\n".join(f"{link['label']} | {link['url']}" for link in block.pop("links"))
        BLOCKS[block.pop("type")].objects.create(parent=document, region="main", ordering=ordering, **block)

    def image(self, name: str, alt_text: str) -> Image | None:
        if name and name not in self.images:
            with (HERE / "images" / f"{name}.webp").open("rb") as stream:
                self.images[name] = add_image(
                    file=File(stream, name=f"{name}.webp"), title=name, alt_text=alt_text, by=self.by
                )
        return self.images.get(name)

    def file(self, name: str, title: str) -> MediaFile | None:
        if name and name not in self.files:
            with (HERE / "files" / name).open("rb") as stream:
                self.files[name] = add_file(file=File(stream, name=name), title=title, by=self.by)
        return self.files.get(name)
