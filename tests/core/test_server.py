"""The web server as it is deployed, without a proxy before it: connections that are silent, slow, huge or cut off."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.connections import GET, POST, fetch, idle_connections, open_connection, read
from tests.running_site import RunningSite

HEALTH = "/health/live"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, site_template) -> Iterator[RunningSite]:
    with RunningSite(tmp_path_factory.mktemp("server"), template=site_template) as running:
        yield running


def processes(site: RunningSite) -> list[int]:
    (web,) = site.children
    return [int(number) for number in Path(f"/proc/{web.pid}/task/{web.pid}/children").read_text().split()]


def memory(site: RunningSite) -> int:
    """Kilobytes that the web processes have in use."""
    status = [Path(f"/proc/{number}/status").read_text() for number in processes(site)]
    return sum(int(re.search(r"VmRSS:\s+(\d+)", text)[1]) for text in status)


def answers(connection: socket.socket) -> str:
    """All that comes until the server closes the connection."""
    return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()


def post(site: RunningSite, path: str, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("POST", path, body, FORM if headers is None else headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def test_silent_and_slow_connections_delay_nobody(site):
    with idle_connections(site.port) as closed:
        time.sleep(1.5)
        longest = max(read(site.port, HEALTH) for _ in range(50))
        silent_for_long = list(closed)
    assert longest < 2
    assert silent_for_long == []


def test_clients_that_never_read_delay_nobody(site):
    sheet = re.search(rb"/static/[^\"]+site[^\"]+[.]css", fetch(site.port, "/nothing-here/"))[0]
    asked = (GET % sheet + b"\r\n") * 700  # more than is kept for one who does not read
    with ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(open_connection(site.port, asked))
        time.sleep(1)
        assert read(site.port, HEALTH) < 10


def test_while_all_threads_wait_for_a_locked_database_it_still_says_that_it_is_alive(site):
    token = re.search(r'name="token" value="([^"]+)"', fetch(site.port, "/contact/write/").decode())[1]
    body = urlencode({"token": token, "who": "family", "message": "Please wait", "reply_by": "none"}).encode()
    lock = sqlite3.connect(site.folder / "db.sqlite3", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    answers: list[int] = []
    senders = [
        threading.Thread(target=lambda: answers.append(post(site, "/contact/write/", body)[0])) for _ in range(4)
    ]
    try:
        for sender in senders:
            sender.start()
        time.sleep(0.5)
        assert max(read(site.port, HEALTH) for _ in range(10)) < 1
        assert answers == []
    finally:
        lock.close()
        for sender in senders:
            sender.join()
    assert answers == [303] * 4


def test_an_enquiry_that_was_cut_off_on_the_way_is_not_stored(site):
    token = re.search(r'name="token" value="([^"]+)"', fetch(site.port, "/contact/write/").decode())[1]
    answer = {"token": token, "who": "family", "message": "Please do not", "reply_by": "none", "age_group": "adult"}
    body = urlencode(answer).encode()
    head = POST.replace(b"POST /", b"POST /contact/write/").replace(b"text/plain", FORM["Content-Type"].encode())
    lines_before = site.log_text().count('"POST"')

    open_connection(site.port, head % (len(body) + 9) + body).close()
    assert read(site.port, HEALTH) < 5
    assert site.log_text().count('"POST"') == lines_before, "no view was asked"

    with open_connection(site.port, head % len(body) + body) as connection:
        connection.recv(100)
    assert site.log_text().count('"POST"') == lines_before + 1


@pytest.mark.parametrize(("path", "size"), [("/contact/write/", 50_000_000), ("/admin/login/", 30_000_000)])
def test_a_body_that_is_too_large_is_refused_in_words_and_kept_nowhere(site, path, size):
    # A process that has refused one holds what its own pages need.
    for _ in range(12):
        post(site, path, b"a" * 30_000_000 if path.startswith("/admin/") else b"a" * 1_100_000)
    before = memory(site)
    status, page = post(site, path, b"a" * size)
    assert status == 413
    assert "Nothing was saved" in page
    assert memory(site) - before < 10_000


def test_a_client_that_asks_before_a_large_body_is_told_at_once(site):
    head = POST.replace(b"\r\nContent-Length", b"\r\nExpect: 100-continue\r\nContent-Length") % 50_000_000
    with open_connection(site.port, head) as connection:
        assert answers(connection).startswith("HTTP/1.1 413 ")


def test_a_large_body_of_unknown_length_is_refused(site):
    piece = b"10000\r\n" + b"a" * 65_536 + b"\r\n"
    head = POST.replace(b"Content-Length: %d", b"Transfer-Encoding: chunked")
    with open_connection(site.port, head + piece * 16 + b"1\r\na\r\n") as connection:
        assert answers(connection).startswith("HTTP/1.1 413 ")


def test_a_photograph_of_staff_is_taken_in(site):
    boundary = {"Content-Type": "multipart/form-data; boundary=x"}
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.jpg"\r\n\r\n'
    body = part + b"a" * 20_000_000 + b"\r\n--x--\r\n"
    # Read as a whole, and refused only because nobody is signed in.
    assert post(site, "/admin/login/", body, boundary)[0] == 403
    assert post(site, "/", body, boundary)[0] == 413


def test_answers_keep_their_order_on_one_connection(site):
    wanted = [b"HEAD /contact/write/", b"GET /nothing-here/", b"HEAD /nothing-here/", b"GET /health/live"]
    asked = [line + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" for line in wanted]
    with open_connection(site.port, b"\r\n".join(asked) + b"Connection: close\r\n\r\n") as connection:
        told = answers(connection)
    assert re.findall(r"HTTP/1\.1 (\d+)", told) == ["200", "404", "404", "200"]
    assert told.count("<!doctype html>") == 1


@pytest.mark.parametrize("path", ["/news/", "/about", "/leave/", "/no-such-page/"])
def test_the_connection_stays_open_after_every_kind_of_answer(site, path):
    # Pages are cached from the first change of content on.
    site.manage("shell", "-v0", "-c", "from pages.models import SocialLink as S; S.objects.get_or_create(network=1)")
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    etag, first = response.headers.get("ETag", ""), connection.sock
    statuses = []
    for _ in range(2):
        connection.request("GET", path, headers={"If-None-Match": etag})
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    assert connection.sock is first is not None
    assert statuses == [{"/news/": 304, "/about": 301, "/leave/": 303, "/no-such-page/": 404}[path]] * 2
    connection.close()


def test_headers_without_end_are_refused(site):
    with open_connection(site.port, GET % b"/" + b"X: " + b"a" * 32_768) as connection:
        assert answers(connection).startswith("HTTP/1.0 431 ")


def test_processes_are_replaced_without_a_failed_request(site):
    failures: list[Exception] = []
    answered = 0
    is_over = threading.Event()

    def keep_asking() -> None:
        nonlocal answered
        while not is_over.is_set():
            try:
                read(site.port, HEALTH)
                answered += 1
            except Exception as error:
                failures.append(error)

    first = set(processes(site))
    readers = [threading.Thread(target=keep_asking) for _ in range(4)]
    for reader in readers:
        reader.start()
    site.children[0].send_signal(signal.SIGHUP)
    until = time.monotonic() + 40
    while first & set(processes(site)) and time.monotonic() < until:
        time.sleep(0.1)
    is_over.set()
    for reader in readers:
        reader.join()
    assert not first & set(processes(site))
    assert failures == []
    assert answered > 0


def test_all_processes_end_when_told_although_somebody_is_silent(site):
    web = site.children[0]
    with idle_connections(site.port, silent=20, slow=0):
        web.send_signal(signal.SIGTERM)
        assert web.wait(15) == 0
    site.children.remove(web)
    site.start_web()
    assert read(site.port, HEALTH) < 5
