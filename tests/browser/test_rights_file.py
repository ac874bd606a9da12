"""The file that a person is given opens in a browser at home, from the disk, without a network."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser

from enquiries.models import RightsRequest
from enquiries.rights_file import Line, Part, make_file, new_passphrase

HOSTILE = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script> Rydyn ni’n ŵyr 🙂"


def test_the_file_opens_with_its_passphrase_and_nothing_in_it_runs(chromium: Browser, tmp_path: Path):
    request = RightsRequest(reference="AB3DE5FG", kind="access", received_on=date(2027, 5, 3))
    part = Part("XY4XY4XY", "3 May 2027", "Closed", [Line("What would you like us to know?", HOSTILE)], [])
    passphrase = new_passphrase()
    file = tmp_path / "AB3-DE5-FG.html"
    file.write_text(make_file(request, [part], passphrase=passphrase))
    with chromium.new_context(offline=True, accept_downloads=True) as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        page.fill("#passphrase", "AAAA-AAAA-AAAA-AAAA-AAAA")
        page.click("button")
        page.get_by_text("That is not the passphrase").wait_for()
        page.fill("#passphrase", passphrase.lower().replace("-", " "))
        page.click("button")
        page.get_by_role("heading", name="What we hold about you").wait_for()
        assert HOSTILE in page.inner_text("dd")
        assert page.title() == "AB3-DE5-FG"
        with page.expect_download() as download:
            page.get_by_text("Save the same as a file for programs").click()
        saved = json.loads(Path(download.value.path()).read_text())
        assert saved["enquiries"][0]["answers"][0]["answer"] == HOSTILE
        assert {url.partition(":")[0] for url in asked} <= {"file", "blob"}
