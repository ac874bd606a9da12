"""Editors write, publishers publish: the form of every document, tried on articles."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from reversion.models import Version

from articles.models import Article
from publishing.models import Edition, Text
from publishing.publish import publish, withdraw
from publishing.reading import Gone, find
from tests.factories import (
    make_article,
    make_banner,
    make_campaign,
    make_edition,
    make_series,
    make_staff,
    make_topic,
    sign_in_as,
)
from tests.publishing.admin_forms import fields_of, with_row

pytestmark = pytest.mark.django_db

PATH = "/news/a-child-is-heard/"
TEXT = "publishing_text_set"
ADD = "/admin/articles/article/add/"
LIST = "/admin/articles/article/"


def address(article, what="change"):
    return f"{LIST}{article.pk}/{what}/"


def open_form(client, article):
    return fields_of(client.get(address(article)).content.decode())


def press(client, article, button, **changes):
    """Open the form, change fields, press a button, and look at the page that comes."""
    fields = open_form(client, article) | changes
    return client.post(address(article), fields | {button: "1"}, follow=True)


@pytest.fixture
def article(db):
    return make_article()


@pytest.fixture
def editor(db):
    """A member of the role Editor, signed in."""
    return sign_in_as("Editor", first_name="Ann", last_name="Editor")


@pytest.fixture
def publisher(db):
    """A member of the role Publisher, signed in."""
    return sign_in_as("Publisher", first_name="Ann", last_name="Publisher")


def test_a_story_is_written_with_its_blocks_and_published_in_one_go(publisher):
    fields = fields_of(publisher.get(ADD).text)
    fields |= {"title": "A child is heard", "slug": "a-child-is-heard"}
    fields = with_row(fields, TEXT, region="main", ordering="10", html="<h2>First</h2><p>Words [1].</p>")
    fields = with_row(
        fields,
        "publishing_statistics_set",
        region="main",
        ordering="20",
        heading="In numbers",
        display="numbers",
        source_text="Ofsted",
        as_at="2021",
        **{"figures-0-value": "1 in 4", "figures-0-label": "children", "figures-1-value": ""},
    )
    fields = with_row(fields, "sources", position="1", text="Ofsted, 2021", url="https://www.gov.uk/ofsted-2021")
    response = publisher.post(ADD, fields | {"_publish": "1"}, follow=True)
    assert f'href="{PATH}"' in response.text
    assert "Published. The public sees it now at" in response.text
    body = find(PATH, at=timezone.now()).body_html
    assert body.index("First") < body.index("In numbers")
    assert 'href="#source-1"' in body


def test_saving_changes_nothing_that_the_public_sees(editor, article):
    publish(document=article, by=None)
    response = press(editor, article, "_continue", title="New title")
    assert Article.objects.get().title == "New title"
    assert find(PATH, at=timezone.now()).title == "A child is heard"
    assert "Changed since." in response.text


def test_pressing_save_without_a_change_does_not_read_as_changed(editor, article):
    publish(document=article, by=None)
    assert "Changed since." not in press(editor, article, "_continue").text


def test_a_change_of_a_block_alone_reads_as_changed(editor, article):
    publish(document=article, by=None)
    response = press(editor, article, "_continue", **{f"{TEXT}-0-html": "<p>Other words.</p>"})
    assert "Changed since." in response.text
    article.refresh_from_db()
    assert article.updated_by.last_name == "Editor"


def test_the_button_publishes_what_was_just_typed(publisher, article):
    press(publisher, article, "_publish", title="New title")
    assert find(PATH, at=timezone.now()).title == "New title"


def test_a_story_with_mistakes_is_not_published_and_nothing_typed_is_lost(publisher, article):
    response = press(publisher, article, "_publish", title="", standfirst="Typed with care")
    assert "Typed with care" in response.text
    assert not Edition.objects.exists()


def test_a_story_is_scheduled_and_the_form_says_when(publisher, article):
    at = timezone.localtime() + timedelta(days=2)
    response = press(publisher, article, "_schedule", goes_live_at=at.strftime("%Y-%m-%dT%H:%M"))
    words = response.text
    assert "Scheduled. The public sees it from" in words
    assert "Goes live on" in words
    edition = Edition.objects.scheduled(at=timezone.now()).get()
    assert edition.live_from == at.replace(second=0, microsecond=0)


def test_a_story_is_scheduled_with_an_end(publisher, article):
    at = timezone.localtime() + timedelta(days=2)
    end = at + timedelta(days=1)
    press(
        publisher,
        article,
        "_schedule",
        goes_live_at=at.strftime("%Y-%m-%dT%H:%M"),
        ends_at=end.strftime("%Y-%m-%dT%H:%M"),
    )
    assert Edition.objects.get().live_until == end.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        ("", "", "Choose the day and time"),
        ("2020-01-01T09:00", "", "That moment is over"),
        ("tomorrow", "", "Enter a valid date/time"),
        ("2090-01-02T09:00", "2090-01-01T09:00", "The end must come after the beginning"),
    ],
)
def test_a_schedule_that_cannot_be_is_explained_beside_the_field(publisher, article, begins, ends, words):
    response = press(publisher, article, "_schedule", goes_live_at=begins, ends_at=ends, title="Typed title")
    assert words in response.text
    assert "Typed title" in response.text
    assert not Edition.objects.exists()


def test_a_withdrawn_page_is_gone_and_the_form_says_so(publisher, article):
    publish(document=article, by=None)
    response = press(publisher, article, "_withdraw")
    assert "is told that the page is gone" in response.text
    assert "Withdrawn on" in response.text
    with pytest.raises(Gone):
        find(PATH, at=timezone.now())


def test_a_page_comes_down_even_when_its_form_has_mistakes(publisher, article):
    publish(document=article, by=None)
    response = press(publisher, article, "_withdraw", title="", standfirst="Typed with care")
    assert "Typed with care" in response.text
    with pytest.raises(Gone):
        find(PATH, at=timezone.now())


def test_withdrawing_what_a_colleague_has_just_withdrawn_says_so(publisher, article):
    publish(document=article, by=None)
    mine = open_form(publisher, article)
    withdraw(document=article, by=None)
    response = publisher.post(address(article), mine | {"_withdraw": "1"}, follow=True)
    assert "is not public." in response.text


def test_a_page_is_published_with_an_end(publisher, article):
    end = timezone.localtime() + timedelta(days=2)
    response = press(publisher, article, "_publish", ends_at=end.strftime("%Y-%m-%dT%H:%M"))
    assert " until " in response.text
    assert "Ends on" in response.text
    assert Edition.objects.get().live_until == end.replace(second=0, microsecond=0)


def test_publishing_a_correction_keeps_the_planned_end(publisher, article):
    end = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    publish(document=article, by=None, until=end)
    press(publisher, article, "_publish", title="A word corrected")
    now = Edition.objects.live(at=timezone.now()).get()
    assert (now.title, now.live_until) == ("A word corrected", end)
    press(publisher, article, "_publish", ends_at="")
    assert Edition.objects.live(at=timezone.now()).get().live_until is None


def test_scheduling_again_offers_the_moments_that_were_chosen_before(publisher, article):
    begin = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    publish(document=article, by=None, at=begin, until=begin + timedelta(days=3))
    press(publisher, article, "_schedule", title="A word corrected")
    (waiting,) = Edition.objects.scheduled(at=timezone.now())
    assert (waiting.title, waiting.live_from, waiting.live_until) == (
        "A word corrected",
        begin,
        begin + timedelta(days=3),
    )


def test_a_schedule_is_cancelled(publisher, article):
    publish(document=article, by=None, at=timezone.now() + timedelta(days=1))
    response = press(publisher, article, "_cancel_schedule")
    assert "The schedule is cancelled. Not published." in response.text
    assert not Edition.objects.scheduled(at=timezone.now()).exists()


def test_an_address_in_use_is_explained_and_the_text_is_saved(publisher, article):
    publish(document=article, by=None)
    other = make_article("Another story")
    response = press(publisher, other, "_publish", slug="a-child-is-heard", standfirst="Kept")
    assert "Saved, but not published." in response.text
    assert "A child is heard" in response.text
    other.refresh_from_db()
    assert other.standfirst == "Kept"
    assert find(PATH, at=timezone.now()).title == "A child is heard"


@pytest.mark.parametrize("button", ["_publish", "_schedule", "_withdraw", "_cancel_schedule"])
def test_an_editor_cannot_change_what_the_public_sees(editor, article, button):
    publish(document=article, by=None)
    publish(document=article, by=None, at=timezone.now() + timedelta(days=1))
    before = list(Edition.objects.values_list("pk", "live_until").order_by("pk"))
    form = open_form(editor, article)
    assert 'name="_publish"' not in editor.get(address(article)).text
    response = editor.post(address(article), form | {button: "1", "goes_live_at": "2090-01-01T09:00"})
    assert response.status_code == 403
    assert list(Edition.objects.values_list("pk", "live_until").order_by("pk")) == before


def test_following_a_link_to_a_button_does_nothing(publisher, article):
    publish(document=article, by=None)
    publisher.get(address(article), {"_withdraw": "1", "_publish": "1"})
    assert Edition.objects.live(at=timezone.now()).count() == 1


def test_two_editors_at_once_are_told_of_each_other(editor, publisher, article):
    mine = open_form(editor, article)
    theirs = open_form(publisher, article)
    publisher.post(address(article), theirs | {"title": "Theirs", "_publish": "1"})
    response = editor.post(address(article), mine | {"title": "Mine", "_continue": "1"})
    assert "was changed after you had opened it." in response.text
    assert 'value="Mine"' in response.text
    assert Article.objects.get().title == "Theirs"
    again = fields_of(response.text)
    editor.post(address(article), again | {"_continue": "1"})
    assert Article.objects.get().title == "Mine"


def test_editing_a_block_deleted_meanwhile_brings_it_back(editor, publisher, article):
    fields = with_row(open_form(editor, article), TEXT, html="<p>Second block.</p>", region="main", ordering="20")
    editor.post(address(article), fields | {"_continue": "1"})
    mine, theirs = open_form(editor, article), open_form(publisher, article)
    publisher.post(address(article), theirs | {f"{TEXT}-0-DELETE": "on", "_continue": "1"})
    assert Text.objects.count() == 1
    mine |= {f"{TEXT}-0-html": "<p>Mine, an hour later.</p>", "_continue": "1"}
    response = editor.post(address(article), mine)
    assert "after you had opened it" in response.text
    again = fields_of(response.text)
    assert editor.post(address(article), again | {"_continue": "1"}).status_code == 302
    assert sorted(Text.objects.values_list("html", flat=True)) == [
        "<p>Mine, an hour later.</p>",
        "<p>Second block.</p>",
    ]


def test_a_second_publisher_who_pressed_meanwhile_gets_one_clear_message(publisher, article):
    colleague = sign_in_as("Publisher", first_name="Ann", last_name="Publisher")
    mine, theirs = open_form(publisher, article), open_form(colleague, article)
    publisher.post(address(article), mine | {"title": "Mine", "_publish": "1"})
    response = colleague.post(address(article), theirs | {"title": "Theirs", "_publish": "1"}, follow=True)
    assert response.status_code == 200
    assert "after you had opened it" in response.text
    assert [e.title for e in Edition.objects.all()] == ["Mine"]


def test_the_preview_is_the_page_for_staff_only(editor, article):
    response = press(editor, article, "_preview", title="Not yet public")
    assert "Not yet public" in response.text
    assert "articles/article.html" in [template.name for template in response.templates]
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert "Preview" in response.text
    assert not Edition.objects.exists()
    assert Client().get(address(article, "preview")).status_code == 302


def test_the_preview_of_a_part_lists_its_series_as_the_page_does(editor):
    series = make_series()
    publish(document=make_article("Part one", series=series, series_position=1), by=None)
    second = make_article("Part two", series=series, series_position=2)
    assert 'href="/news/part-one/"' in editor.get(address(second, "preview")).text.partition("Related stories")[0]


def test_the_preview_of_a_campaign_has_no_banner_of_its_own(staff):
    campaign = make_campaign()
    banner = make_banner(campaign)
    publish(document=campaign, by=None)
    preview = staff.get(f"/admin/campaigns/campaign/{campaign.pk}/preview/").text
    assert banner.text not in preview
    assert banner.text in staff.get(address(make_article(), "preview")).text


def test_a_preview_needs_the_right_to_see_the_document(article):
    stranger = Client()
    stranger.force_login(make_staff(is_superuser=False))
    for what in ("preview", "editions", "change"):
        assert stranger.get(address(article, what)).status_code == 403


def test_what_the_public_saw_is_listed_with_its_time(editor, article):
    publish(document=article, by=None)
    publish(document=article, by=None, at=timezone.now() + timedelta(days=1))
    article.title = "New title"
    article.save()
    publish(document=article, by=None, at=timezone.now() + timedelta(days=2))
    words = editor.get(address(article, "editions")).text
    assert "New title" in words
    assert "Called off: never seen" in words


def test_a_past_edition_is_shown_as_it_was(editor, article):
    first = publish(document=article, by=None)
    article.title = "New title"
    article.save()
    publish(document=article, by=None)
    response = editor.get(address(article, f"editions/{first.pk}"))
    assert "A child is heard" in response.text
    assert "What the public sees from" in response.text
    called_off = publish(document=article, by=None, at=timezone.now() + timedelta(days=1))
    publish(document=article, by=None, at=timezone.now() + timedelta(days=2))
    assert "The public never saw it" in editor.get(address(article, f"editions/{called_off.pk}")).text
    last = Edition.objects.scheduled(at=timezone.now()).get()
    assert "What the public sees since" in editor.get(address(article, f"editions/{last.pk}")).text


def test_an_edition_of_another_document_is_not_found_here(editor, article):
    other = publish(document=make_article("Another story"), by=None)
    assert editor.get(address(article, f"editions/{other.pk}")).status_code == 404
    assert editor.get(f"{LIST}99999/editions/").status_code == 404


def test_publishing_and_withdrawing_are_written_down(publisher, article):
    press(publisher, article, "_publish")
    press(publisher, article, "_withdraw")
    words = " ".join(entry.get_change_message() for entry in LogEntry.objects.all())
    assert f"Published: {PATH}" in words
    assert f"Withdrawn: {PATH}" in words


def test_an_older_version_can_be_brought_back_with_its_blocks(publisher, article):
    press(publisher, article, "_continue", title="First")
    press(publisher, article, "_continue", **{"title": "Second", f"{TEXT}-0-html": "<p>Other words.</p>"})
    first = Version.objects.get_for_object(article).order_by("pk").first()
    back = f"{address(article, 'history')}{first.pk}/"
    fields = fields_of(publisher.get(back).text)
    assert fields["title"] == "First"
    publisher.post(back, fields | {"_save": "1"})
    assert Article.objects.get().title == "First"
    assert Text.objects.get().html == "<p>Words.</p>"


def test_an_older_version_is_brought_back_with_its_topics(publisher, article):
    topics = [str(make_topic(name).pk) for name in ("Schools", "Housing")]
    press(publisher, article, "_continue", title="First", topics=topics)
    press(publisher, article, "_continue", title="Second", topics=[])
    assert not article.topics.exists()
    first = Version.objects.get_for_object(article).order_by("pk").first()
    back = f"{address(article, 'history')}{first.pk}/"
    page = publisher.get(back).text
    assert page.count("checked") >= 2
    publisher.post(back, fields_of(page) | {"topics": topics, "_save": "1"})
    assert set(article.topics.values_list("name", flat=True)) == {"Schools", "Housing"}


def test_the_list_tells_the_state_of_each_page_in_words(editor):
    live, waiting, over, ended, changed = (make_article(f"Story {n}") for n in range(5))
    make_article("Draft")
    for article in (live, over, changed):
        publish(document=article, by=None)
    hour = timedelta(hours=1)
    end = timezone.now() - hour
    make_edition(ended, live_from=end - hour, live_until=end, expires_at=end)
    publish(document=waiting, by=None, at=timezone.now() + timedelta(days=1))
    withdraw(document=over, by=None)
    changed.title = "Changed"
    changed.save()
    words = editor.get(LIST).text
    for sentence in ("Live since", "Goes live on", "Withdrawn on", "Ended as planned on", "Changed since.", "Not publ"):
        assert sentence in words, sentence


def test_the_list_costs_the_same_however_long_it_is(editor, django_assert_max_num_queries):
    for number in range(30):
        publish(document=make_article(f"Story {number}"), by=None)
    with django_assert_max_num_queries(10):
        assert "Story 29" in editor.get(LIST).text


def test_the_form_costs_a_fixed_number_of_queries(editor, article, django_assert_max_num_queries):
    for number in range(20):
        article.publishing_text_set.create(region="main", ordering=number, html=f"<p>{number}</p>")
        article.publishing_quote_set.create(region="main", ordering=number, text="Words")
    with django_assert_max_num_queries(35):
        assert editor.get(address(article)).status_code == 200


def test_what_was_published_cannot_be_deleted(staff, article):
    assert staff.get(address(article, "delete")).status_code == 200
    publish(document=article, by=None)
    assert staff.get(address(article, "delete")).status_code == 403
    staff.post(LIST, {"action": "delete_selected", "_selected_action": [article.pk], "post": "yes"})
    assert Article.objects.exists()


def test_topics_are_ticked(publisher, article):
    topic = make_topic("Family courts")
    press(publisher, article, "_publish", topics=[topic.pk])
    assert find(PATH, at=timezone.now()).topics == [{"slug": "family-courts", "name": "Family courts"}]


def test_a_list_of_links_names_the_line_that_is_wrong(publisher, article):
    fields = with_row(
        open_form(publisher, article),
        "publishing_links_set",
        region="main",
        ordering="20",
        lines="Right | /news/\nWrong\nAlso wrong | javascript:alert(1)",
    )
    words = publisher.post(address(article), fields | {"_publish": "1"}).text
    assert "Line 2: write the words" in words
    assert "Line 3:" in words
    assert not Edition.objects.exists()


STATISTICS = "publishing_statistics_set"


@pytest.fixture
def five_figures(article):
    figures = [{"value": f"{number}", "label": "children", "amount": 32.5} for number in range(1, 6)]
    place = {"region": "main", "ordering": 20, "heading": "In numbers", "source_text": "Ofsted", "as_at": "2021"}
    return article.publishing_statistics_set.create(**place, figures=figures)


def test_the_form_of_statistics_has_a_spare_row_that_may_stay_empty(editor, article, five_figures):
    before = Article.objects.get().revision
    fields = open_form(editor, article)
    assert fields[f"{STATISTICS}-0-figures-4-value"] == "5"
    assert fields[f"{STATISTICS}-0-figures-5-value"] == ""
    press(editor, article, "_continue")
    assert Article.objects.get().revision == before
    press(
        editor, article, "_continue", **{f"{STATISTICS}-0-figures-5-value": "6", f"{STATISTICS}-0-figures-5-label": "x"}
    )
    five_figures.refresh_from_db()
    assert [row["value"] for row in five_figures.figures] == ["1", "2", "3", "4", "5", "6"]


def test_a_wrong_row_of_statistics_is_named_and_stays(editor, article, five_figures):
    response = press(editor, article, "_continue", **{f"{STATISTICS}-0-figures-2-amount": "a lot"})
    assert "Row 3: the bar is a number from 0 to 100" in response.text
    assert fields_of(response.text)[f"{STATISTICS}-0-figures-2-amount"] == "a lot"


def test_the_roles_hold_what_they_should():
    def may(role):
        return set(Permission.objects.filter(group__name=role).values_list("codename", flat=True))

    assert "publish_document" in may("Publisher")
    assert "publish_document" not in may("Editor")
    assert "change_article" in may("Editor")
    assert "change_helpline" not in may("Editor") | may("Publisher")
    assert not [name for name in may("Editor") | may("Publisher") if "enquir" in name or "user" in name]


def test_whoever_publishes_welsh_without_its_mark_is_told_and_after_marking_it_not(publisher, article):
    warned = "“Mae’r plentyn yn siarad.” reads like Welsh"
    response = press(publisher, article, "_publish", **{f"{TEXT}-0-html": "<p>Mae’r plentyn yn siarad.</p>"})
    assert "Published. The public sees it now" in response.text
    assert warned in response.text
    assert warned not in press(publisher, article, "_publish", **{f"{TEXT}-0-language": "cy"}).text
    assert '<div class="prose flow" lang="cy">' in find(PATH, at=timezone.now()).body_html


def test_a_page_in_welsh_is_chosen_in_its_form_and_english_in_it_is_noticed(publisher, article):
    response = press(publisher, article, "_publish", language="cy", title="Mae plentyn yn cael ei glywed")
    assert "reads like" not in response.text
    assert find(PATH, at=timezone.now()).language == "cy"
    response = press(publisher, article, "_publish", standfirst="What the guardian does for the child.")
    assert "“What the guardian does for the child.” reads like British English" in response.text


def test_the_page_that_it_translates_is_chosen_in_the_form_but_never_a_translation(publisher, article):
    welsh = make_article("Mae plentyn yn siarad", language="cy")
    third = make_article("Dziecko mówi", language="pl", translation_of=article)
    form = publisher.get(address(welsh)).text
    offered = form[form.index('name="translation_of"') :].partition("</select>")[0]
    assert f'value="{article.pk}"' in offered
    assert f'value="{third.pk}"' not in offered
    press(publisher, welsh, "_continue", translation_of=str(article.pk))
    welsh.refresh_from_db()
    assert welsh.translation_of_id == article.pk
