"""A real Chromium against the real site of `tests.running_site`; the test process's own database is not used."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.running_site import RunningSite

PROGRAMS = [os.environ.get("CHROMIUM"), *map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))]
CHROMIUM = next(filter(None, PROGRAMS), None)
# Violations are collected by the page itself, before any of its own scripts run.
WATCH = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(event.violatedDirective + " " + event.blockedURI + " " + (event.sample || "")));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory, site_template: Path) -> Iterator[RunningSite]:
    """The demonstration site, running; no worker makes smaller pictures. Shared: leave its content as it is."""
    with RunningSite(tmp_path_factory.mktemp("demo"), demo=True, template=site_template) as site:
        yield site


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if not CHROMIUM:
        pytest.skip("no Chromium: install it (apt-get install chromium) or set CHROMIUM to its path")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as started:
        # From here on this process has an event loop, and Django would refuse the tests after these their database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            # The back-forward cache is off in headless test runs unless asked for; real browsers have it on.
            "--enable-features=BackForwardCache",
        ],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


@dataclass
class Visit:
    """One fresh browser context and what it was seen to do."""

    context: BrowserContext
    page: Page
    off_origin: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)

    def violations(self) -> list[str]:
        return self.page.evaluate("window.__violations || []")


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """`visit(site, width=360, dark=True, javascript=False)` opens a fresh context; off-origin requests are blocked."""
    contexts: list[BrowserContext] = []

    def open_visit(site: RunningSite, *, width: int = 1280, height: int = 800, dark: bool = False,
                   javascript: bool = True, allowed: tuple[str, ...] = (), **options: Any) -> Visit:  # fmt: skip
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            java_script_enabled=javascript,
            locale="en-GB",
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        if javascript:
            context.add_init_script(WATCH)
        page = context.new_page()
        seen = Visit(context, page)

        def guard(route: Any) -> None:
            url = route.request.url
            if url.startswith((site.url, "data:", "about:", "blob:", *allowed)):
                route.continue_()
            else:
                seen.off_origin.append(url)
                route.abort()

        context.route("**/*", guard)
        page.on(
            "console", lambda message: seen.console_errors.append(message.text) if message.type == "error" else None
        )
        return seen

    yield open_visit
    for context in contexts:
        context.close()


class OtherSite:
    """The page that "Exit this page" leads to, on a server of another origin; it records the headers of browsers."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        other_site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/favicon.ico":
                    self.send_error(404)
                    return
                other_site.headers.append(dict(self.headers))
                other_site.may_answer.wait(10)
                body = b"<!doctype html><title>Weather</title><h1>Weather</h1><form><textarea name=t></textarea></form>"
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Another host name than the site's is another origin and another site to a browser.
        self.url = f"http://localhost:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.may_answer.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture(scope="session")
def other_site() -> Iterator[OtherSite]:
    server = OtherSite()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def enquiry_site(
    tmp_path_factory: pytest.TempPathFactory, site_template: Path, other_site: OtherSite
) -> Iterator[RunningSite]:
    """A site without content whose exit leads to `other_site`. It believes X-Forwarded-For: each visit is a visitor."""
    folder = tmp_path_factory.mktemp("enquiries")
    with RunningSite(folder, worker=True, template=site_template, TRUSTED_PROXIES="1") as site:
        site.manage(
            "shell", "-v0", "-c",
            f"from pages.models import SiteSettings; "
            f"SiteSettings.objects.update_or_create(pk=1, defaults={{'exit_url': '{other_site.url}'}})",
        )  # fmt: skip
        yield site


_visitors = count(1)


@pytest.fixture
def plain_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """`plain_page(site, javascript=False)` opens a fresh context that nothing intercepts: the Back button is real."""
    contexts: list[BrowserContext] = []

    def open_page(site: RunningSite, *, javascript: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            java_script_enabled=javascript,
            locale="en-GB",
            extra_http_headers={"X-Forwarded-For": f"192.0.2.{next(_visitors)}"},
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(15_000)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
