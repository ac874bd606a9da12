"""Cards, steps, people, contacts and questions: what staff may write, and the page that comes of it."""

import re

import pytest
from django.core.exceptions import ValidationError

from publishing.body import render_body
from publishing.media.library import InUse, remove, uses_of
from publishing.models import Card, Contact, Image, Person, Question, Source, Step, Text
from publishing.publish import publish
from tests.factories import make_article

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(db):
    return make_article(text="")


@pytest.fixture
def picture(db):
    return Image.objects.create(
        title="Arch", alt_text="An arch", token="a" * 32, width=960, height=640, original="x.webp"
    )


@pytest.fixture
def add(article):
    """Append a block to the article."""

    def append(model, **fields):
        append.ordering += 10
        return model.objects.create(parent=article, region="main", ordering=append.ordering, **fields)

    append.ordering = 0
    return append


def html_of(article):
    return render_body(article).html


def levels(html):
    return re.findall(r"<h(\d)", html)


def problems(block):
    with pytest.raises(ValidationError) as problem:
        block.clean_fields(exclude=["parent", "region"])
    return problem.value.message_dict


def test_neighbours_of_one_kind_stand_in_one_list(article, add):
    add(Card, title="One", address="/one/")
    add(Card, title="Two", address="/two/")
    add(Step, title="First")
    add(Step, title="Second", html="<p>Then</p>")
    add(Person, name="Ann")
    add(Person, name="Ben")
    add(Question, question="How much?", html="<p>Nothing.</p>")
    add(Question, question="How long?", html="<p>A week.</p>")
    html = html_of(article)
    for group in ('<ul class="cards">', '<ol class="steps">', '<ul class="people">', '<div class="questions">'):
        assert html.count(group) == 1
    assert html.index("One") < html.index("Two") < html.index("First") < html.index("Then") < html.index("Ben")
    assert html.count("<li") == 6


def test_what_stands_between_two_cards_parts_them(article, add):
    add(Card, title="One", address="/one/")
    add(Text, html="<p>Between</p>")
    add(Card, title="Two", address="/two/")
    html = html_of(article)
    assert html.count('<ul class="cards">') == 2
    assert html.index("One") < html.index("Between") < html.index("Two")


def test_tasks_and_cards_are_groups_of_their_own(article, add):
    add(Card, title="Ask for help", address="/contact/write/", style="task")
    add(Card, title="Read a guide", address="/resources/")
    html = html_of(article)
    assert html.index("cards--tasks") < html.index("Ask for help") < html.index('class="cards"') < html.index("Read a")
    assert html.count('<svg class="arrow"') == 1


def test_headings_of_a_group_are_one_below_the_section_they_stand_in(article, add):
    add(Card, title="A task", address="/a/", style="task")
    add(Text, html="<h3>Becomes a section</h3>")
    add(Step, title="First")
    add(Question, question="Why?", html="<p>So.</p>")
    add(Contact, heading="Ask us")
    add(Person, name="Ann")
    assert levels(html_of(article)) == ["2", "2", "3", "3", "2", "3"]


def test_a_page_of_groups_alone_has_no_gap_below_its_title(article, add):
    add(Step, title="First")
    add(Person, name="Ann")
    assert levels(html_of(article)) == ["2", "2"]


def test_nothing_that_was_typed_can_run(article, add, picture):
    bad = '<script>x()</script>"><img src=x onerror=y()>'
    add(Card, title=bad, text=bad, address="javascript:alert(1)", image=picture, image_alt=bad)
    add(Card, title=bad, text=bad, address='/"onclick="x()', style="task")
    add(Step, title=bad, html=bad)
    add(Person, name=bad, role=bad, text=bad, telephone=bad[:30], address="javascript:alert(2)")
    add(Contact, heading=bad, name=bad, role=bad, text=bad, telephone=bad[:30], hours=bad, address="data:text/html,x")
    add(Question, question=bad, html=bad + '<p onclick="x()">fine</p>')
    html = html_of(article)
    for part in ("<script", "javascript:", "data:", "<img src=x", '"onclick', 'onclick="'):
        assert part not in html, part
    assert "fine" in html


