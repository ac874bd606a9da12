"""What a browser would send back from an admin form that nobody touched."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str | list[str]] = {}
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name = attributes.get("name")
        if tag == "input" and name and attributes.get("type") not in {"submit", "file", "image", "button"}:
            if attributes.get("type") in {"checkbox", "radio"} and "checked" not in attributes:
                return
            self.values[name] = attributes.get("value") or ("on" if attributes.get("type") == "checkbox" else "")
        elif tag == "textarea" and name:
            self._area = name
            self.values[name] = ""
        elif tag == "select" and name:
            self._select = name
            self.values.setdefault(name, "")
        elif tag == "option" and self._select and "selected" in attributes:
            self.values[self._select] = attributes.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data):
        if self._area:
            # A browser drops the line break that the tag is followed by.
            self.values[self._area] += data.removeprefix("\n") if not self.values[self._area] else data


def fields_of(html: str) -> dict[str, str | list[str]]:
    """The fields of the page's form and their values, without the empty rows that inlines are copied from."""
    parser = _Fields()
    parser.feed(html)
    return {name: value for name, value in parser.values.items() if "__prefix__" not in name}


def with_row(fields: dict, prefix: str, **values) -> dict:
    """`fields` with one more row of an inline."""
    number = int(fields[f"{prefix}-TOTAL_FORMS"])
    row = {f"{prefix}-{number}-{name}": value for name, value in values.items()}
    return fields | row | {f"{prefix}-TOTAL_FORMS": str(number + 1)}
