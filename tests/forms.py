"""Reads the forms of a page as a browser would send them back."""

from html.parser import HTMLParser
from typing import Any


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[dict[str, Any]] = []
        self.form: dict[str, Any] | None = None
        self.select: str | None = None
        self.area: str | None = None
        self.text = ""
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "form":
            self.form = {"id": given.get("id", ""), "action": given.get("action", ""), "values": {}}
            self.forms.append(self.form)
        elif self.form is None or "disabled" in given:
            return
        elif tag == "input":
            self.input(given)
        elif tag == "select":
            self.select, self.options = given.get("name"), []
        elif tag == "option" and self.select:
            self.options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            self.area, self.text = given.get("name"), ""

    def input(self, given: dict[str, Any]) -> None:
        kind, name = given.get("type", "text"), given.get("name")
        if not name or kind in {"submit", "file", "image", "button"}:
            return
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        self.add(name, given.get("value", "on" if kind == "checkbox" else ""))

    def add(self, name: str, value: str | None) -> None:
        self.form["values"].setdefault(name, []).append(value or "")  # type: ignore[index]

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select" and self.select and self.form is not None:
            chosen = [value for value, selected in self.options if selected]
            for value in chosen or [value for value, _selected in self.options[:1]]:
                self.add(self.select, value)
            self.select = None
        elif tag == "textarea" and self.area is not None and self.form is not None:
            self.add(self.area, self.text.removeprefix("\n"))
            self.area = None


def form_values(response: Any, ident: str) -> dict[str, Any]:
    """Return what the form with the id `ident` (or whose action ends so) would send."""
    reader = _Forms()
    reader.feed(response.content.decode())
    for form in reader.forms:
        if form["id"] == ident or (form["action"] and form["action"].endswith(ident)):
            return {name: values if len(values) > 1 else values[0] for name, values in form["values"].items()}
    raise AssertionError(f"no form {ident} among {[(form['id'], form['action']) for form in reader.forms]}")
