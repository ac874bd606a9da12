"""Says in which language something is written where that is not the language around it.

`settings.LANGUAGES` lists what there is. Pages as a whole are in the language of the site: their menus are.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info

SITE: str = settings.LANGUAGE_CODE

#: The territory that Open Graph wants to hear, where it is not called as the language is.
_TERRITORIES = {"cy": "GB", "gd": "GB", "ga": "IE", "uk": "UA", "ur": "PK", "pa": "IN", "bn": "IN"}


class LanguageField(models.CharField):
    """One of `settings.LANGUAGES`. Adding a language to that list needs no migration."""

    def __init__(self, verbose_name: Any = None, **options: Any):
        options.setdefault("max_length", 8)
        options.setdefault("choices", settings.LANGUAGES)
        super().__init__(verbose_name, **options)

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        options.pop("choices", None)
        return name, path, args, options


def lang_attributes(language: str, *, within: str = SITE) -> SafeString:
    """What an element in `language` needs inside one in another: ` lang="ur" dir="rtl"`, or nothing in the same."""
    if language == within:
        return mark_safe("")
    is_rtl, is_rtl_around = (get_language_info(code)["bidi"] for code in (language, within))
    direction = format_html(' dir="{}"', "rtl" if is_rtl else "ltr") if is_rtl != is_rtl_around else ""
    return format_html(' lang="{}"{}', language, direction)


def open_graph_locale(language: str) -> str:
    """How sites that show a card of a page name its language: "cy_GB"."""
    code, _hyphen, territory = language.partition("-")
    return f"{code}_{(territory or _TERRITORIES.get(code, code)).upper()}"


def own_name(language: str) -> str:
    """What those who read it call it, without the country: "English", "Cymraeg"."""
    return get_language_info(language.partition("-")[0])["name_local"]
