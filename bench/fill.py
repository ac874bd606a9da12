"""`python -m bench.fill 1000`: that many more published articles in the database of the environment."""

from __future__ import annotations

import copy
import sys
from datetime import timedelta

import django
from django.db import transaction


def fill(number: int) -> None:
    """Copies of the live stories, each a document of its own with its own address, spread over the past.

    None of them is a part of a series: no series has a hundred.
    """
    from articles.models import Article
    from publishing.models import Edition, EditionLabel

    models = list(Edition.objects.filter(section="news").prefetch_related("labels"))
    for index in range(number):
        model = models[index % len(models)]
        slug = f"story-{index}"
        article = Article.objects.create(title=f"{model.title} ({index})", slug=slug)
        edition = copy.copy(model)
        edition.pk, edition._state.adding = None, True
        edition.document_id, edition.path = article.document_ptr_id, f"/news/{slug}/"
        edition.title = article.title[:200]
        edition.details = model.details | {"series": None}
        edition.dated_on = model.dated_on - timedelta(days=index)
        edition.live_from = model.live_from - timedelta(days=index)
        edition.save(force_insert=True)
        EditionLabel.objects.bulk_create(
            EditionLabel(
                edition=edition,
                kind=label.kind,
                slug=label.slug,
                name=label.name,
                section=label.section,
                dated_on=edition.dated_on,
            )
            for label in model.labels.all()
            if label.kind != "series"
        )


if __name__ == "__main__":
    django.setup()
    with transaction.atomic():
        fill(int(sys.argv[1]))