def test_source_marks_in_steps_and_answers_lead_to_their_sources(article, add):
    for number in (1, 2):
        Source.objects.create(document=article, position=number, text=f"Source {number}")
    add(Step, title="First", html="<p>Said [2].</p>")
    add(Question, question="Who?", html="<p>They [2].</p>")
    body = render_body(article)
    assert [source.text for source in body.sources] == ["Source 2", "Source 1"]
    assert body.html.count('href="#source-1"') == 2
    assert body.html.count('id="ref-1"') == 1


def test_an_answer_is_closed_and_reached_without_a_script(article, add):
    add(Question, question="How much does it cost?", html="<p>Nothing.</p>")
    html = html_of(article)
    assert re.search(r'<details class="fold">\s*<summary><h2>How much does it cost\?</h2></summary>', html)
    assert html.index("</summary>") < html.index("Nothing.") < html.index("</details>")


def test_somebody_without_a_picture_is_shown_as_a_figure(article, add, picture):
    add(Person, name="Ann", role="Duty social worker", telephone="01632 960 001", address="mailto:ann@example.org")
    add(Person, name="Ben", image=picture)
    html = html_of(article)
    ann, ben = html.split("<li")[1:]
    assert '<svg class="person__face"' in ann
    assert '<a href="mailto:ann@example.org">Write to Ann</a>' in ann
    assert 'href="tel:01632960001"' in ann
    assert "<svg" not in ben
    assert 'alt="An arch"' in ben
    assert "tel:" not in ben


def test_a_contact_says_who_when_and_how(article, add):
    add(
        Contact,
        heading="Talk it through first",
        name="Ama Owusu",
        role="Case manager",
        telephone="01632 960 001",
        hours="Monday to Friday, 9am to 5pm",
        address="/contact/write/",
        text="Have the court dates ready.",
    )
    body = render_body(article)
    assert body.outline == [{"anchor": "part-talk-it-through-first", "title": "Talk it through first", "language": ""}]
    for words in ("Ama Owusu", "Case manager", "tel:01632960001", "9am to 5pm", "Write to Ama Owusu", "court dates"):
        assert words in body.html


def test_search_finds_the_words_of_every_kind(article, add):
    add(Card, title="Ask", text="for help", address="/a/")
    add(Step, title="First", html="<p>ring us</p>")
    add(Person, name="Ann", role="Guardian", text="Listens.")
    add(Contact, heading="Talk", name="Ben", text="Any day.")
    add(Question, question="Why?", html="<p>Because.</p>")
    words = "Ask for help\nFirst ring us\nAnn Guardian Listens.\nTalk Ben Any day.\nWhy? Because."
    assert render_body(article).text == words


@pytest.mark.parametrize("address", ["www.example.org", "javascript:alert(1)", "services/", "ann@example.org", "x y"])
@pytest.mark.parametrize("model", [Card, Person, Contact])
def test_an_address_that_leads_nowhere_is_explained(model, address):
    assert problems(model(address=address))["address"] == [
        f"“{address}” is no address. Start it with /, https://, mailto: or tel:, for example /contact/"
    ]


def test_a_card_leads_somewhere_and_says_where():
    assert {"title", "address"} <= problems(Card(title="", address="")).keys()


def test_a_telephone_number_is_digits():
    found = problems(Person(name="Ann", telephone="ask at the desk"))
    assert found == {"telephone": ["Write the number with digits and spaces, for example 01632 960 001."]}
    Person(name="Ann", telephone="+44 1632 960001").clean_fields(exclude=["parent", "region"])


@pytest.mark.parametrize("fields", [{"model": Card, "title": "A", "address": "/a/"}, {"model": Person, "name": "Ann"}])
def test_the_library_knows_which_pages_show_a_picture_on_a_card_or_of_a_person(article, add, picture, fields):
    add(**fields, image=picture)
    assert [row for _place, row in uses_of(picture)] == [article.document_ptr]
    edition = publish(document=article, by=None)
    assert {row for _place, row in uses_of(picture)} == {article.document_ptr, edition}
    with pytest.raises(InUse):
        remove(item=picture)


def test_a_picture_that_is_described_anew_marks_the_page_as_changed(article, add, picture):
    add(Card, title="A", address="/a/", image=picture)
    add(Person, name="Ann", image=picture)
    article.refresh_from_db()
    before = article.revision
    Image.objects.update(alt_text="Another description")
    article.refresh_from_db()
    assert article.revision == before + 1
