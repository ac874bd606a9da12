"""What the site is called and looks like, for a phone that keeps a link to it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core.brand import brand_colour
from pages.context_processors import layout


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """It asks to stay in the browser: the site offers nobody to install it.

    An app among the others on a phone would tell whoever picks it up where its owner looks for help.
    """
    name = layout(request)["site"]["name"]
    icons = [
        ("icon-192", "192x192", "any"),
        ("icon-512", "512x512", "any"),
        ("icon-maskable-512", "512x512", "maskable"),
    ]
    facts = {
        "name": name,
        "short_name": name,
        "start_url": "/",
        "display": "browser",
        "background_color": "#ffffff",
        "icons": [
            {"src": f"/{file}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for file, size, purpose in icons
        ],
    }
    if brand_colour():
        facts["theme_color"] = brand_colour()
    response = JsonResponse(facts, content_type="application/manifest+json")
    response.headers["Cache-Control"] = "max-age=600"
    return response
