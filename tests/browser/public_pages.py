"""Every kind of public page of the demonstration site, by the name a failing test shows."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from itertools import product
from typing import Any

from django.conf import settings

from tests.running_site import RunningSite

CONTENT = settings.BASE_DIR / "pages" / "demo" / "content"


def _read(folder: str) -> list[dict[str, Any]]:
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted((CONTENT / folder).glob("*.toml"))]


ARTICLES, RESOURCES, CAMPAIGNS, STANDING = map(_read, ("articles", "resources", "campaigns", "pages"))
AUTHORS = tomllib.loads((CONTENT / "authors.toml").read_text(encoding="utf-8"))["authors"]
PSEUDONYMS = {author["slug"] for author in AUTHORS if author["is_pseudonym"]}


def _first(items: list[dict], is_right: Callable[[dict], Any]) -> dict:
    return next(item for item in items if is_right(item))


def _has_folded_part(article: dict) -> bool:
    return any(block.get("tone") == "content-note" for block in article["blocks"])


def _news(is_right: Callable[[dict], Any]) -> str:
    return f"/news/{_first(ARTICLES, is_right)['slug']}/"


def _resource(is_right: Callable[[dict], Any]) -> str:
    return f"/resources/{_first(RESOURCES, is_right)['slug']}/"


def _campaign(is_right: Callable[[dict], Any]) -> str:
    return f"/campaigns/{_first(CAMPAIGNS, is_right)['slug']}/"


def _empty_filter() -> str:
    """A topic and a kind that no article has both."""
    both = {(topic, article["article_kind"]) for article in ARTICLES for topic in article["topics"]}
    topics, kinds = sorted({topic for topic, _ in both}), sorted({kind for _, kind in both})
    topic, kind = next(pair for pair in product(topics, kinds) if pair not in both)
    return f"/news/?topic={topic}&kind={kind}"


_SENSITIVE = _first(ARTICLES, lambda item: item["is_sensitive"] and _has_folded_part(item))
_TOPIC, _AUTHOR = _SENSITIVE["topics"][0], _SENSITIVE["authors"][0]

PAGES = {
    "home": "/",
    "news": "/news/",
    "news, page 2": "/news/?page=2",
    "news on a topic": f"/news/?topic={_TOPIC}",
    "nothing found": _empty_filter(),
    "sensitive article": f"/news/{_SENSITIVE['slug']}/",
    "news story": _news(lambda item: item["article_kind"] == "news" and not item["is_sensitive"]),
    "interview": _news(lambda item: item["article_kind"] == "interview"),
    "article under a pseudonym": _news(lambda item: PSEUDONYMS & set(item["authors"])),
    "part of a series": _news(lambda item: "series" in item),
    "resources": "/resources/",
    "resources for families": "/resources/?for=families",
    "explainer": _resource(lambda item: item["resource_kind"] == "explainer"),
    "guide to download": _resource(lambda item: item["resource_kind"] == "guide" and "file" in item),
    "guide in Welsh": _resource(lambda item: set("ŵŷ") & set(item["title"])),
    "topic": f"/topics/{_TOPIC}/",
    "author": f"/authors/{_AUTHOR}/",
    "series": f"/series/{_first(ARTICLES, lambda item: 'series' in item)['series']}/",
    "campaigns": "/campaigns/",
    "campaign": _campaign(lambda item: "banner" in item),
    "closed campaign": _campaign(lambda item: "closes_on" in item),
    "contact": "/contact/",
    "help for a woman in Wales": "/get-help-now/?i-am=woman&nation=wales",
    "card to print": "/get-help-now/card/",
    "service": f"/{_first(STANDING, lambda item: '/' in item['path'])['path']}/",
    "enquiry": "/contact/write/",
    "enquiry in the plainest words": "/contact/write/plain/",
    "enquiry of a professional": "/contact/write/work/",
    "enquiry sent, too late": "/contact/sent/nothing/",
    "report a mistake": f"/report/?page=/news/{_SENSITIVE['slug']}/",
    "thanks for an answer": f"/useful/thanks/?page=/news/{_SENSITIVE['slug']}/",
    "no such page": "/no-such-page/",
}
PAGES |= {item["path"]: f"/{item['path']}/" for item in STANDING if "/" not in item["path"]}

_RENDER_ERRORS = """
import json
from django.test import RequestFactory
from pages.views import errors
request = RequestFactory().get("/somewhere/")
answers = {status: errors._answer(request, status) for status in (400, 403, 410, 413, 429)}
answers |= {status: errors._plain_answer(status) for status in (500, 503)}
print(json.dumps({status: answer.content.decode() for status, answer in answers.items()}))
"""


def error_pages(site: RunningSite) -> dict[str, str]:
    """The pages for what cannot be brought about from outside, rendered in the site's own surroundings."""
    return json.loads(site.manage("shell", "--no-imports", "-c", _RENDER_ERRORS).strip().splitlines()[-1])
