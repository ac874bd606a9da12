"""Hostile texts, made here and from nothing else: what a page, a mail, a table or a parser could take for its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import cycle, islice, product
from random import Random

#: What an attack does once it runs. The browser of the run hears each of these.
DEEDS = ["alert(1)", "confirm(1)", "console.error('ran')", "window.ran=1", "fetch('//evil.example/')", "print()"]
QUOTES = [
    "",
    "'",
    '"',
    "`",
    "\\'",
    "</title>",
    "</textarea>",
    "-->",
    "]]>",
    "</script>",
    "</style>",
    "'>",
    '">',
    '\\">',
]
TAGS = [
    "img src=x",
    "svg",
    "body",
    "input autofocus",
    "details open",
    "video src=x",
    "iframe",
    "marquee",
    "math",
    "object data=x",
]
EVENTS = ["onerror", "onload", "onfocus", "ontoggle", "onmouseover", "onpageshow", "onanimationstart", "onbegin"]
SCHEMES = [
    "javascript:",
    "JaVaScRiPt:",
    "java\tscript:",
    "java\nscript:",
    "\x01javascript:",
    "vbscript:",
    "data:text/html,",
]
FORMATS = [
    "{{%s}}",
    "{%% %s %%}",
    "${%s}",
    "#{%s}",
    "<%%= %s %%>",
    "{{=%s}}",
    "*{%s}",
    "[[%s]]",
    "{%s}",
    "@{%s}",
    "%%{%s}",
]
WORDS = [
    "7*7",
    "settings.SECRET_KEY",
    "request.META",
    "self.__class__",
    "config",
    "debug",
    "csrf_token",
    "0",
    "message",
]
SQL = [
    "' OR '1'='1",
    "'; DROP TABLE enquiries_enquiry;--",
    '" OR ""="',
    "1) UNION SELECT NULL--",
    "\\'; --",
    "%' --",
    "$$;",
    "||'x'||",
]
PERCENTS = [
    "%s",
    "%n",
    "%x",
    "%(message)s",
    "%%",
    "%00",
    "%0d%0a",
    "{0}",
    "{0.__class__}",
    "%1$s",
    "\\u0000",
    "&#0;",
    "&amp;lt;",
]
CELLS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "'=", "＝", "＋", "|", "%"]
FORMULAS = [
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("https://evil.example","x")',
    "SUM(A1:A9)",
    "IMPORTXML(A1)",
    "DDE(1)",
]
HEADERS = [
    "Bcc: evil@example.org",
    "To: evil@example.org",
    "Content-Type: text/html",
    "Subject: x",
    "\r\n.\r\nMAIL FROM:<e@e.example>",
]
#: Line breaks of every kind, and signs that some parser takes for one.
BREAKS = ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r\n\r\n", "\n\r"]
CONTROLS = [chr(n) for n in [*range(32), *range(127, 160)]]
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\u115f\ufe0f\U000e0001\U000e0020\U000e007f"
#: Grow many times when they are normalised or change their case.
GROWING = "\ufdfa\ufdfb\u1fb7\u0390\ufb03ßŉǰİ\u1e9e\u3316"
EMOJI = [
    "👩‍👩‍👧‍👦",
    "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "👍🏽",
    "🇬🇧",
    "❤️‍🔥",
    "👨‍🦽‍➡️",
    "#️⃣",
]
EDGES = ["\ud7ff", "\ue000", "\ufffd", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "\U000f0000", "\uf8ff"]
MARKS = [chr(n) for n in range(0x300, 0x370)] + ["\u0489", "\u20dd", "\u1ab0", "\u0e49", "\u0f39"]
SCRIPTS = ["زينب", "שלום", "ünïcödé", "ŵŷ", "汉字", "हिन्दी", "ไทย", "Ελληνικά", "мир", "ትግርኛ", "𝔘𝔫𝔦", "ｆｕｌｌ"]
#: Valid nowhere, sent as raw bytes alone.
IMPOSSIBLE = ["\x00", "a\x00b", "\ud800", "\udfff", "x\udc00\ud800y"]


def families() -> dict[str, Iterator[str]]:
    random = Random(4)
    return {
        "elements": (f"{q}<{t} {e}={d}>" for q, t, e, d in product(QUOTES, TAGS, EVENTS, DEEDS)),
        "scripts": (f"{q}{o}{d}{c}" for q, d, (o, c) in product(QUOTES, DEEDS, _script_tags())),
        "attributes": (f"{q} {e}={d} x={q}" for q, e, d in product(QUOTES, EVENTS, DEEDS)),
        "addresses": (f"{a}{s}{d}" for s, d, a in product(SCHEMES, DEEDS, ["", "<a href=", "[x](", "//", "url("])),
        "templates": (f % w for f, w in product(FORMATS, WORDS)),
        "queries": (f"{q}{s}{n}" for q, s, n in product(QUOTES[:6], SQL, ["", "1", "#"])),
        "formats": (p * n + w for p, n, w in product(PERCENTS, (1, 3, 40), ("", "s", "5$n"))),
        "cells": (f"{c}{f}" for c, f in product(CELLS, FORMULAS)),
        "headers": (f"{w}{b}{h}" for w, b, h in product(("", "Ann", '"Ann" <'), BREAKS, HEADERS)),
        "controls": (f"a{c}{w}" for c, w in product(CONTROLS[1:], ("", "b", "\x7f", "<b>"))),
        "direction": (f"{a}{x}{b}{s}" for a, b, x, s in product(BIDI, BIDI, ("x", "gpj.exe"), SCRIPTS[:2])),
        "invisible": (f"{a}{b}{w}" for a, b, w in product(INVISIBLE, INVISIBLE, ("", "word"))),
        "growing": (g * n + s for g, n, s in product(GROWING, (1, 11, 180), ("", "i", "\u0301"))),
        "emoji": (a * n + b for a, b, n in product(EMOJI, EMOJI, (1, 20))),
        "edges": (f"{a}{b}{c}" for a, b, c in product(EDGES, ("", "x", "\u0301"), EDGES)),
        "towers": (f"Z{''.join(random.choices(MARKS, k=k))}{w}" for k, w in product((1, 8, 60, 190), SCRIPTS)),
        "scripts of the world": (f"{a} {b}{unicodedata.normalize(f, b)}" for a, b in product(SCRIPTS, SCRIPTS)
                                 for f in ("NFC", "NFD", "NFKC", "NFKD")),
        "long": (w * (190 // len(w)) for w in ("a", "ŵ", "<b>", "&amp;", "'", '"', "(", "\\", "%", ".", "@", "1")),
        "nearly closed": (f"{o * n}{w}" for o, n, w in product(("<", "<!--", "<![CDATA[", "&"), (1, 9, 19), DEEDS)),
    }  # fmt: skip


def _script_tags() -> list[tuple[str, str]]:
    return [
        ("<script>", "</script>"),
        ("<ScRiPt/x>", "</sCrIpT>"),
        ("<scr<script>ipt>", "</script>"),
        ("&lt;script&gt;", "&lt;/script&gt;"),
        ("\uff1cscript\uff1e", "\uff1c/script\uff1e"),
        ("<style>@import '//evil.example';", "</style>"),
        ("<template><script>", "</script></template>"),
        ("<noscript><p title='</noscript><script>", "</script>'>"),
    ]


def hostile_texts(count: int) -> list[str]:
    """So many different texts of at most 200 characters, some of every family, the same ones each time."""
    random = Random(5)
    mixed: list[list[str]] = []
    for texts in families().values():
        family = list(dict.fromkeys(texts))
        random.shuffle(family)
        mixed.append(family)
    found: dict[str, None] = {}
    # In turn, one of each family, until the small ones are used up.
    places = cycle(range(len(mixed)))
    while len(found) < count and any(mixed):
        family = mixed[next(places)]
        if family and len(text := family.pop()) <= 200 and text.strip():
            found[text] = None
    return list(islice(found, count))
