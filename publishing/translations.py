"""Which public pages say the same in different languages."""

from typing import Any

from core.content import Period
from publishing.languages import lang_attributes, own_name
from publishing.models import Edition


def translations_of(edition: Edition, *, period: Period) -> list[dict[str, Any]]:
    """The pages that say the same as this one: `path`, `language`, its own `name`, and `lang` for what prints it."""
    original = edition.translation_of_id or edition.document_id
    found: dict[int, tuple[str, str]] = {}
    for row in period.rows["translations"]:
        if row["translation_of_id"] == original:
            if row["original_path"]:
                found[original] = row["original_language"], row["original_path"]
            found[row["document_id"]] = row["language"], row["path"]
    found.pop(edition.document_id, None)
    return [
        {"path": path, "language": language, "name": own_name(language), "lang": lang_attributes(language)}
        for language, path in found.values()
        if language != edition.language
    ]
