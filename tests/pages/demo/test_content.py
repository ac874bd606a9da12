"""What the demonstration site shows keeps the rules that staff are held to, and a few that no form can hold.

Each test holds one rule over all of the content and names everything that breaks it.
"""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections import Counter, defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pypdf
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from PIL import Image

from enquiries import retention
from pages import fallback
from pages.demo.load import load_demo
from publishing.models import Edition
from tests.factories import make_staff
from tests.html import text_of

DEMO = Path(__file__).resolve().parents[3] / "pages" / "demo"
CONTENT = DEMO / "content"


def read(name: str) -> dict:
    return tomllib.loads((CONTENT / name).read_text(encoding="utf-8"))


def folder(name: str) -> list[dict]:
    return [read(path.relative_to(CONTENT)) for path in sorted((CONTENT / name).glob("*.toml"))]


ARTICLES, RESOURCES, PAGES, CAMPAIGNS = map(folder, ("articles", "resources", "pages", "campaigns"))
ITEMS = ARTICLES + RESOURCES
TEXTS = [*ITEMS, *PAGES, *CAMPAIGNS]
HELPLINES = fallback.HELPLINES
OUTSIDE = ("https://", "mailto:", "tel:", "#")
ADDRESSES = (
    {"/", "/news/", "/resources/", "/campaigns/", "/contact/"}
    | {"/contact/write/", "/contact/write/plain/", "/contact/write/work/"}
    | {f"/news/{item['slug']}/" for item in ARTICLES}
    | {f"/resources/{item['slug']}/" for item in RESOURCES}
    | {f"/campaigns/{item['slug']}/" for item in CAMPAIGNS}
    | {f"/{item['path']}/" for item in PAGES}
)


def label(item: dict) -> str:
    return item.get("slug") or item["path"]


def blocks(item: dict, kind: str) -> list[dict]:
    return [block for block in item["blocks"] if block["type"] == kind]


def html_of(item: dict) -> str:
    return "\n".join(block["html"] for block in item["blocks"] if "html" in block)


def words_of(item: dict) -> str:
    """All that the blocks say: their HTML, and what stands in cards, people and contacts."""
    names = ("title", "heading", "question", "text", "name", "role", "hours", "html")
    return "\n".join(block[name] for block in item["blocks"] for name in names if name in block)


def without_marks(html: str) -> str:
    """The text of some HTML without the marks of its sources."""
    return text_of(re.sub(r"\[\d+\]", " ", html))


def length(item: dict) -> int:
    """In words, as somebody reads it."""
    texts = [without_marks(block.get("html", "")) + " " + block.get("text", "") for block in item["blocks"]]
    return len(" ".join([item["standfirst"], *texts]).split())


class Markup(HTMLParser):
    """Notes every tag that is not allowed or not closed, every level of heading and every address."""

    ALLOWED = frozenset({"h2", "h3", "p", "ul", "ol", "li", "a", "strong", "em", "blockquote"})
    ATTRIBUTES = {"a": {"href"}, "em": {"lang"}, "strong": {"lang"}}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.ALLOWED:
            self.faults.append(f"<{tag}> is not allowed")
        for name, value in attrs:
            if name not in self.ATTRIBUTES.get(tag, set()):
                self.faults.append(f"{name} on <{tag}> is not allowed")
            if name == "href":
                self.addresses.append(value or "")
        if tag in {"h2", "h3"}:
            self.headings.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


@pytest.mark.django_db
def test_every_row_is_valid_for_the_admin():
    load_demo(by=make_staff())
    faults = []
    for model in apps.get_models():
        if model._meta.app_label in {"publishing", "articles", "campaigns", "pages"} and model.__name__ != "Edition":
            for row in model._default_manager.all():
                try:
                    row.full_clean()
                except ValidationError as error:
                    faults.append((model.__name__, str(row), error.message_dict))
    assert faults == []


