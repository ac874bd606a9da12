"""Every public page, and a landing page with every kind of block, through the Nu HTML checker, all in one call.

The checker is a Java program that nobody need have: set VNU_JAR to its vnu.jar, or put it at var/tools/vnu.jar.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings

from pages.models import StandingPage
from publishing.publish import publish
from tests.browser.public_pages import PAGES, error_pages
from tests.factories import make_landing_page

VNU = Path(os.environ.get("VNU_JAR") or settings.BASE_DIR / "var" / "tools" / "vnu.jar")


def fetched(url: str) -> bytes:
    try:
        return urllib.request.urlopen(url, timeout=30).read()
    except urllib.error.HTTPError as answer:
        return answer.read()


@pytest.mark.django_db
def test_every_page_is_valid_html(demo_site, tmp_path, client):
    if not VNU.is_file() or not shutil.which("java"):
        pytest.skip("no Nu HTML checker: install Java and set VNU_JAR to the path of vnu.jar")
    for name, path in PAGES.items():
        (tmp_path / f"{name}.html").write_bytes(fetched(demo_site.url + path))
    for layout in StandingPage.Layout:
        page = publish(document=make_landing_page(layout=layout, slug=f"all-blocks-{layout}"), by=None)
        (tmp_path / f"blocks {layout}.html").write_bytes(client.get(page.path).content)
    broken = error_pages(demo_site)
    assert len(broken) >= 7
    for status, html in broken.items():
        (tmp_path / f"{status}.html").write_text(html)
    checked = sorted(tmp_path.glob("*.html"))
    assert len(checked) == len(PAGES) + len(StandingPage.Layout) + len(broken)

    done = subprocess.run(
        ["java", "-jar", str(VNU), "--stdout", "--format", "json", *map(str, checked)], capture_output=True, text=True
    )
    messages = json.loads(done.stdout)["messages"]
    errors = [
        f"{Path(message['url']).stem}: {message['message']} {message.get('extract', '')}"
        for message in messages
        if message["type"] != "info"
    ]
    assert errors == []
