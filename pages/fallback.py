"""Words for pages without a database, and for a new site until staff have written their own."""

import tomllib
from pathlib import Path
from typing import Any

SITE_NAME = "Children First"
EXIT_URL = "https://www.bbc.co.uk/weather"
_BLANK = dict.fromkeys(
    ["number", "text_number", "text_word", "chat_url", "email", "bsl_url", "website", "hours", "nations", "people"], ""
)
_HELPLINES = tomllib.loads(Path(__file__).with_name("helplines.toml").read_text("utf-8"))["helplines"]
#: Printed on the pages for 500 and 503, everywhere until staff have written their own, and in the demonstration.
HELPLINES: list[dict[str, Any]] = [{"is_emergency": False, **_BLANK, **line} for line in _HELPLINES]
