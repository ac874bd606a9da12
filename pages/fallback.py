"""What the site says while the database cannot be asked, and until staff have written something of their own."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SITE_NAME = "Children First"
EXIT_URL = "https://www.bbc.co.uk/weather"
# Printed on the pages for 500 and 503, and everywhere until staff have written down helplines of their own.
HELPLINES: list[dict[str, Any]] = [
    {
        "name": _("Emergency"),
        "note": _("Danger right now. On a mobile and cannot speak? Call, and press 55 when asked"),
        "number": "999",
        "is_emergency": True,
        "shown_in": "panel",
    },
    {
        "name": "Childline",
        "note": _("For anyone under 19. Free"),
        "number": "0800 1111",
        "is_emergency": False,
        "shown_in": "panel",
    },
    {
        "name": "NSPCC Helpline",
        "note": _("For adults who are worried about a child"),
        "number": "0808 800 5000",
        "is_emergency": False,
        "shown_in": "panel",
    },
    {
        "name": _("National Domestic Abuse Helpline"),
        "note": _("For women who are afraid of somebody at home, and those who worry about them. Free, day and night"),
        "number": "0808 2000 247",
        "is_emergency": False,
        "shown_in": "page",
    },
    {
        "name": _("Police, not an emergency"),
        "note": _("To report something that is not happening now"),
        "number": "101",
        "is_emergency": False,
        "shown_in": "page",
    },
]
