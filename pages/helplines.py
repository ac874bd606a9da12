"""Which helplines "Get help now" and its card show, and in which groups: by nation and by who somebody is."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.http import with_query
from publishing.models import Helpline

Line = dict[str, Any]
Choices = list[tuple[str, Any]]

NATIONS: Choices = [("", _("anywhere in the UK")), *Helpline.Nation.choices]
PEOPLE: Choices = [("", _("anybody")), *Helpline.Person.choices]
#: What a card says beside each number.
NAMES: Choices = [("", _("names and numbers")), ("no", _("first letters and numbers"))]
#: As many numbers as a card of the size of a bank card holds, folded once, beside two free lines.
CARD_HOLDS = 10
_OWN_WAYS = ("number", "text_number", "chat_url", "email", "bsl_url")
_GROUPS = {
    "ring": {"heading": _("Ring")},
    "write": {
        "heading": _("Write: text, chat or e-mail"),
        "link": _("Ways to write"),
        "words": _(
            "For when you cannot speak, or somebody could hear you. You can text 999 too, but only from a phone that "
            "is registered for it: text the word register to 999 today, before you need it."
        ),
    },
    "sign": {
        "heading": _("Sign in British Sign Language"),
        "link": _("Sign language"),
        "words": _(
            "A video call with an interpreter, or with somebody who signs. 999 BSL answers day and night, for police, "
            "ambulance and fire. The others answer at their own hours."
        ),
    },
    "look-up": {"heading": _("Tell the children’s services where the child lives")},
}


@dataclass(frozen=True)
class Choice:
    """What somebody chose in the address: `?nation=wales&i-am=parent`. Raises Http404 for an unknown value."""

    nation: str = ""
    person: str = ""

    def __post_init__(self) -> None:
        if self.nation not in dict(NATIONS) or self.person not in dict(PEOPLE):
            raise Http404

    @classmethod
    def asked(cls, query: QueryDict) -> "Choice":
        return cls(query.get("nation", ""), query.get("i-am", ""))

    @property
    def words(self) -> str:
        """Such as "a parent or carer, Wales"; empty without a choice."""
        chosen = [self.person and dict(PEOPLE)[self.person], self.nation and dict(NATIONS)[self.nation]]
        return ", ".join(str(words) for words in chosen if words)

    @property
    def url(self) -> str:
        return with_query(reverse("pages:help"), **{"nation": self.nation, "i-am": self.person})

    def matches(self, line: Line) -> bool:
        """A line that names no nation is for all of them, and one that names no people for everybody."""
        is_there = not self.nation or not line["nations"] or self.nation in line["nations"]
        return is_there and (not self.person or not line["people"] or self.person in line["people"])


def help_context(helplines: list[Line], choice: Choice) -> dict[str, Any]:
    """Everything that `pages/get_help_now.html` shows but the text of staff."""
    panel = [line for line in helplines[1:] if line["shown_in"] == Helpline.ShownIn.PANEL]
    # Without a choice those of every page come first: a phone would need fifteen screens for all.
    fits = choice.matches if choice.words else lambda line: line["shown_in"] != Helpline.ShownIn.PAGE
    named = {value for line in helplines for value in [*line["nations"], *line["people"], ""]}
    return {
        "first_lines": [helplines[0], *panel[:1]],
        "nations": [_option(words, Choice(value, choice.person), choice) for value, words in NATIONS if value in named],
        "people": [_option(words, Choice(choice.nation, value), choice) for value, words in PEOPLE if value in named],
        "chosen": choice.words,
        "groups": in_groups([line for line in helplines if fits(line)], choice),
        "other_groups": in_groups([line for line in helplines if not fits(line)], choice),
    }


def _option(words: Any, leads_to: Choice, choice: Choice) -> dict[str, Any]:
    return {"label": words, "url": f"{leads_to.url}#lines", "is_current": leads_to == choice}


def in_groups(lines: list[Line], choice: Choice) -> list[dict[str, Any]]:
    """Put lines under each way to reach them, for deaf people sign language first.

    Those with nothing but a website are where to look a number up.
    """
    found = {
        "ring": [line for line in lines if line["number"]],
        "write": [line for line in lines if line["text_number"] or line["chat_url"] or line["email"]],
        "sign": [line for line in lines if line["bsl_url"]],
        "look-up": [line for line in lines if not any(line[way] for way in _OWN_WAYS)],
    }
    ways = ["sign", "write", "ring", "look-up"] if choice.person == Helpline.Person.DEAF else list(_GROUPS)
    return [{"way": way, "lines": found[way], **_GROUPS[way]} for way in ways if found[way]]


def card_context(helplines: list[Line], *, nation: str, names: str) -> dict[str, Any]:
    """What `pages/help_card.html` shows. Raises Http404 for an unknown choice."""
    if names not in dict(NAMES):
        raise Http404
    chosen = Choice(nation=nation)

    def option(words: Any, **changed: str) -> dict[str, Any]:
        query = {"nation": nation, "names": names} | changed
        is_current = query == {"nation": nation, "names": names}
        return {"label": words, "url": with_query(reverse("pages:help_card"), **query), "is_current": is_current}

    return {
        "lines": card_lines(helplines, chosen),
        "has_names": not names,
        "nations": [option(words, nation=value) for value, words in NATIONS],
        "names": [option(words, names=value) for value, words in NAMES],
    }


def card_lines(helplines: list[Line], chosen: Choice) -> list[Line]:
    """Find what fits on a card: the lines of every page, and those of the chosen nation alone."""
    return [
        line
        for line in helplines
        if chosen.matches(line)
        and (line["number"] or line["text_number"])
        and (line["is_emergency"] or line["shown_in"] != Helpline.ShownIn.PAGE or line["nations"] == [chosen.nation])
    ][:CARD_HOLDS]
