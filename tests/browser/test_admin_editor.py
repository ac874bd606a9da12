"""An editor's whole afternoon in a real browser: write, preview, publish, read; with nothing against the policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.running_site import STAFF, STAFF_PASSWORD, RunningSite

AXE = Path(__file__).parent / "vendor" / "axe.min.js"


@pytest.fixture(scope="module")
def admin_site(tmp_path_factory: pytest.TempPathFactory, site_template) -> Iterator[RunningSite]:
    """A site without content, and one member of staff."""
    with RunningSite(tmp_path_factory.mktemp("admin"), template=site_template) as site:
        site.manage("createsuperuser", "--no-input", "--username", STAFF, "--email", "staff@children-first.example",
                    DJANGO_SUPERUSER_PASSWORD=STAFF_PASSWORD)  # fmt: skip
        yield site


@pytest.fixture
def desk(visit: Callable, admin_site: RunningSite):
    """A browser in which that member of staff has signed in."""
    seen = visit(admin_site, height=1000)
    seen.page.goto("/admin/")
    seen.page.fill("#id_username", STAFF)
    seen.page.fill("#id_password", STAFF_PASSWORD)
    seen.page.click("input[type=submit]")
    expect(seen.page).to_have_title(re.compile("Site administration"))
    return seen


def add_block(page: Page, title: str) -> None:
    page.locator(".order-machine-add-text, .order-machine-insert-target.last").first.click()
    page.locator(".plugin-button", has_text=title).click()


def test_a_story_is_written_previewed_published_and_read(desk) -> None:
    page = desk.page
    violations: list[str] = []

    def note() -> None:
        violations.extend(desk.violations())

    page.goto("/admin/articles/article/add/")
    expect(page.locator(".order-machine")).to_be_visible()
    page.fill("#id_title", "A child is heard")
    page.keyboard.press("Tab")
    expect(page.locator("#id_slug")).to_have_value("a-child-is-heard")
    page.fill("#id_standfirst", "What changed in the courtroom.")
    add_block(page, "Text")
    area = page.get_by_role("textbox", name="Text", exact=False).and_(page.locator("[contenteditable]")).first
    area.click()
    page.keyboard.type("She spoke for herself.")
    add_block(page, "Statistics")
    block = page.locator(".order-machine .inline-related").filter(has=page.locator("[name$='-heading']")).first
    for name, value in {
        "heading": "In numbers", "source_text": "Ofsted", "as_at": "2021",
        "figures-0-value": "1 in 4", "figures-0-label": "children",
    }.items():  # fmt: skip
        block.locator(f"[name^=publishing_statistics][name$='-{name}']").fill(value)
    note()

    page.click("input[name=_preview]")
    expect(page.get_by_role("heading", level=1)).to_have_text("A child is heard")
    expect(page.get_by_text("She spoke for herself.")).to_be_visible()
    expect(page.get_by_role("complementary", name="Preview")).to_be_visible()
    note()

    page.get_by_role("link", name="Back to editing").click()
    expect(page.locator(".document-state")).to_contain_text("Not published.")
    page.click("input[name=_publish]")
    expect(page.locator(".messagelist")).to_contain_text("The public sees it now at")
    expect(page.locator(".document-state")).to_contain_text("Live since")
    note()

    page.locator(".messagelist a[href^='/news/']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A child is heard")
    expect(page.get_by_text("1 in 4")).to_be_visible()
    expect(page.get_by_role("complementary", name="Preview")).to_have_count(0)
    note()
    assert violations == []
    assert desk.console_errors == []
    assert desk.off_origin == []


def test_a_phrase_is_marked_as_welsh_and_marks_outlive_the_editor(desk) -> None:
    page = desk.page
    page.goto("/admin/articles/article/add/")
    expect(page.locator(".order-machine")).to_be_visible()
    add_block(page, "Text")
    editor = page.locator(".order-machine .prose-editor").first
    area, stored = editor.locator("[contenteditable]"), editor.locator("textarea")
    area.evaluate("""area => area.editor.commands.setContent(
        '<h2 lang="cy">Croeso</h2><p lang="ur" dir="rtl">x</p><p><strong lang="cy">diolch</strong></p>')""")
    area.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(", in Wales: hwyl")
    for _letter in "hwyl":
        page.keyboard.press("Shift+ArrowLeft")
    editor.locator(".prose-menubar__selected", has_text="Language").click()
    editor.locator(".prose-menubar__option", has_text="Welsh").click()
    written = stored.input_value()
    assert '<h2 lang="cy">Croeso</h2><p lang="ur" dir="rtl">x</p>' in written
    assert '<strong lang="cy">diolch' in written
    assert '<span lang="cy">hwyl</span>' in written
    assert desk.console_errors == []
    assert desk.violations() == []


def test_the_policy_lets_the_editors_own_styles_through_and_nothing_else(desk, admin_site: RunningSite) -> None:
    """Fails when a new version of an editor brings another style: its hash belongs in the settings."""
    page = desk.page
    page.goto("/admin/articles/article/add/")
    expect(page.locator(".order-machine")).to_be_visible()
    add_block(page, "Text")
    expect(page.locator(".order-machine [contenteditable]").first).to_be_visible()
    assert [text[text.find("a hash (") :] for text in desk.console_errors if "sha256" in text] == []
    assert desk.violations() == []
    policy = page.evaluate("fetch('/admin/').then((answer) => answer.headers.get('content-security-policy'))")
    assert "unsafe" not in policy
    assert "sha256-" in policy
    public = page.evaluate("fetch('/').then((answer) => answer.headers.get('content-security-policy'))")
    assert "sha256-" not in public


def test_what_the_editor_types_in_has_a_name(desk) -> None:
    page = desk.page
    page.goto("/admin/articles/article/add/")
    expect(page.locator(".order-machine")).to_be_visible()
    add_block(page, "Text")
    area = page.locator(".order-machine [contenteditable]").first
    expect(area).to_have_attribute("aria-labelledby", re.compile("."))
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run('.order-machine [contenteditable], .document-publish').then((r) => r.violations)")
    assert [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in found] == []
