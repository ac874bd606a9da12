"""A parent writes, the duty desk is told, and somebody reads it: through a real server, worker and mail server."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest

from pages.fallback import HELPLINES
from tests.running_site import RunningSite

ADDRESSES = {"mother": "203.0.113.1", "impatient": "203.0.113.2"}


@pytest.fixture(scope="module")
def site(tmp_path_factory, site_template):
    folder = tmp_path_factory.mktemp("journey")
    variables = {"TRUSTED_PROXIES": "1", "STAFF_EMAIL": "duty@example.org,lead@example.org"}
    with RunningSite(folder, template=site_template, worker=True, **variables) as running:
        yield running


def ask(site: RunningSite, method: str, path: str, *, address: str, fields: dict | None = None):
    connection = HTTPConnection("127.0.0.1", site.port, timeout=60)
    headers = {"X-Forwarded-For": address}
    body = None
    if fields is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": site.url}
        body = urlencode(fields, doseq=True)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response, text


def filled_form(site: RunningSite, *, address: str, **answers) -> dict:
    _response, page = ask(site, "GET", "/contact/write/", address=address)
    time.sleep(3.1)  # as a person does, though not for long
    return {"token": re.search(r'name="token" value="([^"]+)"', page)[1]} | answers


def wait_for_mails(site: RunningSite, number: int) -> list:
    for _ in range(300):
        if len(site.inbox.messages) >= number:
            break
        time.sleep(0.1)
    return list(site.inbox.messages)


def test_an_enquiry_notifies_the_desk_without_its_content(site):
    address = ADDRESSES["mother"]
    form = filled_form(
        site, address=address, who="family", relation="mother", message="canary story", name="canary name",
        reply_by="email", email="canary@example.net", wants_confirmation="on", safe_times="canary mornings",
    )  # fmt: skip
    response, _ = ask(site, "POST", "/contact/write/", address=address, fields=form)
    assert response.status == 303
    _, page = ask(site, "GET", response.headers["Location"], address=address)
    reference = re.search(r"[A-Z2-9]{3}-[A-Z2-9]{3}-[A-Z2-9]{2}", page)[0]

    mails = {mail.envelope_recipients[0]: mail for mail in wait_for_mails(site, 3)}
    assert set(mails) == {"duty@example.org", "lead@example.org", "canary@example.net"}
    assert mails["duty@example.org"]["Subject"] == f"New enquiry {reference}"
    assert mails["canary@example.net"]["Subject"] == f"Your message {reference}"
    for mail in mails.values():
        assert reference in mail.get_content()
        assert "canary" not in mail.get_content()
    assert len({mail["Message-ID"] for mail in mails.values()}) == 3

    assert "canary" not in site.log_text()
    assert address not in site.log_text()
    files = list(site.folder.glob("db.sqlite3*"))
    assert files
    for file in files:
        assert b"canary" not in file.read_bytes()


def test_one_form_sent_two_hundred_times_at_once_is_one_enquiry(site):
    address = ADDRESSES["impatient"]
    before = int(site.manage("shell", "-v0", "-c", "from enquiries.models import *; print(Enquiry.objects.count())"))
    mails_before = len(site.inbox.messages)
    form = filled_form(site, address=address, who="other", message="Once is enough.", reply_by="none")
    start = threading.Barrier(200)
    answers: list[tuple[int, str]] = []

    def send() -> None:
        start.wait()
        response, _ = ask(site, "POST", "/contact/write/", address=address, fields=form)
        answers.append((response.status, response.headers.get("Location", "")))

    threads = [threading.Thread(target=send) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(status for status, _ in answers) == {303: 200}
    after = int(site.manage("shell", "-v0", "-c", "from enquiries.models import *; print(Enquiry.objects.count())"))
    assert after == before + 1
    references = set()
    for _, location in answers[:3] + answers[-3:]:
        _, page = ask(site, "GET", location, address=address)
        references.add(re.search(r"[A-Z2-9]{3}-[A-Z2-9]{3}-[A-Z2-9]{2}", page)[0])
    assert len(references) == 1
    assert len(wait_for_mails(site, mails_before + 2)) == mails_before + 2


def test_a_50_mb_form_gets_a_readable_answer_while_it_is_being_sent(site):
    response, page = ask(site, "POST", "/contact/write/", address="203.0.113.3", fields={"message": "a" * 50_000_000})
    assert response.status == 413
    assert "Nothing was saved" in page
    assert HELPLINES[0]["number"] in page


def test_an_unreadable_request_leaves_no_words_or_sender_in_the_log(site):
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nCANARY HEADER: 1\r\n\r\n")
        assert b" 400 " in connection.recv(200)
    assert "CANARY" not in site.log_text()
    assert "127.0.0.1" not in site.log_text()
