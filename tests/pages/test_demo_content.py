"""The words, pictures and files of the demonstration site keep their promises before anything loads them."""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pypdf
import pytest
from PIL import Image

DEMO = Path(__file__).resolve().parents[2] / "pages" / "demo"
CONTENT = DEMO / "content"


def read(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def folder(name: str) -> list[dict]:
    return [read(path) for path in sorted((CONTENT / name).glob("*.toml"))]


ARTICLES = folder("articles")
RESOURCES = folder("resources")
PAGES = folder("pages")
CAMPAIGNS = folder("campaigns")
ITEMS = ARTICLES + RESOURCES
EVERYTHING = [*ITEMS, *PAGES, *CAMPAIGNS]

TOPICS = read(CONTENT / "topics.toml")["topics"]
AUTHORS = read(CONTENT / "authors.toml")["authors"]
SERIES = read(CONTENT / "series.toml")["series"]
HELPLINES = read(CONTENT / "helplines.toml")["helplines"]
SITE = read(CONTENT / "site.toml")
MENUS = read(CONTENT / "navigation.toml")

ADDRESSES = (
    {"/", "/news/", "/resources/", "/campaigns/", "/contact/", "/enquiries/new/"}
    | {f"/news/{item['slug']}/" for item in ARTICLES}
    | {f"/resources/{item['slug']}/" for item in RESOURCES}
    | {f"/campaigns/{item['slug']}/" for item in CAMPAIGNS}
    | {f"/{item['path']}/" for item in PAGES}
)
BLOCK_FIELDS = {
    "text": {"html"},
    "figure": {"image", "alt", "caption"},
    "statistics": {"heading", "source_text", "source_number", "as_at", "display", "figures"},
    "quote": {"text", "attribution", "style"},
    "callout": {"tone", "heading", "html", "fold_summary"},
    "download": {"file", "label"},
    "links": {"heading", "links"},
}
MARK = re.compile(r"\[(\d+)\]")


def label(item: dict) -> str:
    return item.get("slug") or item["path"]


def html_of(item: dict) -> str:
    return "\n".join(block["html"] for block in item["blocks"] if "html" in block)


def words_of(item: dict) -> int:
    texts = [re.sub(r"<[^>]+>", " ", block.get("html", "")) + " " + block.get("text", "") for block in item["blocks"]]
    return len(" ".join([item["standfirst"], *texts]).split())


each_item = pytest.mark.parametrize("item", ITEMS, ids=label)
each_text = pytest.mark.parametrize("item", EVERYTHING, ids=label)


class Markup(HTMLParser):
    """Notes every tag that is not allowed or not closed, every level of heading and every address."""

    ALLOWED = frozenset({"h2", "h3", "p", "ul", "ol", "li", "a", "strong", "em", "blockquote"})
    ATTRIBUTES = {"a": {"href"}, "p": {"lang"}}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings: list[str] = []
        self.addresses: list[str] = []

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


def parsed(html: str) -> Markup:
    markup = Markup()
    markup.feed(html)
    markup.close()
    return markup


@each_item
def test_an_item_says_what_it_is_who_wrote_it_when_and_about_what(item):
    is_article = item in ARTICLES
    kinds = {"news", "feature", "interview", "opinion"} if is_article else {"explainer", "guide", "download"}
    assert item["kind"] in kinds
    assert item["standfirst"]
    assert date(2020, 6, 1) <= item["dated_on"] <= date(2021, 11, 30)
    assert item["authors"]
    assert set(item["authors"]) <= {author["slug"] for author in AUTHORS}
    assert 1 <= len(item["topics"]) <= 3
    assert set(item["topics"]) <= {topic["slug"] for topic in TOPICS}
    if "series" in item:
        assert item["series"] in {series["slug"] for series in SERIES}
        assert item["series_position"] >= 1
    assert all(source["text"] and source["url"].startswith("https://") for source in item["sources"])


@pytest.mark.parametrize("item", RESOURCES, ids=label)
def test_a_resource_says_for_whom_it_is_and_what_it_costs(item):
    assert item["audience"] in {"families", "professionals", "everyone"}
    assert 0 < len(item["written_for"]) <= 160
    assert item["cost"]
    assert item["reviewed_on"] >= date(2020, 6, 1)
    assert ("file" in item) == (item["kind"] in {"guide", "download"})
    assert ("contents" in item) == (item["kind"] == "guide")


@each_item
def test_an_item_is_worth_opening_and_does_not_go_on_for_ever(item):
    assert 350 <= words_of(item) <= 900


@each_text
def test_every_block_has_its_own_fields_and_they_fit(item):
    for block in item["blocks"]:
        kind = block["type"]
        assert set(block) - {"type"} <= BLOCK_FIELDS[kind], block
        assert len(block.get("heading", "")) <= (160 if kind == "callout" else 120)
        if kind == "statistics":
            assert block["display"] in {"numbers", "bars"}
            assert len(block["source_text"]) <= 200
            assert block["source_number"] <= len(item["sources"])
            assert block["as_at"]
            assert 1 <= len(block["figures"]) <= 4
            for figure in block["figures"]:
                assert len(figure["value"]) <= 20
                assert len(figure["label"]) <= 160
                assert ("amount" in figure) == (block["display"] == "bars")
                assert 0 <= figure.get("amount", 0) <= 100
        elif kind == "quote":
            assert block["style"] in {"pull", "quote"}
            assert len(block["attribution"]) <= 120
        elif kind == "callout":
            assert block["tone"] in {"note", "content-note", "advice"}
            assert len(block["fold_summary"]) <= 80
        elif kind == "download":
            assert (DEMO / "files" / block["file"]).is_file()
        elif kind == "links":
            assert 1 <= len(block["links"]) <= 6
            assert not [link for link in block["links"] if "|" in link["label"] + link["url"]]


@each_text
def test_the_text_is_whole_and_plain(item):
    markup = parsed(html_of(item))
    assert markup.faults == []
    assert markup.open == []
    assert markup.headings[:1] in ([], ["h2"])
    assert "'" not in re.sub(r"<[^>]+>", "", html_of(item)), "an apostrophe is ’"
    assert not re.search(r"\bLAC\b|lorem ipsum", html_of(item), re.IGNORECASE)


@each_text
def test_every_link_inside_the_site_leads_somewhere(item):
    links = parsed(html_of(item)).addresses
    links += [link["url"] for block in item["blocks"] if block["type"] == "links" for link in block["links"]]
    inside = {link for link in links if not link.startswith("https://")}
    assert inside <= ADDRESSES


@each_item
def test_every_mark_has_its_source_and_every_source_its_mark(item):
    marks = {int(number) for number in MARK.findall(html_of(item))}
    marks |= {block["source_number"] for block in item["blocks"] if block["type"] == "statistics"}
    assert marks == set(range(1, len(item["sources"]) + 1))


@each_text
def test_telephone_numbers_of_helplines_stand_in_one_place_only(item):
    written = html_of(item)
    assert not [line["name"] for line in HELPLINES if len(line["number"]) > 3 and line["number"] in written]


@each_text
def test_a_picture_is_there_and_described(item):
    if "image" not in item:
        assert not item.get("image_alt")
        return
    assert (DEMO / "images" / f"{item['image']}.webp").is_file()
    assert 10 <= len(item.get("image_alt", "")) <= 300 or item in PAGES
    assert len(item.get("image_caption", "")) <= 300


def test_there_is_enough_to_fill_listings_and_every_topic():
    assert len(ARTICLES) >= 14
    assert len(RESOURCES) >= 11
    assert len(TOPICS) == 8
    by_topic = Counter(topic for item in ITEMS for topic in item["topics"])
    assert min(by_topic[topic["slug"]] for topic in TOPICS) >= 2
    assert {item["kind"] for item in ITEMS} == {
        "news", "feature", "interview", "opinion", "explainer", "guide", "download",
    }  # fmt: skip
    slugs = [label(item) for item in EVERYTHING]
    assert len(slugs) == len(set(slugs))


def test_a_file_is_named_after_the_address_it_becomes():
    for name in ("articles", "resources", "campaigns", "pages"):
        for path in (CONTENT / name).glob("*.toml"):
            assert path.stem == label(read(path)).replace("/", "-")


def test_the_lead_story_warns_counts_and_folds_the_account_away():
    lead = next(item for item in ARTICLES if item["slug"] == "online-grooming-offences-record-high")
    assert lead["kind"] == "news"
    assert lead["is_sensitive"]
    assert lead["content_note"]
    values = [
        figure["value"] for block in lead["blocks"] if block["type"] == "statistics" for figure in block["figures"]
    ]
    assert {"5,441", "9%", "32%", "74%"} <= set(values)
    folded = [block for block in lead["blocks"] if block.get("tone") == "content-note"]
    assert len(folded) == 1
    assert folded[0]["fold_summary"]
    assert "“" not in folded[0]["html"], "the account is retold, not quoted"


def test_the_series_has_three_features_in_order():
    parts = [item for item in ARTICLES if item.get("series") == "around-one-child"]
    assert {item["kind"] for item in parts} == {"feature"}
    parts.sort(key=lambda item: item["dated_on"])
    assert [item["series_position"] for item in parts] == [1, 2, 3]


def test_one_interview_says_that_the_name_is_not_the_persons_own():
    told = [item for item in ARTICLES if item["kind"] == "interview" and "pseudonym" in html_of(item)]
    assert len(told) == 1
    assert [author["slug"] for author in AUTHORS if author["is_pseudonym"]] == ["ruth-marlow"]


def test_the_awkward_items_that_editors_will_write_are_here():
    assert [item["slug"] for item in ITEMS if len(item["title"]) > 90] == ["contact-and-family-time-words"]
    assert 130 <= max(len(item["title"]) for item in ITEMS) <= 150
    assert [item["slug"] for item in ITEMS if re.search("[ŵŷ]", item["title"])] == ["ymweliad-ar-ty"]
    assert [item for item in ITEMS if "image" not in item]
    assert [item for item in ITEMS if len(item["topics"]) == 1]


def test_the_guides_have_the_pages_that_their_contents_name():
    for item in RESOURCES:
        if not item.get("file", "").endswith(".pdf"):
            continue
        pdf = pypdf.PdfReader(DEMO / "files" / item["file"])
        for part in item.get("contents", []):
            text = " ".join(pdf.pages[part["page"] - 1].extract_text().split())
            assert part["title"] in text, (item["file"], part)


@pytest.mark.parametrize("path", sorted((DEMO / "files").glob("*.pdf")), ids=lambda path: path.name)
def test_a_guide_is_short_titled_and_readable_aloud(path):
    pdf = pypdf.PdfReader(path)
    assert 2 <= len(pdf.pages) <= 6
    assert path.stat().st_size < 200_000
    assert pdf.metadata.title
    assert pdf.trailer["/Root"]["/Lang"] == "en-GB"
    assert "/StructTreeRoot" in pdf.trailer["/Root"]
    width, height = (round(float(side)) for side in pdf.pages[0].mediabox[2:])
    assert (width, height) == (595, 842)
    text = "".join(page.extract_text() for page in pdf.pages)
    assert "999" in text
    assert "/tmp" not in text
    assert "file:" not in text


def test_the_checklist_is_a_real_word_file():
    with zipfile.ZipFile(DEMO / "files" / "listening-before-a-review.docx") as docx:
        assert docx.testzip() is None
        assert {"[Content_Types].xml", "_rels/.rels", "word/document.xml"} <= set(docx.namelist())
        trees = [ElementTree.fromstring(docx.read(name)) for name in docx.namelist()]
    assert all(tree.tag for tree in trees)


def test_every_file_and_picture_is_used_by_something():
    files = {item["file"] for item in RESOURCES if "file" in item}
    files |= {block["file"] for item in EVERYTHING for block in item["blocks"] if block["type"] == "download"}
    assert files == {path.name for path in (DEMO / "files").iterdir() if path.is_file()}
    pictures = {item["image"] for item in EVERYTHING if "image" in item}
    assert pictures == {path.stem for path in (DEMO / "images").glob("*.webp")}


def test_the_pictures_are_wide_enough_and_light():
    paths = list((DEMO / "images").glob("*.webp"))
    for path in paths:
        with Image.open(path) as picture:
            assert (picture.format, picture.mode, picture.width) == ("WEBP", "RGB", 1920)
    assert sum(path.stat().st_size for path in paths) < 1_500_000


def test_the_helplines_are_complete_and_only_one_is_for_danger_now():
    assert [line["number"] for line in HELPLINES if line["is_emergency"]] == ["999"]
    assert [line["number"] for line in HELPLINES if line["shown_in"] == "panel"] == [
        "999", "0800 1111", "0808 800 5000",
    ]  # fmt: skip
    assert [line["number"] for line in HELPLINES if line["shown_in"] == "page"] == ["0808 2000 247", "101"]
    assert "55" in HELPLINES[0]["note"]
    assert {line["checked_on"] for line in HELPLINES} == {date(2026, 11, 23)}


def test_the_standing_pages_are_all_written():
    assert {item["path"] for item in PAGES} == {
        "about", "privacy", "accessibility", "get-help-now", "staying-safe-online", "complaints",
        "services", "services/assessments", "services/therapy-and-support", "services/expert-reports",
    }  # fmt: skip
    assert all(isinstance(item["updated_on"], date) and isinstance(item["show_helplines"], bool) for item in PAGES)


def test_staying_safe_online_can_be_read_in_two_minutes_and_hides_nothing():
    page = next(item for item in PAGES if item["path"] == "staying-safe-online")
    assert words_of(page) < 400
    for promise in ("Shift three times", "history", "another device", "whole history", "find us again", "Spyware"):
        assert promise in html_of(page)
    assert {block["type"] for block in page["blocks"]} == {"text"}


def test_the_privacy_page_names_the_times_and_a_way_to_complain():
    page = html_of(next(item for item in PAGES if item["path"] == "privacy"))
    for fact in ("90 days", "12 months", "anonymous", "one second", "special category", "safeguarding of children"):
        assert fact in page
    assert "within 30 days" in html_of(next(item for item in PAGES if item["path"] == "complaints"))


def test_one_campaign_is_open_with_a_banner_and_one_is_kept_as_an_archive():
    running = [item for item in CAMPAIGNS if "closes_on" not in item]
    ended = [item for item in CAMPAIGNS if "closes_on" in item]
    assert [item["hashtag"] for item in running] == ["#Respect4SocialWork"]
    assert len(running[0]["banner"]["text"]) <= 120
    assert len(running[0]["banner"]["link_text"]) <= 60
    assert [item["slug"] for item in ended] == ["childrens-charter"]
    assert "banner" not in ended[0]
    assert [milestone["title"] for milestone in ended[0]["milestones"]][::3] == ["Launch", "One term in"]
    for item in CAMPAIGNS:
        assert item["endorsements"]
        assert item["actions"]
        assert all(item["opens_on"] <= milestone["on"] for milestone in item["milestones"])


def test_the_menus_lead_only_to_pages_that_exist():
    assert set(MENUS) == {"main", "footer_read", "footer_help", "legal"}
    assert {entry["url"].partition("?")[0] for menu in MENUS.values() for entry in menu} <= ADDRESSES


def test_the_site_says_who_it_is_and_how_to_reach_it():
    assert SITE["name"] == "Children First"
    assert SITE["presented_by"] == "WillisPalmer"
    assert SITE["telephone"] == "01206 878178"
    assert SITE["exit_url"] == "https://www.bbc.co.uk/weather"
    assert [link["network"] for link in SITE["social_links"]] == [
        "LinkedIn", "Facebook", "Pinterest", "YouTube", "X", "Instagram",
    ]  # fmt: skip
    assert len(SITE["enquiry_answer"]) <= 160


@pytest.mark.parametrize("item", EVERYTHING, ids=label)
def test_a_pull_quotation_is_in_the_text_it_is_pulled_from(item):
    def plain(text: str) -> str:
        return " ".join(re.sub(r"<[^>]+>|\[\d+\]", "", text).split())

    text = " ".join(plain(block["html"]) for block in item["blocks"] if "html" in block)
    pulled = [block["text"] for block in item["blocks"] if block.get("style") == "pull"]
    assert [words for words in pulled if plain(words) not in text] == []
