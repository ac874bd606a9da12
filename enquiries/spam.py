"""Judges whether an enquiry looks as if a program sent it.

Such an enquiry is stored like any other and set apart: staff see it and release it. The sender sees the same page as
everybody, so nobody learns a rule by trying. A person who is set apart waits longer for an answer, so each rule is one
that a person in distress hardly ever breaks.

Nothing that a person wrote is kept for the judgement. Texts, sites and addresses are counted by keyed hash, in rows
that the worker deletes once the time given here is over.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from core import throttle
from enquiries.answers import Answers
from enquiries.models import Enquiry

Reason = Enquiry.QuarantineReason

# The people of a refuge, a school or a mobile network share an address, and in a crisis all of them write.
PER_ADDRESS, PER_ADDRESS_WINDOW = 60, timedelta(minutes=10)
# A person who hears nothing sends a message again. A program sends the same text all day, from many addresses.
REPEATS, REPEATS_WINDOW = 5, timedelta(hours=6)
# Many people write the same one line: "please help me", "why do I have to go if I don't want to".
ONE_LINE, REPEATS_OF_ONE_LINE = 60, 20
# The form was sent again with other answers. A person does so once or twice, a program that recorded a page does no
# other thing.
REPLAYS, REPLAYS_WINDOW = 3, timedelta(hours=1)
# Many addresses write little but a link to one site.
SENDERS, SITES, SITES_WINDOW = 10, 3, timedelta(hours=1)

# Solicitors send links to the bundle of a case, but between words of their own.
LINKS, LINKS_AT_MOST = 3, 20
WORDS_PER_LINK, FEW_WORDS = 5, 15
LINK = re.compile(r"(?:https?://|www\.)([^\s/?#:<>\[\]\"']{0,253})[^\s<>\[\]\"']*", re.IGNORECASE)
# People paste an address. Programs write the markup of a forum.
MARKUP = re.compile(r"\[(?:url|link)\b|<a\s", re.IGNORECASE)
WITHOUT_LINKS = ("name", "relation", "job", "phone")
# Everybody may link to these as often as they like.
PUBLIC_BODIES = re.compile(r"(^|\.)((gov|judiciary|parliament|nhs|police|sch|ac)\.uk|gov\.(wales|scot)|bailii\.org)$")


def judge(*, answers: Answers, address: str) -> Reason | None:
    """Count this enquiry and return what makes it look automatic, or None.

    Call it once, in the transaction that stores the enquiry: a rollback takes back the counts. On PostgreSQL the rows
    of the counts are locked until that transaction ends, always in this order.
    """
    sites = _linked_sites(answers.message)
    words = len(LINK.sub(" ", answers.message).split())
    is_within = throttle.hit(purpose="enquiry", identity=address, limit=PER_ADDRESS, window=PER_ADDRESS_WINDOW)
    is_flood = words < FEW_WORDS and _are_linked_from_everywhere(sites, address=address)
    is_repeat = _is_repeated(answers.message)
    is_replayed = _replays(throttle.is_spent, address=address)
    if _has_links_of_a_program(answers, links=len(sites), words=words):
        return Reason.LINKS
    if is_repeat or is_replayed:
        return Reason.REPEAT
    if is_flood:
        return Reason.FLOOD
    return None if is_within else Reason.ADDRESS


def count_replay(*, address: str) -> None:
    """Count that a form was sent again with other answers. Call it outside the transaction that was rolled back."""
    _replays(throttle.hit, address=address)


def _replays(count: Callable[..., bool], *, address: str) -> bool:
    return count(purpose="enquiry-replay", identity=address, limit=REPLAYS, window=REPLAYS_WINDOW)


def _linked_sites(text: str) -> list[str]:
    """Return the site of each link that leads neither to a public body nor to us."""
    own = urlsplit(settings.SITE_URL).hostname
    sites = (site.lower().removeprefix("www.") for site in LINK.findall(text))
    return [site for site in sites if site != own and not PUBLIC_BODIES.search(site)]


def _has_links_of_a_program(answers: Answers, *, links: int, words: int) -> bool:
    return bool(
        MARKUP.search(answers.message)
        or any(LINK.search(getattr(answers, name)) for name in WITHOUT_LINKS)
        or links > LINKS_AT_MOST
        or (links > LINKS and words < links * WORDS_PER_LINK)
    )


def _is_repeated(text: str) -> bool:
    """Count the text without its spaces and signs. Numbers count: an office asks for one case after another."""
    letters = "".join(filter(str.isalnum, text.casefold())) or text.strip()
    limit = REPEATS if len(letters) > ONE_LINE else REPEATS_OF_ONE_LINE
    return not throttle.hit(purpose="enquiry-text", identity=letters, limit=limit, window=REPEATS_WINDOW)


def _are_linked_from_everywhere(sites: list[str], *, address: str) -> bool:
    """Count each address once for a site."""
    is_everywhere = False
    for site in sorted(set(sites))[:SITES]:
        known: dict[str, Any] = {"purpose": "enquiry-site", "identity": site, "limit": SENDERS + 1}
        sender = f"{site} {address}"
        if throttle.hit(purpose="enquiry-site-sender", identity=sender, limit=1, window=SITES_WINDOW):
            throttle.hit(**known, window=SITES_WINDOW)
        is_everywhere |= throttle.is_spent(**known, window=SITES_WINDOW)
    return is_everywhere
