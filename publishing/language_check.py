"""Finds words that are read aloud in the wrong voice: Welsh that is not marked as Welsh, and English that is.

It counts the small words of both languages. That tells the two apart in a heading of three words, and knows nothing of
any other language.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.utils.html import format_html, format_html_join

from publishing.languages import SITE
from publishing.models import Edition

WELSH = "cy"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# No word that the other language has too, such as "a", "am", "hi", "pan" and "plant", or that is a name: "Pam".
_WELSH_WORDS = _words("""
    ac ag ar beth ble bod bydd byddaf byddwch cael cartref chi chwestiwn croeso cymdeithasol cymorth cyn dach ddim
    dim diolch dod dros drwy dy efo ei eich ein er eu felly fod fy fydd gall gallwch gan gartref gweithiwr gwneud
    gwybodaeth gyda gydag gyfer hawliau heb hefyd hwn hyd hyn hynny iaith lle mae mewn mynd na nad nes neu nhw ni
    nid oddi oedd oes ofyn ond os pa plentyn pob pryd pwy rhag rhagor rhai rhaid rhoi rhwng roedd rydw rydych rydym
    rydyn siarad sut sy sydd taid teulu teuluoedd trwy un wedi weithiwr wneud wrth y ydw ydy ydych ydyn ym yma
    ymweliad yn yng yno yr ysgol yw â
""")
_ENGLISH_WORDS = _words("""
    about after an and are as at be because before but by can children do for from get has have how if in is it me more
    my no not of on or our out she so that the their them there they this to up was we what when where which who why
    will with you your
""")
_ADDRESS = re.compile(r"https?://\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Letters that English never has, "w" as a vowel, endings of verbs and plurals, and what is joined: "i’r", "mae’n".
_WELSH_SHAPE = re.compile(
    r".*[ŵŷ]|.*[b-df-hj-np-tvxz]w[b-df-hj-np-tvxz]|.{2,}(?:wch|oedd|iaeth|iadau)$|ngh|"
    r".*[aeiouwyâ]['’](?:r|n|w|ch|i|u)$"
)
_INLINE = _words("a abbr b cite code em i q s small span strong sub sup time u")
_VOID = _words("area base br col embed hr img input link meta source track wbr")
_UNREAD = _words("script style svg")
_NAMES = ("alt", "title", "aria-label", "placeholder")


def language_of(text: str) -> str:
    """`cy`, the site's language, or "" when the words do not tell."""
    words = [word for word in _WORD.findall(_ADDRESS.sub("", text)) if not (len(word) > 1 and word.isupper())]
    welsh = sum(word.lower() in _WELSH_WORDS or bool(_WELSH_SHAPE.match(word.lower())) for word in words)
    english = sum(word.lower() in _ENGLISH_WORDS for word in words)
    if welsh > english and welsh * 8 >= len(words):
        return WELSH
    return SITE if english > welsh else ""


class _Voices(HTMLParser):
    """Collects what is read in one breath with the language it is marked with, and each inline part once more."""

    def __init__(self, html: str):
        super().__init__()
        self.texts: list[tuple[str, str]] = []
        #: The open elements: the tag, its language, and the lists that its words go to.
        self.open: list[tuple[str, str, list[list[str]]]] = [("", SITE, [[]])]
        self.feed(html)
        self.close()
        while self.open:
            self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        _tag, around, runs = self.open[-1]
        language = (given.get("lang") or around).lower()
        for name in _NAMES if tag != "meta" else ("content",) if given.get("name") == "description" else ():
            self.texts.append((language, given.get(name) or ""))
        if tag not in _VOID:
            is_joined = tag in _INLINE and language == around
            self.open.append((tag, language, [runs[0], []] if is_joined else [[]]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._end()

    def _end(self) -> None:
        tag, language, runs = self.open.pop()
        if tag not in _UNREAD:
            self.texts.append((language, " ".join("".join(runs[-1]).split())))

    def handle_data(self, data: str) -> None:
        for run in self.open[-1][2]:
            run.append(data)


def wrongly_marked(html: str) -> Iterator[tuple[str, str]]:
    """Each text in `html` that is marked as English and reads as Welsh, or the reverse, with what it reads as.

    What is marked as another language is not judged.
    """
    for language, text in _Voices(html).texts:
        likely = language_of(text)
        if likely and language in (SITE, WELSH) and likely != language:
            yield text, likely


def wrongly_marked_in(edition: Edition) -> list[tuple[str, str]]:
    """The same of the words that staff wrote for a page."""
    texts = [edition.title, edition.standfirst, edition.content_note]
    if edition.picture:
        texts.append(edition.picture["caption"])
    own = format_html_join("", "<p{}>{}</p>", ((edition.lang, text) for text in texts))
    alt = format_html('<img alt="{}"{}>', edition.picture["alt"], edition.picture.alt_lang) if edition.picture else ""
    return list(dict.fromkeys(wrongly_marked(own + alt + edition.body_html)))
