"""Makes `images/<name>.webp` from `images/sources/<name>.svg`: all of them, or those named. Needs Chromium.

python -m pages.demo.draw croeso two-cups
"""

import os
import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
WIDTH = 1920
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
PAGE = "<style>body { margin: 0 } svg { display: block; width: 100%; height: auto }</style>"


def draw(names: list[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 100})
        for name in names:
            source = (IMAGES / "sources" / f"{name}.svg").read_text(encoding="utf-8")
            page.set_content(PAGE + source)
            with Image.open(BytesIO(page.screenshot(full_page=True))) as picture:
                picture.convert("RGB").save(IMAGES / f"{name}.webp", lossless=True, method=6)
        browser.close()


if __name__ == "__main__":
    draw(sys.argv[1:] or sorted(path.stem for path in (IMAGES / "sources").glob("*.svg")))