def test_every_text_is_whole_and_plain():
    faults = defaultdict(list)
    for item in TEXTS:
        html = html_of(item)
        markup = Markup(html)
        faults[label(item)] += markup.faults
        if markup.headings[:1] not in ([], ["h2"]):
            faults[label(item)].append("begins below h2")
        if "'" in without_marks(words_of(item)):
            faults[label(item)].append("an apostrophe is ’")
        faults[label(item)] += re.findall(r"\bLAC\b|lorem ipsum", words_of(item), re.IGNORECASE)
    assert {name: found for name, found in faults.items() if found} == {}


def test_every_item_has_350_to_900_words():
    assert {label(item): length(item) for item in ITEMS if not 350 <= length(item) <= 900} == {}


def test_every_link_inside_the_site_leads_somewhere():
    links = {(label(item), url) for item in TEXTS for url in Markup(html_of(item)).addresses}
    links |= {
        (label(item), link["url"]) for item in TEXTS for block in blocks(item, "links") for link in block["links"]
    }
    links |= {(label(item), block["address"]) for item in TEXTS for block in item["blocks"] if block.get("address")}
    links |= {("doors", door["path"]) for door in read("doors.toml")["doors"]}
    links |= {(menu, entry["path"]) for menu, entries in read("navigation.toml").items() for entry in entries}
    inside = {(place, url.partition("?")[0]) for place, url in links if not url.startswith(OUTSIDE)}
    assert {(place, url) for place, url in inside if url not in ADDRESSES} == set()


@pytest.mark.django_db
def test_every_link_inside_a_page_leads_to_a_part_of_it():
    load_demo(by=make_staff())
    missing = {
        (edition.path, anchor)
        for edition in Edition.objects.all()
        for anchor in re.findall(r'href="#([\w-]+)"', edition.body_html)
        if not anchor.startswith("source-") and f'id="{anchor}"' not in edition.body_html
    }
    assert missing == set()


def test_pages_for_an_audience_begin_with_four_tasks():
    for path in ["families", "young-people", "professionals"]:
        page = next(item for item in PAGES if item["path"] == path)
        kinds = [(block["type"], block.get("style")) for block in page["blocks"]]
        assert kinds[:4] == [("card", "task")] * 4, path
        assert kinds[4] != ("card", "task"), path


def test_each_reader_has_a_way_in_from_the_home_page_and_every_menu_says_the_same():
    menus = read("navigation.toml")
    main = [entry["path"] for entry in menus["main"]]
    assert len(main) <= 7
    assert main[:3] == ["/families/", "/young-people/", "/professionals/"]
    assert [door["path"] for door in read("doors.toml")["doors"]] == [*main[:3], "/campaigns/"]
    assert "/press/" in [entry["path"] for entry in menus["read"]]
    assert {entry["label"] for menu in menus.values() for entry in menu if entry["path"] == "/resources/"} == {
        "Knowledge"
    }


def test_the_number_of_the_office_is_the_same_everywhere():
    numbers = {block["telephone"] for item in TEXTS for block in item["blocks"] if block.get("telephone")}
    assert numbers == {read("site.toml")["telephone"]}


def test_every_mark_has_its_source_and_every_source_its_mark():
    wrong = {}
    for item in [*ITEMS, *(page for page in PAGES if "sources" in page)]:
        marks = {int(number) for number in re.findall(r"\[(\d+)\]", html_of(item))}
        marks |= {block["source_number"] for block in blocks(item, "statistics")}
        if marks != set(range(1, len(item["sources"]) + 1)):
            wrong[label(item)] = marks
    assert wrong == {}


def test_the_telephone_number_of_a_helpline_stands_in_one_place_only():
    numbers = [line[way] for line in HELPLINES for way in ("number", "text_number") if len(line[way]) > 3]
    assert [(label(item), number) for item in TEXTS for number in numbers if number in words_of(item)] == []


def test_every_helpline_says_who_it_is_for_and_where_and_when_it_was_checked():
    wanted = ("name", "note", "source_url", "checked_on")
    assert [line["name"] for line in HELPLINES if not all(line[name] for name in wanted)] == []
    assert [line["name"] for line in HELPLINES if not line["source_url"].startswith("https://")] == []


def test_one_helpline_alone_is_for_danger_now():
    assert [line["number"] for line in HELPLINES if line["is_emergency"]] == ["999"]


