"""One HTML page: what it links to, and what every page must have."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
"""Types of inputs that no label stands beside."""
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LEADS = {"a": "href", "area": "href", "iframe": "src", "form": "action"}
LOADS = {"img": "src", "script": "src", "source": "src", "video": "src", "audio": "src", "use": "href"}
SCRIPT_LINKS = ("javascript:", "vbscript:")


@dataclass
class Form:
    """A form: where it goes, how, and what it would send as it stands; `texts` are the fields somebody types into."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class Document(HTMLParser):
    """What a page holds.

    Attributes:
        links, loads: addresses it leads to, and those a browser fetches by itself.
        forms: its forms in order.
        controls: (tag, attributes, whether a label is around it).
        scripts, handlers: how many scripts without a file, names of attributes with script or style in them.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.forms: list[Form] = []
        self.controls: list[tuple[str, dict[str, str], bool]] = []
        self.images: list[dict[str, str]] = []
        self.ids: Counter[str] = Counter()
        self.labelled: set[str] = set()
        self.handlers: list[str] = []
        self.titles: list[str] = []
        self.lang = self.doctype = ""
        self.headings = self.scripts = 0
        self._open: list[str] = []
        self._form: Form | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self.feed(text)
        self.close()

    def handle_decl(self, decl: str) -> None:
        self.doctype = decl.lower()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if "id" in given:
            self.ids[given["id"]] += 1
        self.handlers += [name for name in given if name.startswith("on") or name == "style"]
        self._address(tag, given)
        self._whole_page(tag, given)
        self._control(tag, given)

    def _whole_page(self, tag: str, given: dict[str, str]) -> None:
        if tag == "html":
            self.lang = given.get("lang", "")
        elif tag == "h1":
            self.headings += 1
        elif tag == "title" and "svg" not in self._open:
            self.titles.append("")
        elif tag == "img":
            self.images.append(given)
        elif tag == "label" and given.get("for"):
            self.labelled.add(given["for"])
        elif tag == "script" and "src" not in given and given.get("type", "") != "application/json":
            self.scripts += 1

    def _address(self, tag: str, given: dict[str, str]) -> None:
        if tag in LEADS and LEADS[tag] in given and tag != "form":
            self.links.append(given[LEADS[tag]])
        if tag in LOADS and LOADS[tag] in given:
            self.loads.append(given[LOADS[tag]])
        if tag == "link" and "href" in given:
            loaded = {"stylesheet", "icon", "preload", "manifest"} & set(given.get("rel", "").split())
            (self.loads if loaded else self.links).append(given["href"])

    def _control(self, tag: str, given: dict[str, str]) -> None:
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag in ("input", "select", "textarea"):
            self.controls.append((tag, given, "label" in self._open))
            self._typed(tag, given)
            if tag == "select":
                self._select = (given.get("name", ""), [])
        elif tag == "option" and self._select:
            self._select[1].append((given.get("value", ""), "selected" in given))

    def _typed(self, tag: str, given: dict[str, str]) -> None:
        """What the form of this control would send."""
        name, kind = given.get("name"), given.get("type", "text")
        if not self._form or not name or tag == "select":
            return
        if kind in ("checkbox", "radio") and "checked" not in given:
            return
        if tag == "textarea" or kind in ("text", "search", "tel"):
            self._form.texts.append(name)
        if kind not in ("submit", "button", "reset", "image", "file"):
            self._form.values.append((name, given.get("value", "")))

    def handle_data(self, data: str) -> None:
        if self.titles and self._open[-1:] == ["title"] and "svg" not in self._open:
            self.titles[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "form":
            self._form = None
        if tag == "select" and self._select:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
            if self._form and name:
                self._form.values += [(name, value) for value in chosen]
            self._select = None


def faults_of(document: Document) -> list[str]:
    """Return what the page lacks, in words."""
    found = []
    if document.doctype != "doctype html":
        found.append("no <!doctype html>")
    if not document.lang:
        found.append("no language")
    if len(document.titles) != 1 or not document.titles[0].strip():
        found.append(f"{len(document.titles)} titles, or an empty one")
    if document.headings != 1:
        found.append(f"{document.headings} <h1>")
    found += [f"id {one!r} is there {times} times" for one, times in document.ids.items() if times > 1]
    found += [f"<{tag} name={given.get('name')!r}> has no label" for tag, given in _without_label(document)]
    found += [f"<img src={one.get('src')!r}> has no alt" for one in document.images if "alt" not in one]
    found += [f"attribute {name}" for name in document.handlers]
    if document.scripts:
        found.append(f"{document.scripts} scripts in the page")
    found += [f"link {link!r}" for link in document.links if link.strip().lower().startswith(SCRIPT_LINKS)]
    found += [
        f"link {link!r} leads nowhere in the page"
        for link in document.links
        if link.startswith("#") and len(link) > 1 and link[1:] not in document.ids
    ]
    return found


def _without_label(document: Document) -> list[tuple[str, dict[str, str]]]:
    lacking = []
    for tag, given, inside in document.controls:
        spoken = given.get("aria-labelledby", "").split()
        named = (
            inside
            or bool(given.get("aria-label") or given.get("title"))
            or given.get("id") in document.labelled
            or (bool(spoken) and all(one in document.ids for one in spoken))
        )
        if not named and given.get("type", "") not in UNLABELLED:
            lacking.append((tag, given))
    return lacking
