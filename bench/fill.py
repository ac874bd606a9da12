"""`python -m bench.fill 1000`: that many more published stories in the database of the environment."""

import sys
from datetime import timedelta

import django
from django.db import connection, transaction

BATCH = 2_000
#: Of each body so much is kept: a hundred thousand whole ones would fill a gigabyte.
CHARACTERS = 4_000


def fill(number: int) -> None:
    """Copies of the live stories, each a document of its own with its own address, spread over the past.

    None of them is a part of a series: no series has a hundred.
    """
    from publishing.models import Document, Edition, EditionLabel

    stories = list(Edition.objects.filter(section="news").values())
    labels = list(EditionLabel.objects.exclude(kind="series").values("edition_id", "kind", "slug", "name", "section"))
    for start in range(0, number, BATCH):
        numbers = range(start, min(start + BATCH, number))
        documents = Document.objects.bulk_create(
            Document(child="articles.Article", title=f"Story {index}", slug=f"story-{index}") for index in numbers
        )
        copies = []
        for index, document in zip(numbers, documents, strict=True):
            story, earlier = stories[index % len(stories)], timedelta(days=index // 20)
            changes = {
                "id": None,
                "document_id": document.pk,
                "path": f"/news/story-{index}/",
                "title": f"{story['title']} ({index})"[:200],
                "body_html": story["body_html"][:CHARACTERS],
                "body_text": "",
                "details": story["details"] | {"series": None},
                "dated_on": story["dated_on"] - earlier,
                "live_from": story["live_from"] - earlier,
            }
            copies.append((story["id"], Edition(**story | changes)))
        Edition.objects.bulk_create(edition for _key, edition in copies)
        EditionLabel.objects.bulk_create(
            EditionLabel(**label | {"edition_id": edition.pk, "dated_on": edition.dated_on})
            for key, edition in copies
            for label in labels
            if label["edition_id"] == key
        )


if __name__ == "__main__":
    django.setup()
    with transaction.atomic():
        fill(int(sys.argv[1]))
    if connection.vendor == "postgresql":
        # As its own housekeeping would soon do.
        connection.cursor().execute("ANALYZE")