def test_a_pull_quotation_is_in_the_text_it_is_pulled_from():
    missing = [
        (label(item), block["text"])
        for item in TEXTS
        for block in blocks(item, "quote")
        if block["style"] == "pull" and without_marks(block["text"]) not in without_marks(html_of(item))
    ]
    assert missing == []


def test_a_pull_quotation_stands_at_least_two_paragraphs_from_its_sentence():
    near = []
    for item in TEXTS:
        parts = [part for block in item["blocks"] for part in paragraphs(block)]
        for place, pulled in enumerate(parts):
            if isinstance(pulled, dict):
                between = [
                    abs(place - other) - 1
                    for other, part in enumerate(parts)
                    if isinstance(part, str) and without_marks(pulled["text"]) in part
                ]
                if min(between) < 2:
                    near.append((label(item), pulled["text"]))
    assert near == []


def paragraphs(block: dict) -> list[str | dict]:
    """A block's paragraphs and points in order; a pull quotation as it is, any other block as one text."""
    if block["type"] == "quote" and block["style"] == "pull":
        return [block]
    if block["type"] == "text":
        return [without_marks(part) for part in re.findall(r"<(?:p|li)\b.*?</(?:p|li)>", block["html"], re.DOTALL)]
    return [without_marks(block.get("html", ""))]


def test_no_source_leads_to_a_home_page():
    sources = [(label(item), source["url"]) for item in ITEMS for source in item["sources"] if source.get("url")]
    assert len(sources) > 50
    assert [(place, url) for place, url in sources if urlsplit(url).path in {"", "/"}] == []


def test_a_resource_is_reviewed_by_somebody_who_did_not_write_it():
    authors = {author["slug"] for author in read("authors.toml")["authors"]}
    reviewed = [item for item in RESOURCES if "reviewed_by" in item]
    assert len(reviewed) > 10
    assert [label(item) for item in reviewed if item["reviewed_by"] not in authors - set(item["authors"])] == []


def test_every_picture_is_described_and_every_file_used():
    cards = [block for item in TEXTS for block in blocks(item, "card")]
    pictured = [item for item in [*TEXTS, *cards] if item.get("image")]
    assert [item["title"] for item in pictured if len(item["image_alt"]) < 10] == []
    files = {item["file"] for item in RESOURCES if "file" in item}
    files |= {block["file"] for item in TEXTS for block in blocks(item, "download")}
    assert files == {path.name for path in (DEMO / "files").iterdir() if path.is_file()}


def test_the_pictures_are_wide_enough_and_light():
    paths = sorted((DEMO / "images").glob("*.webp"))
    formats = set()
    for path in paths:
        with Image.open(path) as picture:
            formats.add((picture.format, picture.mode, picture.width))
    assert formats == {("WEBP", "RGB", 1920)}
    assert sum(path.stat().st_size for path in paths) < 1_500_000


def test_every_guide_is_short_titled_and_readable_aloud():
    faults = defaultdict(list)
    guides = list((DEMO / "files").glob("*.pdf"))
    assert guides
    for path in guides:
        pdf = pypdf.PdfReader(path)
        text = "".join(page.extract_text() for page in pdf.pages)
        root = pdf.trailer["/Root"]
        rules = {
            "two to six pages": 2 <= len(pdf.pages) <= 6,
            "under 200 KB": path.stat().st_size < 200_000,
            "a title": bool(pdf.metadata.title),
            "a language": root["/Lang"] == "en-GB",
            "tags for screen readers": "/StructTreeRoot" in root,
            "A4": [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842],
            "what to do in danger": "999" in text or "Sample" in text,
            "no path of somebody's machine": "/tmp" not in text and "file:" not in text,
        }
        faults[path.name] = [rule for rule, is_cached in rules.items() if not is_cached]
    assert {name: found for name, found in faults.items() if found} == {}


def test_the_contents_of_a_guide_name_its_pages():
    wrong = []
    guides = [item for item in RESOURCES if item.get("contents")]
    assert guides
    for item in guides:
        for part in item["contents"]:
            page = pypdf.PdfReader(DEMO / "files" / item["file"]).pages[part["page"] - 1]
            if part["title"] not in " ".join(page.extract_text().split()):
                wrong.append((item["file"], part))
    assert wrong == []


