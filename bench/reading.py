"""`python -m bench.reading`: how easy the pages and the forms for families and young people are to read.

The Flesch-Kincaid grade is the school year, counted as in the United States, in which most children can read a text:
0.39 * words per sentence + 11.8 * syllables per word - 15.59 (Kincaid and others, 1975). Grade 6 is read at eleven
or twelve. Exit status 1 when a page is harder than its target or has a sentence that is too long.

Read is the finished text of published pages. Headings and numbers are left out, as they would flatter; so is Welsh,
for which the formula was not made. Syllables come from syllapy: over all of the demonstration its grade differs by
0.03 from that of the CMU Pronouncing Dictionary.
"""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

import syllapy

FAMILIES, YOUNG_PEOPLE = 6.0, 5.0
#: An average hides one terrible sentence.
LONGEST_SENTENCE = 30
#: Resources say themselves whether they are for professionals alone; standing pages do not say whom they are for.
TARGETS = {
    "/families/": FAMILIES,
    "/young-people/": YOUNG_PEOPLE,
    "/get-help-now/": FAMILIES,
    "/staying-safe-online/": FAMILIES,
    "/complaints/": FAMILIES,
    "/services/assessments/": FAMILIES,
    "/services/therapy-and-support/": FAMILIES,
}
SHORTEST_PASSAGE = 5
#: Each with its mistakes too: `form_page`.
FORMS = {"/contact/write/": FAMILIES, "/contact/write/plain/": YOUNG_PEOPLE}
INLINE = frozenset({"a", "abbr", "b", "cite", "em", "i", "span", "strong", "time"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
VOID = frozenset({"br", "hr", "img", "input", "source", "wbr", "path", "circle", "rect", "use"})
END_OF_SENTENCE = re.compile(r"(?<=[.!?…])[”’)]*\s+")
WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


class Passages(HTMLParser):
    """The English text of some HTML: one string for each paragraph, item of a list or label."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found = [""]
        self.skipped: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INLINE:
            self.found.append("")
        language = dict(attrs).get("lang") or "en"
        is_skipped = tag in HEADINGS | {"sup", "svg"} or not language.startswith("en")
        if tag not in VOID and (self.skipped or is_skipped):
            self.skipped.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.skipped and tag not in VOID:
            self.skipped.pop()
        if tag not in INLINE | {"sup"}:
            self.found.append("")

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.found[-1] += data


def sentences(html: str) -> Iterator[list[str]]:
    """The words of each sentence."""
    for passage in Passages(html).found:
        for sentence in END_OF_SENTENCE.split(passage):
            if words := WORD.findall(sentence):
                yield words


def syllables(word: str) -> int:
    return max(1, syllapy.count(word.replace("’", "'")))


def grade(html: str) -> float:
    """The Flesch-Kincaid grade of a text of at least one word."""
    found = list(sentences(html))
    words = [word for sentence in found for word in sentence]
    per_word = sum(map(syllables, words)) / len(words)
    return 0.39 * len(words) / len(found) + 11.8 * per_word - 15.59


def pages_with_targets() -> Iterator[tuple[str, str, float]]:
    """Path, HTML and highest grade of each published English page for families or young people."""
    from django.utils import timezone

    from publishing.languages import SITE
    from publishing.models import Edition

    for edition in Edition.objects.live(at=timezone.now()).filter(language=SITE).order_by("path"):
        is_for_families = edition.details.get("audience", "professionals") != "professionals"
        target = TARGETS.get(edition.path, FAMILIES if is_for_families else None)
        if target:
            yield edition.path, f"<p>{edition.standfirst}</p>{edition.body_html}", target


def form_page(path: str) -> str:
    """All that a person can meet there: the questions, the notes, what is folded, and what is said of mistakes.

    Without labels and answers of a few words, such as "By email", which would make any form look easy.
    """
    from django.test import Client

    from enquiries.questions import Way, questions_of

    (main,) = re.findall(r"<main.*?</main>", Client().get(path).text, re.DOTALL)
    way = Way.PLAIN if "plain" in path else Way.FAMILIES
    mistakes = "".join(f"<p>{question.words[way].missing}</p>" for question in questions_of(way))
    long = [passage for passage in Passages(main + mistakes).found if len(WORD.findall(passage)) >= SHORTEST_PASSAGE]
    return "".join(f"<p>{passage}</p>" for passage in long)


def forms_with_targets() -> Iterator[tuple[str, str, float]]:
    return ((path, form_page(path), target) for path, target in FORMS.items())


def longest_sentence(html: str) -> int:
    """In words."""
    return max(map(len, sentences(html)))


def table(pages: Iterable[tuple[str, str, float]]) -> tuple[str, list[str]]:
    """Lines to print, and the paths of pages that are too hard."""
    lines = [f"{'page':52} grade  at most  longest sentence (at most {LONGEST_SENTENCE})"]
    missed = []
    for path, html, target in pages:
        found, longest = round(grade(html), 1), longest_sentence(html)
        is_missed = found > target or longest > LONGEST_SENTENCE
        missed += [path] * is_missed
        lines.append(f"{path:52} {found:5.1f}  {target:7.1f}  {longest:7}{'  MISSED' * is_missed}")
    return "\n".join(lines), missed


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command

    from pages.demo.load import load_demo

    call_command("migrate", verbosity=0)
    load_demo(by=None)
    lines, missed = table([*pages_with_targets(), *forms_with_targets()])
    print(lines)
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
