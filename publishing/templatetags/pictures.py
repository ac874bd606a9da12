"""`{% picture %}`: one picture in every format and width its screen may want, sized before it is there."""

from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from publishing.media.crops import CROPS, FORMATS, height_at, widths_of

register = template.Library()


@register.simple_tag
def picture(
    snapshot: dict | None,
    crop: str = "full",
    sizes: str = "100vw",
    css: str = "",
    lazy: bool = True,
    alt: str | None = None,
) -> SafeString:
    """The markup for `Image.snapshot()`; nothing for None. `alt` replaces the library's description, "" hides it.

    Raises ValueError for a cut that does not exist: a template's mistake, not a reader's.
    """
    if not snapshot:
        return mark_safe("")
    if crop not in CROPS:
        raise ValueError(f"There is no cut {crop!r}. Choose one of {', '.join(CROPS)}.")
    return markup(
        snapshot["token"],
        snapshot["version"],
        snapshot["width"],
        snapshot["height"],
        crop,
        str(sizes),
        str(css),
        bool(lazy),
        str(snapshot.get("alt", "") if alt is None else alt),
    )


# The same few pictures stand on page after page.
@lru_cache(maxsize=4096)
def markup(
    token: str, version: int, width: int, height: int, crop: str, sizes: str, css: str, lazy: bool, alt: str
) -> SafeString:
    widths = widths_of(crop, width, height)
    # One address is reversed; the others stand beside it.
    folder = address(token, version, crop, widths[0], "jpg").rpartition("/")[0]
    sets = {
        extension: ", ".join(
            f"{folder}/{crop}-{step}.{extension}" + (f" {step}w" if len(widths) > 1 else "") for step in widths
        )
        for extension in FORMATS
    }
    sizing = format_html(' sizes="{}"', sizes) if len(widths) > 1 else ""
    sources = format_html_join(
        "",
        '<source type="{}" srcset="{}"{}>',
        ((FORMATS[extension], sets[extension], sizing) for extension in FORMATS if extension != "jpg"),
    )
    # For browsers without srcset: the one step that suits most columns.
    usual = next((step for step in widths if step >= 800), widths[-1])
    return format_html(
        '<picture>{}<img src="{}" srcset="{}"{} width="{}" height="{}" alt="{}"{}{}></picture>',
        sources,
        f"{folder}/{crop}-{usual}.jpg",
        sets["jpg"],
        sizing,
        widths[-1],
        height_at(crop, width, height, widths[-1]),
        alt,
        format_html(' class="{}"', css) if css else "",
        mark_safe(' loading="lazy" decoding="async"') if lazy else "",
    )


def address(token: str, version: int, crop: str, width: int, extension: str) -> str:
    return reverse(
        "media:image",
        kwargs={"token": token, "version": version, "crop": crop, "width": width, "extension": extension},
    )
