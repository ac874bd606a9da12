"""Pages for readers are cached, found again, and never given to anybody who must not have them."""

from __future__ import annotations

import gc
import gzip
import os
import random
import resource
import socket
import string
import subprocess
import sys
import threading
import time
import tracemalloc
import urllib.parse
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.views.decorators.http import require_safe

from core.cache import OVERHEAD, MemoryCache
from core.middleware import page_cache
from pages.models import SiteSettings
from publishing.publish import publish, withdraw
from tests.factories import make_article, make_campaign, make_live_pages, make_staff, make_topic

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

STORY = "/news/a-child-is-heard/"


@pytest.fixture(autouse=True)
def site(settings) -> Iterator[None]:
    """A small site, and a store of pages that is empty."""
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    SiteSettings.objects.get_or_create(pk=1)
    topic = make_topic("Hearing")
    publish(document=make_article(topics=[topic]), by=None)
    publish(document=make_campaign(), by=None)
    make_live_pages("about")
    cache.clear()
    page_cache._store_retry_at = 0
    yield
    cache.clear()


def get(path: str = STORY, **headers: str):
    return Client(raise_request_exception=False).get(path, headers=headers)


def head(path: str = STORY, **headers: str):
    return Client(raise_request_exception=False).head(path, headers=headers)


def queries_of(ask) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        ask()
    return [query["sql"] for query in asked.captured_queries]


def stored_bytes() -> int:
    """The size of all that this process has cached."""
    return MemoryCache._sizes.get(cache._name, 0)


def is_cached(ask) -> bool:
    """Whether the second of two equal requests costs only the query for the content version."""
    ask()
    return len(queries_of(ask)) == 1


# Cached and found again --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/news/", "/news/?topic=hearing", "/resources/", "/topics/hearing/", "/campaigns/", "/contact/",
             "/about/", "/campaigns/respect/", STORY, "/nothing-here/"]
)  # fmt: skip
def test_a_cached_page_costs_one_query_and_equals_the_fresh_page(path):
    made = get(path)
    queries = queries_of(lambda: get(path))
    cached = get(path)
    cache.clear()
    afresh = get(path)
    assert len(queries) == 1
    assert "core_contentversion" in queries[0]
    assert made.content == cached.content == afresh.content
    assert made.headers == cached.headers == afresh.headers
    assert made.status_code == cached.status_code == afresh.status_code


def test_304_costs_one_query():
    etag = get()["ETag"]
    cache.clear()
    answers = []
    assert len(queries_of(lambda: answers.append(get(**{"If-None-Match": f'"other", W/{etag}'})))) == 1
    (answer,) = answers
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert answer["Cache-Control"] == "no-cache"
    publish(document=make_article("Another", slug="another"), by=None)
    assert get(**{"If-None-Match": etag}).status_code == 200


def test_compressed_and_plain_pages_have_different_etags():
    plain, compressed = get(), get(**{"Accept-Encoding": "gzip"})
    assert gzip.decompress(compressed.content) == plain.content
    assert compressed["Content-Length"] == str(len(compressed.content))
    assert plain["ETag"] != compressed["ETag"]
    assert not plain["ETag"].startswith("W/")
    assert plain["Vary"] == compressed["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [
        ("gzip, deflate, br", True),
        ("*", True),
        ("gzip;q=0.5", True),
        ("", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, br", False),
        ("*;q=0", False),
        ("identity, *;q=0", False),
        ("gzip, *;q=0", True),
        ("gzip;Q=0", False),
        ("notgzip", False),
        ("gzip;q=1.2.3", True),
    ],
)
def test_only_clients_that_accept_gzip_get_it(accepted, is_compressed):
    get()
    assert ("Content-Encoding" in get(**{"Accept-Encoding": accepted})) is is_compressed


@pytest.mark.parametrize("is_cached_before", [False, True])
def test_head_gives_length_and_etag_without_the_body(is_cached_before):
    if is_cached_before:
        get()
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        answer, page = head(**headers), get(**headers)
        assert answer.content == b""
        assert int(answer["Content-Length"]) == len(page.content)
        assert answer["ETag"] == page["ETag"]


def test_a_range_request_gets_the_whole_page():
    get()
    answer = get(Range="bytes=0-99")
    assert (answer.status_code, answer.content) == (200, get().content)