def test_every_word_file_can_be_opened():
    files = list((DEMO / "files").glob("*.docx"))
    assert files
    for path in files:
        with zipfile.ZipFile(path) as docx:
            assert docx.testzip() is None
            assert "word/document.xml" in docx.namelist()
            for name in docx.namelist():
                ElementTree.fromstring(docx.read(name))


def test_a_series_is_told_in_the_order_of_its_days():
    parts = defaultdict(list)
    for item in sorted(ARTICLES, key=lambda item: item["dated_on"]):
        if "series" in item:
            parts[item["series"]].append(item["series_position"])
    assert parts
    assert {slug: found for slug, found in parts.items() if found != list(range(1, len(found) + 1))} == {}


def test_there_is_one_of_everything_that_editors_will_write():
    """Somebody who tries the site sees each kind of page, and the awkward ones."""
    by_topic = Counter(topic for item in ITEMS for topic in item["topics"])
    there = {
        "fourteen articles": len(ARTICLES) >= 14,
        "eleven resources": len(RESOURCES) >= 11,
        "seven kinds": len({item.get("article_kind") or item["resource_kind"] for item in ITEMS}) == 7,
        "two items on every topic": all(by_topic[topic["slug"]] >= 2 for topic in read("topics.toml")["topics"]),
        "a warning with a part folded away": any(
            item["content_note"] and any(block["tone"] == "content-note" for block in blocks(item, "callout"))
            for item in ITEMS
            if item.get("is_sensitive")
        ),
        "a very long title": any(len(item["title"]) > 130 for item in ITEMS),
        "letters of Welsh": any(re.search("[ŵŷ]", item["title"]) for item in ITEMS),
        "an item without a picture": any("image" not in item for item in ITEMS),
        "an author under another name": any(author.get("is_pseudonym") for author in read("authors.toml")["authors"]),
        "a running campaign with its banner": any("banner" in item and "closes_on" not in item for item in CAMPAIGNS),
        "a campaign that ended": any("banner" not in item and "closes_on" in item for item in CAMPAIGNS),
    }
    assert [name for name, is_there in there.items() if not is_there] == []


def test_the_page_on_privacy_promises_what_the_site_does():
    page = html_of(next(item for item in PAGES if item["path"] == "privacy"))
    for period, follows in (
        (retention.RETENTION_AFTER_CLOSING, " after we have closed it, and at most"),
        (retention.RETENTION_LIMIT, ". If we have worked on it for longer"),
        (retention.CLOSED_LATE, " after closing.</li>"),
        (retention.RESTRICTED_AFTER_CLOSING, " after closing.</li>"),
        (retention.SPAM, " after we were told of it"),
        (retention.EVENTS, ".</li>"),
        (retention.RIGHTS_REQUESTS, ".</li>"),
        (retention.BACKUPS, ". What was deleted stays deleted"),
    ):
        assert f"{retention.in_words(period)}{follows}" in page
    assert f"We answer within {retention.in_words(retention.RIGHTS_ANSWER)}." in page


def test_the_page_on_safety_online_is_short_and_folds_nothing_away():
    page = next(item for item in PAGES if item["path"] == "staying-safe-online")
    assert length(page) < 400
    assert {block["type"] for block in page["blocks"]} == {"text"}


def test_nobody_real_is_among_those_who_wrote_to_the_demonstrations_desk():
    """Numbers are of the ranges kept for drama, and addresses of the names kept for examples."""
    given = [row["answers"] for row in read("desk.toml")["enquiries"]]
    assert len(given) >= 6
    for answers in given:
        assert re.match(r"$|01632 960 |07700 900 ", answers.get("phone", "")), answers
        assert re.search(r"^$|@(.+\.)?example(\.net|\.org|\.com)?$", answers.get("email", "")), answers
        assert not re.search(r"www\.(?!\w+\.example)|https?://(?!\w+\.example)", answers["message"]), answers
