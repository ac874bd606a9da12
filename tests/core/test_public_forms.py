"""A second public form, for signatures: what it does, it has from the kernel alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.http import HttpResponse
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import isolate_apps
from django.urls import include, path

from core import formtoken
from core.models import RateHit
from core.public_forms import PublicFormMixin, PublicFormView, count_form, store_once
from tests.factories import make_form_token
from tests.sending import send

FORM = "/sign/"
NAME = "  Ŵynne & <b>O'Brien</b> زينب 👩‍👧 "
LIMIT = 2
PAGE = """<title>{% if has_problem %}Error: {% endif %}Sign</title><p id="notice">{{ notice }}</p>
{% for id, error in form.error_links %}<a href="#{{ id }}">{{ error }}</a>{% endfor %}
{% if is_closed %}{{ form }}{% else %}
<form method="post">{% include "forms/_token.html" %}{{ form }}</form>
{% endif %}"""
TABLE = "CREATE TABLE signature (nonce varchar(64) PRIMARY KEY, name varchar(80) NOT NULL, is_suspect bool NOT NULL)"

with isolate_apps("core"):

    class Signature(models.Model):
        nonce = models.CharField(primary_key=True, max_length=64)
        name = models.CharField(max_length=80)
        is_suspect = models.BooleanField()

        class Meta:
            app_label = "core"
            db_table = "signature"

        def __str__(self):
            return self.name


def is_a_name(text: str) -> None:
    if text.isdigit():
        raise ValidationError("Write a name")


class SignatureForm(PublicFormMixin, forms.Form):
    name = forms.CharField(strip=False, validators=[is_a_name], error_messages={"required": "Write your name"})


class SignatureModelForm(PublicFormMixin, forms.ModelForm):
    """Asks the database whether the name is taken, while it is validated."""

    class Meta:
        model = Signature
        fields = ["name"]

    def clean(self):
        if Signature.objects.filter(name=self.cleaned_data.get("name")).exists():
            raise ValidationError("Somebody has signed with this name")


class SignView(PublicFormView):
    form_class = SignatureForm
    purpose = "signature"
    is_shut = False

    def is_open(self):
        return not self.is_shut

    def get_template_names(self):
        return engines["django"].from_string(PAGE)

    def receive(self, form, *, nonce, address, looks_automatic):
        name = form.cleaned_data["name"]

        def store() -> Signature:
            row = Signature.objects.create(nonce=nonce, name=name, is_suspect=looks_automatic)
            count_form(purpose="signature", address=address, limit=LIMIT, window=timedelta(minutes=10))
            return row

        store_once(store, earlier=Signature.objects.filter(nonce=nonce), matches=lambda row: row.name == name)
        return "/signed/"


urlpatterns = [
    path("admin/", admin.site.urls),
    # Every page names a share picture.
    path("media/", include("publishing.urls")),
    path("sign/", SignView.as_view()),
    path("shut/", SignView.as_view(is_shut=True)),
    path("sign-once/", SignView.as_view(form_class=SignatureModelForm)),
    path("signed/", lambda request: HttpResponse("Thank you")),
]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def signatures(db) -> Iterator[None]:
    """The table, for the length of a test."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    yield
    with connection.cursor() as cursor:
        for table in ("signature", "signature_away"):
            cursor.execute(f"DROP TABLE IF EXISTS {table}")


def browser(**headers: str) -> Client:
    """One that would be refused for a missing CSRF cookie, if this form needed one."""
    return Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "same-origin"} | headers)


def filled(**changes: str) -> dict[str, str]:
    return {"token": make_form_token("signature"), "name": NAME} | changes


def assert_form_returned(response, *, status: int, notice: str, is_redirected: bool = True) -> None:
    """The page at the end is the form with what was typed, and nothing more was stored."""
    assert response.request["REQUEST_METHOD"] == ("GET" if is_redirected else "POST")
    html = response.content.decode()
    assert response.status_code == status
    assert f'<p id="notice">{notice}</p>' in html
    assert unescape(re.search(r'name="name" value="([^"]*)"', html)[1]) == NAME


def new_token(response) -> str:
    return re.search(r'name="token" value="([^"]+)"', response.content.decode())[1]


def test_a_form_that_is_right_is_stored_and_leads_to_the_next_page():
    response = browser().post(FORM, filled())
    assert (response.status_code, response["Location"]) == (303, "/signed/")
    assert [(row.name, row.is_suspect) for row in Signature.objects.all()] == [(NAME, False)]


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}, {"origin": "null"}]
)
def test_a_form_from_another_site_is_refused_and_its_text_returned(headers):
    client = Client(enforce_csrf_checks=True, headers=headers)
    response = send(client, FORM, filled())
    assert_form_returned(response, status=403, notice="elsewhere", is_redirected=False)
    assert list(response.cookies) == ["left"], "nor can another site replace the key of what is held"
    assert not Signature.objects.exists()


def test_a_browser_without_origin_headers_is_accepted():
    assert Client(enforce_csrf_checks=True).post(FORM, filled()).status_code == 303


