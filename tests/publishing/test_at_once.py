"""Two people press in the same moment: real connections, real threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from publishing.models import Edition
from publishing.publish import PublishingError, publish, withdraw
from tests.factories import make_article

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


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


def test_of_two_documents_that_want_one_address_one_gets_it():
    documents = [make_article(f"Story {number}", slug="the-story") for number in range(4)]
    answers = at_once(*(lambda document=document: publish(document=document, by=None) for document in documents))
    editions = [answer for answer in answers if isinstance(answer, Edition)]
    assert len(editions) == 1
    assert all(str(answer) for answer in answers if not isinstance(answer, Edition))
    assert Edition.objects.live(at=timezone.now()).count() == 1


def test_one_document_published_many_times_at_once_is_live_once():
    article = make_article()
    answers = at_once(*(lambda: publish(document=article, by=None) for _ in range(4)))
    assert all(isinstance(answer, Edition) for answer in answers)
    assert Edition.objects.live(at=timezone.now()).count() == 1


def test_withdrawing_while_a_colleague_publishes_ends_in_one_of_the_two():
    article = make_article()
    publish(document=article, by=None)
    answers = at_once(lambda: publish(document=article, by=None), lambda: withdraw(document=article, by=None))
    assert all(isinstance(answer, Edition) for answer in answers)
    assert Edition.objects.live(at=timezone.now()).count() in {0, 1}
    assert Edition.objects.scheduled(at=timezone.now()).count() == 0
