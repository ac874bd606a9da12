"""Every kind of public page of the demonstration site, by the name a failing test shows."""

from __future__ import annotations

import json

from tests.running_site import RunningSite

PAGES = {
    "home": "/",
    "news": "/news/",
    "news, page 2": "/news/?page=2",
    "news on a topic": "/news/?topic=online-safety",
    "nothing found": "/news/?topic=schools&kind=interview",
    "sensitive article": "/news/online-grooming-offences-record-high/",
    "interview under a pseudonym": "/news/interview-callum-reads-his-file/",
    "part of a series": "/news/around-one-child-the-guardian/",
    "article about the campaign": "/news/respect4socialwork-campaign-launches/",
    "resources": "/resources/",
    "resources for families": "/resources/?for=families",
    "explainer": "/resources/myths-about-social-work/",
    "guide to download": "/resources/talking-about-life-online/",
    "guide in Welsh": "/resources/ymweliad-ar-ty/",
    "topic": "/topics/online-safety/",
    "author": "/authors/children-first-news-team/",
    "series": "/series/around-one-child/",
    "interview": "/news/interview-a-year-of-thursdays/",
    "campaigns": "/campaigns/",
    "campaign": "/campaigns/respect4socialwork/",
    "closed campaign": "/campaigns/childrens-charter/",
    "contact": "/contact/",
    "get help now": "/get-help-now/",
    "staying safe online": "/staying-safe-online/",
    "about": "/about/",
    "privacy": "/privacy/",
    "accessibility": "/accessibility/",
    "complaints": "/complaints/",
    "services": "/services/",
    "a service": "/services/assessments/",
    "enquiry": "/enquiries/new/",
    "enquiry sent, too late": "/enquiries/sent/nothing/",
    "no such page": "/no-such-page/",
}

_RENDER_ERRORS = """
import json
from django.test import RequestFactory
from pages.views import errors
request = RequestFactory().get("/somewhere/")
answers = {status: errors._answer(request, status) for status in (400, 403, 410, 413, 429)}
answers |= {status: errors._plain_answer(status) for status in (500, 503)}
print(json.dumps({status: answer.content.decode() for status, answer in answers.items()}))
"""


def error_pages(site: RunningSite) -> dict[str, str]:
    """The pages for what cannot be brought about from outside, rendered in the site's own surroundings."""
    return json.loads(site.manage("shell", "--no-imports", "-c", _RENDER_ERRORS).strip().splitlines()[-1])