@pytest.mark.parametrize("hours", [25, 400 * 24])
def test_an_expired_form_is_returned_and_accepted_the_second_time(hours):
    client = browser()
    response = send(client, FORM, filled(token=make_form_token("signature", age=hours * 3600)))
    assert_form_returned(response, status=422, notice="expired")
    assert not Signature.objects.exists()
    assert client.post(FORM, filled(token=new_token(response))).status_code == 303
    assert not Signature.objects.get().is_suspect


def test_a_wrong_token_is_refused_and_the_text_returned():
    for token in (formtoken.issue("enquiry"), "made up", "a:b:c", "ŵ" * 300, ""):
        assert_form_returned(send(browser(), FORM, filled(token=token)), status=422, notice="expired")
    assert_form_returned(send(browser(), FORM, {"name": NAME}), status=422, notice="expired")
    assert not Signature.objects.exists()


def test_a_double_click_gives_one_row_and_is_never_counted_twice():
    client, post = browser(), filled()
    answers = {client.post(FORM, post).status_code for _ in range(LIMIT + 2)}
    assert answers == {303}
    assert Signature.objects.count() == RateHit.objects.get().n == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_many_clicks_at_once_give_one_row():
    post, answers = filled(), []
    start = threading.Barrier(6)

    def click() -> None:
        start.wait()
        answers.append(browser().post(FORM, post).status_code)
        connection.close()

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 6
    assert Signature.objects.count() == 1


def test_a_form_changed_after_sending_is_returned_and_can_be_sent():
    client, post = browser(), filled(name="Somebody else")
    client.post(FORM, post)
    response = send(client, FORM, post | {"name": NAME})
    assert_form_returned(response, status=422, notice="sent-before")
    assert client.post(FORM, post | {"name": NAME, "token": new_token(response)}).status_code == 303
    assert {row.name for row in Signature.objects.all()} == {"Somebody else", NAME}


def test_too_many_from_one_address_is_429_and_returns_the_text():
    client = browser()
    for _ in range(LIMIT):
        assert client.post(FORM, filled()).status_code == 303
    assert_form_returned(send(client, FORM, filled()), status=429, notice="too-many")
    assert Signature.objects.count() == LIMIT
    assert client.post(FORM, filled(), REMOTE_ADDR="192.0.2.7").status_code == 303


def test_a_mistake_is_said_in_the_summary_and_not_counted():
    client = browser()
    response = send(client, FORM, filled(name=""))
    assert response.status_code == 422
    assert '<a href="#id_name">Write your name</a>' in response.content.decode()
    assert "<title>Error: Sign" in response.content.decode()
    assert {client.post(FORM, filled()).status_code for _ in range(LIMIT)} == {303}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("path", [FORM, "/sign-once/"], ids=["while it is stored", "while it is validated"])
def test_a_database_error_returns_the_form_with_its_text(path):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE signature RENAME TO signature_away")
    response = send(browser(), path, filled())
    assert_form_returned(response, status=503, notice="not-saved", is_redirected=False)
    assert response["Retry-After"] == "300"


def test_a_model_form_can_be_public_too():
    client = browser()
    assert client.post("/sign-once/", filled()).status_code == 303
    response = send(client, "/sign-once/", filled())
    assert response.status_code == 422
    assert "Somebody has signed with this name" in response.content.decode()


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        ("not-saved", "Your answers were not saved"),
        ("too-many", "Your answers were not saved yet"),
        ("expired", "Please send it again"),
        ("sent-before", "Please send it again to send this text too"),
        ("elsewhere", "from another site"),
    ],
)
def test_each_notice_has_words_for_any_form(notice, words):
    assert words in render_to_string("forms/_notice.html", {"notice": notice})


def test_a_closed_form_says_so_and_returns_what_was_typed():
    page = browser().get("/shut/")
    assert page.status_code == 503
    assert "<form" not in page.content.decode()
    assert_form_returned(send(browser(), "/shut/", filled()), status=503, notice="not-saved", is_redirected=False)
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [{"subject_line": "cheap watches"}, {"age": 0}],
    ids=["the field nobody sees", "faster than anybody reads"],
)
def test_what_looks_automatic_is_told_apart(changes):
    token = make_form_token("signature", age=changes.pop("age", 60))
    assert browser().post(FORM, filled(token=token, **changes)).status_code == 303
    assert Signature.objects.get().is_suspect


def test_no_response_is_cached_indexed_or_sets_a_cookie_that_outlives_the_browser():
    client = browser()
    page = client.get(FORM)
    assert not page.cookies
    answers = [client.post(FORM, filled()), client.post(FORM, filled(name="")), client.post("/shut/", filled())]
    for response in answers:
        assert response.cookies.pop("left")["max-age"] == 1
    (stored, refused, closed) = answers
    assert not stored.cookies
    assert not closed.cookies
    assert list(refused.cookies) == ["form"]
    for response in (page, *answers):
        assert response["Cache-Control"] == "no-store"
        assert response["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("method", ["put", "delete", "options"])
def test_other_methods_are_refused(method):
    assert getattr(browser(), method)(FORM).status_code == 405
