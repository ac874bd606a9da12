"""What the public sees after an editor publishes, schedules, withdraws or thinks again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.http import Http404
from django.utils import timezone

from pages.models import StandingPage
from publishing.models import Document, Edition, EditionLabel
from publishing.publish import (
    PublishingError,
    build_edition,
    cancel_schedule,
    publish,
    withdraw,
)
from publishing.reading import Gone, Moved, find
from tests.factories import make_article, make_edition, make_staff, make_topic

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
PATH = "/news/a-child-is-heard/"


def now() -> datetime:
    return timezone.now()


def title_at(moment, path=PATH) -> str:
    return find(path, at=moment).title


def change(article, **fields):
    for name, value in fields.items():
        setattr(article, name, value)
    article.save()


def test_saving_a_document_shows_the_public_nothing():
    make_article()
    with pytest.raises(Http404):
        find(PATH, at=now())


def test_a_published_page_is_read_at_its_address():
    somebody = make_staff()
    edition = publish(document=make_article(), by=somebody)
    found = find(PATH, at=now())
    assert found.id == edition.id
    assert Edition.objects.get().taken_by == somebody
    assert "<p>Words.</p>" in found.body_html


def test_a_later_change_waits_for_the_next_publishing():
    article = make_article()
    publish(document=article, by=None)
    change(article, title="New title")
    assert title_at(now()) == "A child is heard"
    publish(document=article, by=None)
    assert title_at(now()) == "New title"


def test_publishing_takes_the_saved_document_not_a_stale_copy():
    article = make_article()
    stale = Document.objects.get(pk=article.pk)
    change(article, title="New title")
    assert publish(document=stale, by=None).title == "New title"


def test_a_scheduled_edition_takes_over_in_its_moment():
    article = make_article()
    publish(document=article, by=None)
    change(article, title="Tomorrow's title")
    at = now() + HOUR
    publish(document=article, by=None, at=at)
    assert title_at(now()) == "A child is heard"
    assert title_at(at - timedelta(microseconds=1)) == "A child is heard"
    assert title_at(at) == "Tomorrow's title"


def test_before_its_moment_a_first_edition_is_not_found():
    at = now() + HOUR
    publish(document=make_article(), by=None, at=at)
    with pytest.raises(Http404) as answer:
        find(PATH, at=now())
    assert not isinstance(answer.value, Gone)
    assert title_at(at) == "A child is heard"


@pytest.mark.parametrize("later", [1, 3], ids=["sooner", "later"])
def test_a_newer_schedule_replaces_the_older_one(later):
    article = make_article()
    publish(document=article, by=None)
    publish(document=article, by=None, at=now() + 2 * HOUR)
    change(article, title="Second thoughts")
    at = now() + later * HOUR
    publish(document=article, by=None, at=at)
    assert title_at(at - timedelta(seconds=1)) == "A child is heard"
    assert title_at(at) == "Second thoughts"
    assert title_at(now() + 9 * HOUR) == "Second thoughts"
    assert Edition.objects.scheduled(at=now()).count() == 1


def test_publishing_now_leaves_the_schedule_in_place():
    article = make_article()
    change(article, title="Tomorrow's title")
    at = now() + HOUR
    publish(document=article, by=None, at=at)
    change(article, title="Today's title")
    publish(document=article, by=None)
    assert title_at(now()) == "Today's title"
    assert title_at(at) == "Tomorrow's title"


def test_a_page_with_an_end_is_gone_after_it():
    until = now() + HOUR
    publish(document=make_article(), by=None, until=until)
    assert title_at(until - timedelta(microseconds=1)) == "A child is heard"
    with pytest.raises(Gone):
        find(PATH, at=until)


def test_a_scheduled_page_with_an_end_is_seen_between_the_two():
    publish(document=make_article(), by=None, at=now() + HOUR, until=now() + 2 * HOUR)
    assert title_at(now() + 1.5 * HOUR) == "A child is heard"
    with pytest.raises(Gone):
        find(PATH, at=now() + 3 * HOUR)


def test_an_end_before_a_schedule_leaves_a_gap():
    article = make_article()
    publish(document=article, by=None, at=now() + 3 * HOUR)
    publish(document=article, by=None, until=now() + HOUR)
    with pytest.raises(Gone):
        find(PATH, at=now() + 2 * HOUR)
    assert title_at(now() + 4 * HOUR) == "A child is heard"


def test_a_withdrawn_page_is_gone():
    article = make_article()
    publish(document=article, by=None)
    withdraw(document=article, by=None)
    with pytest.raises(Gone):
        find(PATH, at=now())


def test_withdrawing_calls_off_the_schedule():
    article = make_article()
    publish(document=article, by=None)
    publish(document=article, by=None, at=now() + HOUR)
    withdraw(document=article, by=None)
    with pytest.raises(Gone):
        find(PATH, at=now() + 2 * HOUR)


def test_a_withdrawal_can_be_set_for_later():
    article = make_article()
    publish(document=article, by=None)
    publish(document=article, by=None, at=now() + HOUR)
    withdraw(document=article, by=None, at=now() + 2 * HOUR)
    assert title_at(now() + 1.5 * HOUR) == "A child is heard"
    with pytest.raises(Gone):
        find(PATH, at=now() + 2.5 * HOUR)


def test_calling_off_a_schedule_does_not_undo_a_later_withdrawal():
    article = make_article()
    publish(document=article, by=None)
    publish(document=article, by=None, at=now() + HOUR)
    withdraw(document=article, by=None, at=now() + 2 * HOUR)
    cancel_schedule(document=article, by=None)
    assert title_at(now() + 1.5 * HOUR) == "A child is heard"
    with pytest.raises(Gone):
        find(PATH, at=now() + 3 * HOUR)


def test_a_withdrawn_page_can_be_published_again():
    article = make_article()
    publish(document=article, by=None)
    withdraw(document=article, by=None)
    publish(document=article, by=None)
    assert title_at(now()) == "A child is heard"
    assert Edition.objects.live(at=now()).count() == 1


@pytest.mark.parametrize("is_scheduled", [False, True], ids=["never-published", "only-scheduled"])
def test_a_page_that_is_not_public_cannot_be_withdrawn(is_scheduled):
    article = make_article()
    if is_scheduled:
        publish(document=article, by=None, at=now() + HOUR)
    with pytest.raises(PublishingError, match="A child is heard"):
        withdraw(document=article, by=None)


def test_a_cancelled_schedule_is_never_seen_and_the_live_page_stays():
    article = make_article()
    publish(document=article, by=None)
    publish(document=article, by=None, at=now() + HOUR)
    cancel_schedule(document=article, by=None)
    live = find(PATH, at=now() + 9 * HOUR)
    assert live.live_until is None
    assert not Edition.objects.scheduled(at=now()).exists()


def test_a_cancelled_schedule_gives_back_the_end_that_was_planned():
    article = make_article()
    until = now() + 5 * HOUR
    publish(document=article, by=None, until=until)
    publish(document=article, by=None, at=now() + HOUR)
    cancel_schedule(document=article, by=None)
    assert find(PATH, at=now() + 4 * HOUR).live_until == until
    with pytest.raises(Gone):
        find(PATH, at=until)


def test_a_cancelled_first_edition_was_never_public():
    article = make_article()
    publish(document=article, by=None, at=now() + HOUR)
    cancel_schedule(document=article, by=None)
    with pytest.raises(Http404) as answer:
        find(PATH, at=now() + 2 * HOUR)
    assert not isinstance(answer.value, Gone)


def test_cancelling_without_a_schedule_says_so():
    article = make_article()
    publish(document=article, by=None)
    with pytest.raises(PublishingError, match="Nothing is scheduled"):
        cancel_schedule(document=article, by=None)


def test_cancelling_a_move_fails_when_the_old_address_was_promised_away():
    article = make_article()
    publish(document=article, by=None)
    change(article, slug="moved")
    at = now() + HOUR
    publish(document=article, by=None, at=at)
    heir = make_article("Heir", slug="a-child-is-heard")
    publish(document=heir, by=None, at=at)
    with pytest.raises(PublishingError, match="Heir"):
        cancel_schedule(document=article, by=None)
    assert title_at(at, "/news/moved/") == "A child is heard"


def test_a_changed_address_leads_from_the_old_to_the_new():
    article = make_article()
    publish(document=article, by=None)
    change(article, slug="moved")
    publish(document=article, by=None)
    with pytest.raises(Moved) as answer:
        find(PATH, at=now())
    assert answer.value.path == "/news/moved/"
    assert title_at(now(), "/news/moved/") == "A child is heard"


def test_a_changed_address_of_a_withdrawn_page_is_gone():
    article = make_article()
    publish(document=article, by=None)
    change(article, slug="moved")
    publish(document=article, by=None)
    withdraw(document=article, by=None)
    for path in (PATH, "/news/moved/"):
        with pytest.raises(Gone):
            find(path, at=now())


def test_a_page_that_moved_back_is_read_where_it_was():
    article = make_article()
    publish(document=article, by=None)
    change(article, slug="moved")
    publish(document=article, by=None)
    change(article, slug="a-child-is-heard")
    publish(document=article, by=None)
    assert title_at(now()) == "A child is heard"
    with pytest.raises(Moved):
        find("/news/moved/", at=now())


def test_an_address_in_use_is_refused_by_naming_who_has_it():
    publish(document=make_article(), by=None)
    other = make_article("Another story", slug="a-child-is-heard")
    with pytest.raises(PublishingError, match="A child is heard"):
        publish(document=other, by=None)
    assert not other.editions.exists()


def test_an_address_that_is_promised_for_later_is_refused_too():
    publish(document=make_article(), by=None, at=now() + HOUR)
    other = make_article("Another story", slug="a-child-is-heard")
    with pytest.raises(PublishingError, match="already has the address"):
        publish(document=other, by=None)
    publish(document=other, by=None, until=now() + HOUR / 2)
    assert title_at(now()) == "Another story"


def test_an_address_that_became_free_can_be_taken():
    article = make_article()
    publish(document=article, by=None)
    withdraw(document=article, by=None)
    publish(document=make_article("Another story", slug="a-child-is-heard"), by=None)
    assert title_at(now()) == "Another story"


def test_postponing_a_move_names_the_page_that_was_promised_its_old_address():
    article = make_article()
    publish(document=article, by=None)
    article.slug = "moved"
    article.save()
    publish(document=article, by=None, at=now() + timedelta(days=1))
    publish(document=make_article("The heir", slug="a-child-is-heard"), by=None, at=now() + timedelta(days=2))
    with pytest.raises(PublishingError, match="The heir"):
        publish(document=article, by=None, at=now() + timedelta(days=5))
    assert Edition.objects.scheduled(at=now()).count() == 2


def test_a_race_for_one_address_gives_a_clear_error(monkeypatch):
    publish(document=make_article(), by=None)
    other = make_article("Another story", slug="a-child-is-heard")
    # The look at the table comes too early, as it would when two editors press in the same instant.
    monkeypatch.setattr("publishing.publish._check_clash", lambda edition: None)
    with pytest.raises(PublishingError, match="try again"):
        publish(document=other, by=None)
    assert title_at(now()) == "A child is heard"


def test_a_document_without_an_address_of_its_own_section_is_refused():
    page = StandingPage.objects.create(title="News", slug="news")
    with pytest.raises(PublishingError, match="/news/ belongs to another part"):
        publish(document=page, by=None)
    assert not page.editions.exists()


def test_a_live_page_cannot_be_replaced_in_the_past():
    article = make_article()
    publish(document=article, by=None)
    with pytest.raises(PublishingError, match=r"The end must come|That moment is over"):
        publish(document=article, by=None, at=now() - HOUR)


def test_a_page_from_an_older_site_can_be_given_its_true_beginning():
    at = now() - 24 * HOUR
    edition = publish(document=make_article(), by=None, at=at)
    assert edition.live_from == at
    assert title_at(at) == "A child is heard"


def test_a_moment_that_is_just_over_means_now():
    article = make_article()
    publish(document=article, by=None)
    change(article, title="New title")
    publish(document=article, by=None, at=now() - timedelta(seconds=5))
    assert title_at(now()) == "New title"


@pytest.mark.parametrize("service", [publish, withdraw])
def test_an_end_before_the_beginning_is_refused(service):
    article = make_article()
    publish(document=article, by=None)
    moments = {"until": now() - HOUR} if service is publish else {"at": now() - HOUR}
    with pytest.raises(PublishingError, match=r"The end must come|That moment is over"):
        service(document=article, by=None, **moments)


def test_the_date_readers_see_is_the_day_of_first_publication():
    article = make_article()
    first = now() - 48 * HOUR
    make_edition(article, live_from=first, live_until=first + HOUR)
    edition = publish(document=article, by=None)
    assert edition.dated_on == timezone.localdate(first)
    assert edition.changed_on == timezone.localdate()


def test_a_date_that_the_editor_sets_wins():
    day = timezone.localdate() - timedelta(days=90)
    edition = publish(document=make_article(dated_on=day), by=None)
    assert (edition.dated_on, edition.changed_on) == (day, day)


def test_an_edition_is_filed_under_its_topics():
    publish(document=make_article(topics=[make_topic("Family courts")]), by=None)
    edition = Edition.objects.live(at=now()).labelled("topic", "family-courts").get()
    assert edition.topics == [{"slug": "family-courts", "name": "Family courts"}]
    assert EditionLabel.objects.filter(kind="topic").count() == 1


def test_a_preview_leaves_no_trace():
    article = make_article()
    edition = build_edition(article, at=now())
    assert edition.title == "A child is heard"
    assert edition.pk is None
    assert not Edition.objects.exists()


def test_what_the_public_saw_on_a_past_day_can_be_asked():
    article = make_article()
    day = now() - 48 * HOUR
    make_edition(article, live_from=day, live_until=day + HOUR, title="Old title")
    publish(document=article, by=None)
    assert [e.title for e in Edition.objects.live(at=day)] == ["Old title"]
    assert not Edition.objects.live(at=day + 2 * HOUR).exists()


def test_publishing_costs_the_same_number_of_queries_however_long_the_body(django_assert_max_num_queries):
    article = make_article(text="")
    for number in range(40):
        article.publishing_text_set.create(region="main", ordering=number, html=f"<p>{number}</p>")
    with django_assert_max_num_queries(40):
        publish(document=article, by=None)
    assert find(PATH, at=now()).body_html.count("<p>") == 40


# Two people press in the same moment: real connections, real threads.


def at_once(*calls):
    """What each call gave or raised, all let go at the same moment, each in its own thread and connection."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait(20)
        try:
            return call()
        except PublishingError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_only_one_of_several_documents_published_at_once_gets_the_address():
    documents = [make_article(f"Story {number}", slug="the-story") for number in range(4)]
    answers = at_once(*(lambda document=document: publish(document=document, by=None) for document in documents))
    editions = [answer for answer in answers if isinstance(answer, Edition)]
    assert list(Edition.objects.live(at=timezone.now())) == editions
    assert len(editions) == 1
    assert [type(answer) for answer in answers if answer not in editions] == [PublishingError] * 3


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_one_document_published_many_times_at_once_is_live_once():
    article = make_article()
    answers = at_once(*(lambda: publish(document=article, by=None) for _ in range(4)))
    assert all(isinstance(answer, Edition) for answer in answers)
    assert Edition.objects.live(at=timezone.now()).count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_withdrawing_while_a_colleague_publishes_ends_as_if_one_came_first():
    article = make_article()
    publish(document=article, by=None)
    answers = at_once(lambda: publish(document=article, by=None), lambda: withdraw(document=article, by=None))
    published, withdrawn = answers
    # The second of the two wins: a withdrawal ends what was live, a publication brings the page back.
    expected = [] if withdrawn == published else [published]
    assert list(Edition.objects.live(at=timezone.now())) == expected
    assert Edition.objects.scheduled(at=timezone.now()).count() == 0
