"""`python -m bench.fill 1000`: that many more published stories in the database of the environment."""

import copy
import sys
from datetime import timedelta

import django
from django.db import transaction

BATCH = 2_000
#: Of each body so much is kept: a hundred thousand whole ones would fill a gigabyte.
CHARACTERS = 4_000


def fill(number: int) -> None:
    """Copies of the live stories, each a document of its own with its own address, spread over the past.

    None of them is a part of a series: no series has a hundred.
    """
    from publishing.models import Document, Edition, EditionLabel

    models = list(Edition.objects.filter(section="news").prefetch_related("labels"))
    for start in range(0, number, BATCH):
        numbers = range(start, min(start + BATCH, number))
        documents = Document.objects.bulk_create(
            Document(child="articles.Article", title=f"Story {index}", slug=f"story-{index}") for index in numbers
        )
        editions = []
        for index, document in zip(numbers, documents, strict=True):
            model = models[index % len(models)]
            edition = copy.copy(model)
            edition.pk, edition._state = None, copy.copy(model._state)
            edition.document_id, edition.path = document.pk, f"/news/story-{index}/"
            edition.title = f"{model.title} ({index})"[:200]
            edition.body_html, edition.body_text = model.body_html[:CHARACTERS], ""
            edition.details = model.details | {"series": None}
            edition.dated_on = model.dated_on - timedelta(days=index // 20)
            edition.live_from = model.live_from - timedelta(days=index // 20)
            editions.append(edition)
        Edition.objects.bulk_create(editions)
        EditionLabel.objects.bulk_create(
            EditionLabel(
                edition=edition,
                kind=label.kind,
                slug=label.slug,
                name=label.name,
                section=label.section,
                dated_on=edition.dated_on,
            )
            for index, edition in zip(numbers, editions, strict=True)
            for label in models[index % len(models)].labels.all()
            if label.kind != "series"
        )


if __name__ == "__main__":
    django.setup()
    with transaction.atomic():
        fill(int(sys.argv[1]))