def test_pages_are_cached_by_host_and_scheme_but_not_by_port():
    first = get()
    size = stored_bytes()
    for port in range(1, 200):
        assert get(Host=f"testserver:{port}")["ETag"] == first["ETag"]
    assert stored_bytes() == size
    assert get(Host="other.example")["ETag"] != first["ETag"]
    assert Client().get(STORY, secure=True)["ETag"] != first["ETag"]


@pytest.mark.parametrize(
    "hostile",
    [{"headers": {"Host": "attacker.example"}}, {"CONTENT_TYPE": "text/plain; charset=utf-16"}],
    ids=["host", "charset"],
)
@pytest.mark.parametrize("path", ["/news/?topic=hearing", STORY])
def test_a_wrong_host_or_charset_is_400_for_a_cached_page_too(path, hostile):
    get(path)
    answer = Client(raise_request_exception=False).get(path, **hostile)
    assert answer.status_code == 400
    assert answer["Cache-Control"] == "no-cache"
    assert "Content-Security-Policy" in answer


# Never cached --------------------------------------------------------------------------------


def test_signed_in_staff_bypass_the_cache():
    assert is_cached(get)
    editor = Client()
    editor.force_login(make_staff())
    size = stored_bytes()
    answer = editor.get(STORY)
    assert len(queries_of(lambda: editor.get(STORY))) > 1
    assert "ETag" not in answer
    assert stored_bytes() == size


@pytest.mark.parametrize("path", ["/contact/write/", "/leave/", "/health/live", "/health/ready", "/admin/login/"])
def test_forms_health_and_admin_are_never_cached(path):
    cache.clear()
    answers = [get(path), get(path), head(path)]
    assert stored_bytes() == 0
    assert not any("ETag" in answer for answer in answers)


def test_a_preview_is_never_cached():
    editor = Client()
    editor.force_login(make_staff())
    article = make_article("Unpublished", slug="unpublished")
    answer = editor.get(f"/admin/articles/article/{article.pk}/preview/")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "ETag" not in answer
    assert stored_bytes() == 0


@pytest.fixture
def view_of(monkeypatch):
    """Put another view, that opted in too, at the address of the contact page."""

    def put(view) -> None:
        pattern = next(
            found for part in get_resolver().url_patterns if hasattr(part, "url_patterns")
            for found in part.url_patterns if getattr(found, "name", "") == "contact"
        )  # fmt: skip
        monkeypatch.setattr(pattern, "callback", page_cache.cached_page()(require_safe(view)))

    return put


def _with_cookie(response):
    response.set_cookie("who", "me")


def _unkept(response):
    response["Cache-Control"] = "private, no-store"


def _by_cookie(response):
    response["Vary"] = "Cookie"


@pytest.mark.parametrize(
    "change", [_with_cookie, _unkept, _by_cookie, None], ids=["cookie", "no-store", "vary", "nonce"]
)
def test_a_response_for_one_reader_is_not_cached(view_of, change):
    from django.http import HttpResponse

    made = []

    def view(request):
        made.append(request)
        response = HttpResponse("For you alone")
        if change:
            change(response)
        else:
            response.content = str(request.csp_nonce)
        return response

    view_of(view)
    answers = [get("/contact/"), get("/contact/")]
    assert len(made) == 2
    assert not any("ETag" in answer for answer in answers)


# Many addresses --------------------------------------------------------------------------------


