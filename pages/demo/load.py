"""Reads `content/*.toml` and makes the demonstration site of it, through the same services that staff use."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from articles.models import Article, Author, Byline, Resource, Series
from campaigns.models import Action, Banner, Campaign, Endorsement, Milestone
from pages.models import Door, NavigationItem, SiteSettings, SocialLink, StandingPage
from publishing.media.library import add_file, add_image
from publishing.models import (
    Callout,
    Document,
    Download,
    Figure,
    Helpline,
    Image,
    Links,
    MediaFile,
    Quote,
    Source,
    Statistics,
    Text,
    Topic,
)
from publishing.publish import publish

HERE = Path(__file__).parent
CONTENT = HERE / "content"
LEAD_STORY = "online-grooming-offences-record-high"


def is_empty() -> bool:
    """Nothing written, nobody employed."""
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


class _Loader:
    def __init__(self, by: User | None):
        self.by = by
        self.published = 0
        self.images: dict[str, Image] = {}
        self.files: dict[str, MediaFile] = {}

    def load(self) -> int:
        self.load_site()
        self.topics = {
            row["slug"]: Topic.objects.create(name=row["name"], slug=row["slug"], summary=row.get("summary", ""))
            for row in _read(CONTENT / "topics.toml")["topics"]
        }
        self.authors = {
            row["slug"]: Author.objects.create(
                slug=row["slug"],
                name=row["name"],
                role=row.get("role", ""),
                bio=row.get("bio", ""),
                is_pseudonym=row.get("is_pseudonym", False),
            )
            for row in _read(CONTENT / "authors.toml")["authors"]
        }
        self.series = {
            row["slug"]: Series.objects.create(slug=row["slug"], title=row["title"], summary=row.get("summary", ""))
            for row in _read(CONTENT / "series.toml")["series"]
        }
        for row in _folder("articles"):
            self.load_article(row)
        for row in _folder("resources"):
            self.load_resource(row)
        for row in _folder("pages"):
            self.load_page(row)
        for row in _folder("campaigns"):
            self.load_campaign(row)
        SiteSettings.objects.update(lead_story=Document.objects.filter(slug=LEAD_STORY).first())
        return self.published

    def load_site(self) -> None:
        row = _read(CONTENT / "site.toml")
        SiteSettings.objects.update_or_create(
            pk=1,
            defaults={
                "name": row["name"],
                "strapline": row["strapline"],
                "introduction": row.get("introduction", ""),
                "description": row.get("description", ""),
                "presented_by": row["presented_by"],
                "footer_text": row["footer_line"],
                "quality_mark": row["quality_mark"],
                "address": "\n".join(row["address_lines"]),
                "telephone": row["telephone"],
                "opening_hours": row["opening_hours"],
                "answer_promise": row["enquiry_answer"],
                "exit_url": row["exit_url"],
            },
        )
        for position, link in enumerate(row["social_links"], 1):
            SocialLink.objects.create(position=position, **link)
        menus = _read(CONTENT / "navigation.toml")
        for menu, key in (("main", "main"), ("read", "footer_read"), ("help", "footer_help"), ("legal", "legal")):
            for position, item in enumerate(menus[key], 1):
                NavigationItem.objects.create(menu=menu, label=item["label"], path=item["url"], position=position)
        for position, door in enumerate(_read(CONTENT / "doors.toml")["doors"], 1):
            Door.objects.create(position=position, **door)
        for position, line in enumerate(_read(CONTENT / "helplines.toml")["helplines"], 1):
            Helpline.objects.create(position=position, **line)

    def image(self, name: str | None, alt: str = "") -> Image | None:
        if not name:
            return None
        if name not in self.images:
            with (HERE / "images" / f"{name}.webp").open("rb") as stream:
                self.images[name] = add_image(
                    file=File(stream, name=f"{name}.webp"), title=name, alt_text=alt, by=self.by
                )
        return self.images[name]

    def file(self, name: str | None, title: str = "") -> MediaFile | None:
        if not name:
            return None
        if name not in self.files:
            with (HERE / "files" / name).open("rb") as stream:
                self.files[name] = add_file(file=File(stream, name=name), title=title or name, by=self.by)
        return self.files[name]

    def common(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "slug": row["slug"],
            "title": row["title"],
            "standfirst": row.get("standfirst", ""),
            "image": self.image(row.get("image"), row.get("image_alt", "")),
            "image_alt": row.get("image_alt", ""),
            "image_caption": row.get("image_caption", ""),
            "content_note": row.get("content_note", ""),
            "is_sensitive": row.get("is_sensitive", False),
            "main_topic": self.topics[row["topics"][0]] if row.get("topics") else None,
            "updated_by": self.by,
        }

    def finish(self, document: Document, row: dict[str, Any], *, day: date) -> None:
        document.topics.set([self.topics[slug] for slug in row.get("topics", [])])
        for position, source in enumerate(row.get("sources", []), 1):
            Source.objects.create(document=document, position=position, text=source["text"], url=source.get("url", ""))
        for position, slug in enumerate(row.get("authors", []), 1):
            Byline.objects.create(document=document, position=position, author=self.authors[slug])
        for ordering, block in enumerate(row.get("blocks", []), 1):
            self.load_block(document, ordering * 10, dict(block))
        publish(document=document, by=self.by, at=min(_morning(day), timezone.now() - timedelta(minutes=1)))
        self.published += 1

    def load_block(self, document: Document, ordering: int, block: dict[str, Any]) -> None:
        place = {"parent": document, "region": "main", "ordering": ordering}
        match block.pop("type"):
            case "text":
                Text.objects.create(**place, html=block["html"].strip())
            case "figure":
                image = self.image(block["image"], block.get("alt", ""))
                Figure.objects.create(
                    **place, image=image, alt_text=block.get("alt", ""), caption=block.get("caption", "")
                )
            case "statistics":
                Statistics.objects.create(**place, **block)
            case "quote":
                Quote.objects.create(**place, **block)
            case "callout":
                Callout.objects.create(**place, **block)
            case "download":
                file = self.file(block["file"], block.get("label", ""))
                Download.objects.create(**place, file=file, label=block.get("label", ""))
            case "links":
                lines = "\n".join(f"{link['label']} | {link['url']}" for link in block["links"])
                Links.objects.create(**place, heading=block.get("heading", ""), lines=lines)
            case other:
                raise ValueError(f"{document.slug}: there is no block of type {other!r}")

    def load_article(self, row: dict[str, Any]) -> None:
        article = Article.objects.create(
            **self.common(row),
            article_kind=row["kind"],
            dated_on=row["dated_on"],
            reviewed_on=row.get("reviewed_on"),
            series=self.series.get(row.get("series", "")),
            series_position=row.get("series_position"),
        )
        self.finish(article, row, day=row["dated_on"])

    def load_resource(self, row: dict[str, Any]) -> None:
        resource = Resource.objects.create(
            **self.common(row),
            resource_kind=row["kind"],
            dated_on=row["dated_on"],
            reviewed_on=row.get("reviewed_on"),
            audience=row.get("audience", "everyone"),
            written_for=row.get("written_for", ""),
            cost=row.get("cost", ""),
            file=self.file(row.get("file"), row["title"][:120]),
            contents="\n".join(f"{part['title']} | {part['page']}" for part in row.get("contents", [])),
        )
        self.finish(resource, row, day=row["dated_on"])

    def load_page(self, row: dict[str, Any]) -> None:
        parent, _slash, slug = row["path"].strip("/").rpartition("/")
        page = StandingPage.objects.create(
            **self.common({**row, "slug": slug}),
            parent_slug=parent,
            shows_helplines=row.get("show_helplines", False),
        )
        self.finish(page, row, day=row["updated_on"])

    def load_campaign(self, row: dict[str, Any]) -> None:
        campaign = Campaign.objects.create(
            **self.common(row),
            hashtag=row.get("hashtag", ""),
            opens_on=row["opens_on"],
            closes_on=row.get("closes_on"),
        )
        for position, endorsement in enumerate(row.get("endorsements", []), 1):
            Endorsement.objects.create(campaign=campaign, position=position, **endorsement)
        for position, action in enumerate(row.get("actions", []), 1):
            Action.objects.create(campaign=campaign, position=position, **action)
        for milestone in row.get("milestones", []):
            Milestone.objects.create(
                campaign=campaign,
                happened_on=milestone["on"],
                title=milestone["title"],
                text=milestone.get("text", ""),
            )
        if banner := row.get("banner"):
            Banner.objects.create(
                campaign=campaign,
                text=banner["text"],
                link_text=banner["link_text"],
                starts_at=_morning(row["opens_on"]),
            )
        self.finish(campaign, row, day=row["opens_on"])
