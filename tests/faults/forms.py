"""The forms of a page as a browser sees them: their fields, what these hold, and what they offer."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

TEXT_TYPES = {"text", "email", "tel", "url", "search"}


@dataclass
class Form:
    """The form of a page that carries our token."""

    action: str = ""
    #: What a browser sends if nobody touches it.
    values: dict[str, str | list[str]] = field(default_factory=dict)
    #: Names of the fields that people type in.
    texts: list[str] = field(default_factory=list)
    #: Radio buttons, checkboxes and lists: what each offers.
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._area = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text" if tag == "input" else "")
        if tag == "form":
            self._form = Form(action=given.get("action", ""))
            self.forms.append(self._form)
        if self._form is None or "disabled" in given:
            return
        form = self._form
        if tag == "textarea":
            self._area = name
            form.texts.append(name)
            form.values[name] = ""
        elif tag == "select":
            self._select = name
            form.values[name] = ""
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(given.get("value", ""))
            if "selected" in given:
                form.values[self._select] = given.get("value", "")
        elif tag == "button" and name:
            form.buttons.setdefault(name, given.get("value", ""))
        elif tag == "input" and name:
            self._input(form, name, kind, given)

    @staticmethod
    def _input(form: Form, name: str, kind: str, given: dict[str, str]) -> None:
        if kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.values[name] = given.get("value", "on")
        elif kind in TEXT_TYPES | {"hidden"}:
            form.values[name] = given.get("value", "")
            # No person reaches the field that is there for programs.
            if kind != "hidden" and given.get("tabindex") != "-1":
                form.texts.append(name)

    def handle_data(self, data: str) -> None:
        if self._area and self._form:
            held = self._form.values[self._area]
            # A browser drops the line break that follows the tag.
            self._form.values[self._area] = f"{held}{data if held else data.removeprefix(chr(10))}"

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._form = None


def forms_of(html: str) -> list[Form]:
    parser = _Forms()
    parser.feed(html)
    parser.close()
    return parser.forms


def form_of(html: str) -> Form | None:
    return next((form for form in forms_of(html) if "token" in form.values), None)