def test_random_addresses_do_not_fill_the_cache(monkeypatch):
    monkeypatch.setattr(page_cache, "NOT_FOUND_PLACES", 16)
    useful = ["/", "/news/", "/news/?topic=hearing", "/topics/hearing/", STORY]
    for path in useful:
        get(path)
    rng = random.Random(1)
    pages = [*useful[:2], "/topics/hearing/", "/resources/", STORY]

    def word() -> str:
        return "".join(rng.choices(string.ascii_lowercase, k=10))

    def ask(number: int) -> None:
        for index in range(number):
            match index % 5:
                case 0:
                    answer, wanted = get(f"/{word()}/"), 404
                case 1:
                    answer, wanted = get(f"/news/{word()}/?{word()}={word()}"), 404
                case 2:
                    answer, wanted = get(f"/news/?page={rng.randrange(2, 9**7)}&topic={word()}"), 404
                case 3:
                    answer, wanted = get(f"{rng.choice(pages)}?{word()}={word()}&{word()}"), 200
                case _:
                    answer, wanted = get(f"/{word()}/{word()}/"), 404
            assert answer.status_code == wanted

    # Enough for each of the few places for wrong addresses to hold a page.
    ask(400)
    size, memory = stored_bytes(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    ask(800)
    gc.collect()
    # Each of them holds another page by now, about as long.
    assert stored_bytes() < size * 1.1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 10_000
    for path in useful:
        assert len(queries_of(lambda path=path: get(path))) == 1, path


def test_addresses_of_thirty_kilobytes_leave_memory_where_it_was():
    def ask(numbers: range) -> int:
        for number in numbers:
            # With an emoji Python takes four bytes for every letter.
            assert get(f"/{number}{'a' * 31_000}😀/").status_code == 404
        # The test client splits addresses and remembers them.
        urllib.parse.clear_cache()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = ask(range(20))
        assert ask(range(20, 120)) - before < 1_000_000
    finally:
        tracemalloc.stop()


def test_unknown_and_repeated_parameters_do_not_change_the_page():
    page, chosen = get("/news/").content, get("/news/?topic=hearing")
    hostile = ["utm_source=x", "a=1&a=2", "topic[]=hearing", "%74opics=1", "__proto__=1", "<script>=1", "&&&", "="]
    for query in hostile:
        assert get(f"/news/?{query}").content == page, query
        assert get(f"/news/?topic=hearing&{query}")["ETag"] == chosen["ETag"], query
    repeated = get("/news/?topic=wrong&topic=hearing")
    assert repeated["ETag"] == chosen["ETag"]
    assert repeated.content == chosen.content
    assert get(f"/news/?{'&'.join(f'a{n}' for n in range(1001))}").status_code == 400


# What is not there --------------------------------------------------------------------------------


def test_missing_gone_and_moved_pages_are_cached_until_the_page_returns():
    article = make_article("Now and then", slug="now-and-then")
    path = "/news/now-and-then/"
    for status in (404, 200, 410, 200, 410):
        if status == 200:
            publish(document=article, by=None)
        elif status == 410:
            withdraw(document=article, by=None)
        answer = get(path)
        assert answer.status_code == status
        assert answer["Cache-Control"] == "no-cache"
        assert is_cached(lambda: get(path))
    article.slug = "elsewhere"
    article.save()
    publish(document=article, by=None)
    moved = get(path)
    assert (moved.status_code, moved["Location"]) == (301, "/news/elsewhere/")
    assert moved["Cache-Control"] == "no-cache"
    assert is_cached(lambda: get(path))


def test_every_response_has_cache_control():
    paths = ["/", "/news", "/news/", "/nothing/", "/static/nothing.css", "/media/images/nothing", "/contact/write/",
             "/leave/", "/health/live", "/health/ready", "/admin/", "/robots.txt", "/%00/", "/contact/?page=2",
             f"/media/images/{'a' * 32}/v1/full-400.jpg", f"/media/files/{'a' * 32}/a.pdf"]  # fmt: skip
    silent = [path for path in paths if "Cache-Control" not in get(path)]
    assert not silent
    assert "Cache-Control" in Client().post("/news/")
    assert "Cache-Control" in Client().options("/news/")


# The store --------------------------------------------------------------------------------


@pytest.mark.parametrize("poison", [7, "text", b"bytes", None, (), ("a", "b", "c", "d"), {"status": 200}, [1, 2, 3, 4]])
def test_poisoned_cache_entries_are_ignored(poison):
    right = get().content
    assert cache._cache
    for key in [key.partition(":1:")[2] for key in cache._cache]:
        cache.set(key, poison)
        assert get().content == right


@pytest.mark.parametrize(
    "change",
    [
        lambda signature, status, headers, body: (signature, 99999, headers, body),
        lambda signature, status, headers, body: (signature, status, {**headers, "X-Bad": "two\nlines"}, body),
        lambda signature, status, headers, body: (signature, status, headers, body[:-20]),
        lambda signature, status, headers, body: (signature, status, headers, gzip.compress(b"another page")),
        lambda signature, status, headers, body: (b"", status, headers, body),
    ],
    ids=["status", "header", "cut short", "another page", "unsigned"],
)
@pytest.mark.parametrize("accepted", ["gzip", ""])
def test_entries_that_this_site_did_not_make_are_replaced(change, accepted):
    right = get(**{"Accept-Encoding": accepted})
    (key,) = (key.partition(":1:")[2] for key in cache._cache)
    made = cache.get(key)
    cache.set(key, change(*made))
    found = get(**{"Accept-Encoding": accepted})
    assert (found.status_code, found.content, found.headers) == (200, right.content, right.headers)
    assert cache.get(key) == made


def test_the_entry_of_another_address_is_not_served_even_with_its_signature():
    get()
    right = get("/about/").content
    first, second = (key.partition(":1:")[2] for key in cache._cache)
    cache.set(second, cache.get(first))
    cache.set(first, cache.get(second))
    assert get("/about/").content == right


def test_an_entry_that_cannot_be_read_is_replaced_at_once():
    right = get().content
    (key,) = cache._cache
    cache._cache[key] = b"\x80garbage"
    assert get().content == right
    assert len(queries_of(get)) == 1


def test_a_slow_store_is_left_alone_for_a_while(monkeypatch):
    asked = []

    class Slow(MemoryCache):
        def get(self, *args, **kwargs):
            asked.append(args)
            time.sleep(page_cache.SLOW_SECONDS * 1.5)
            return super().get(*args, **kwargs)

    monkeypatch.setattr(page_cache, "cache", Slow("slow", {}))
    began = time.monotonic()
    assert {get().status_code for _ in range(20)} == {200}
    assert len(asked) == 2
    assert time.monotonic() - began < page_cache.PAUSE_SECONDS


def test_nobody_waits_twice_for_a_silent_database(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        code = (
            "import django; django.setup(); from django.test import Client; "
            "from django.core.management import call_command; "
            "call_command('collectstatic', interactive=False, verbosity=0, skip_checks=True); "
            "c = Client(raise_request_exception=False, headers={'host': 'testserver'}); "
            "print([c.get(path).status_code for path in ('/news/', '/contact/write/')])"
        )
        address = f"postgres://site@127.0.0.1:{listener.getsockname()[1]}/site?connect_timeout=2"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code],
            env={**os.environ, "DATABASE_URL": address, "DATA_DIR": str(tmp_path), "LOG_LEVEL": "CRITICAL"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        waits = 0
        with suppress(TimeoutError):
            while True:
                listener.accept()[0].close()
                waits += 1
    assert (done.stdout.strip(), waits) == ("[503, 200]", 2), done.stderr


def test_unreadable_cache_entries_are_ignored():
    right = get().content
    assert cache._cache
    for key in list(cache._cache):
        cache._cache[key] = b"\x80garbage"
    assert (get().status_code, get().content) == (200, right)


def test_memory_is_bounded_and_the_least_recently_used_goes_first():
    store = MemoryCache("bounded", {"OPTIONS": {"MAX_BYTES": 20_000}})
    store.clear()
    for number in range(8):
        store.set(f"page-{number}", b"x" * 2000)
    store.get("page-0")
    store.set("page-8", b"x" * 2000)
    assert store.get("page-0") is not None
    assert store.get("page-1") is None
    for number in range(500):
        store.set(f"other-{number}", b"x" * (number * 7 % 3000))
        store.set("again", b"x" * (number * 11 % 3000))
        held = sum(len(value) + OVERHEAD for value in store._cache.values())
        assert held == MemoryCache._sizes["bounded"] <= 20_000


def test_many_threads_leave_the_cache_bounded_and_consistent():
    store = MemoryCache("threads", {"OPTIONS": {"MAX_BYTES": 50_000}})
    store.clear()
    errors = []

    def work(seed: int) -> None:
        rng = random.Random(seed)
        own = MemoryCache("threads", {"OPTIONS": {"MAX_BYTES": 50_000}})
        try:
            for _ in range(1500):
                key = f"page-{rng.randrange(60)}"
                match rng.randrange(4):
                    case 0:
                        own.set(key, key * rng.randrange(1, 300), timeout=rng.choice([-1, 60]))
                    case 1:
                        own.delete(key)
                    case _:
                        found = own.get(key)
                        assert found is None or found.startswith(key)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    held = sum(len(value) + OVERHEAD for value in store._cache.values())
    assert held == MemoryCache._sizes["threads"] <= 50_000
    assert set(store._cache) == set(store._expire_info)


def test_the_default_cache_is_the_bounded_memory():
    assert isinstance(caches["default"], MemoryCache)
