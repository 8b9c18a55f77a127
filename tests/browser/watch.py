"""What must hold on every page, whoever opens it."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, Request, Response

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
WAIT_MS = 10_000
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Without preload axe leaves the style sheets where they are; only an experimental rule would want them.
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "preload": False}
LOUD = frozenset({"error", "warning"})
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUSABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]"
BASICS = """FOCUSABLE => ({
    h1: [...document.querySelectorAll('h1')].filter(one => one.textContent.trim()).length,
    title: document.title.trim() !== '',
    lang: document.documentElement.lang,
    viewport: document.querySelectorAll('meta[name=viewport]').length,
    inline: document.querySelectorAll('body [style], body style, body script:not([src])').length,
    skip: !document.querySelector('nav') || document.querySelector(FOCUSABLE).matches('a[href^="#"]'),
    ids: [...document.querySelectorAll('[id]')].map(one => one.id).filter((id, at, all) => all.indexOf(id) !== at),
})"""


@dataclass
class Watch:
    """Keeps console errors, refused content, failed requests and requests to other hosts.

    Attributes:
        muted: whether nothing is kept, because it is the test itself that works on the page.
    """

    base_url: str
    faults: list[str] = field(default_factory=list)
    muted: bool = False

    def keep(self, fault: str) -> None:
        if not self.muted:
            self.faults.append(fault)

    def over(self, page: Page) -> Page:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.keep(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", self._request)
        page.on("response", self._response)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        # What the server answered is judged by _response, with its address.
        if message.type in LOUD and not message.text.startswith("Failed to load resource"):
            self.keep(f"console: {message.text} ({message.location.get('url')})")

    def _failed(self, request: Request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):
            self.keep(f"failed: {request.url} {request.failure}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base_url + "/", "data:")):
            self.keep(f"elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        """A page may be refused on purpose, a part of a page never."""
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type != "document"):
            self.keep(f"{response.status}: {response.url}")


def basics(page: Page) -> list[str]:
    """Return what is wrong with the page as a document."""
    found: dict[str, Any] = page.evaluate(BASICS, FOCUSABLE)
    expected = {"h1": 1, "title": True, "viewport": 1, "inline": 0, "skip": True, "ids": []}
    wrong = [f"{name} {found[name]}" for name, value in expected.items() if found[name] != value]
    return wrong if found["lang"].lower() == "zh-hans" else [*wrong, f"lang {found['lang']}"]


def violations(page: Page) -> list[str]:
    """Return what axe finds: rule, number of places, the first of them."""
    found = Axe().run(page, options=OPTIONS)
    return [_words(one) for one in found.response["violations"]]


def _words(violation: dict[str, Any]) -> str:
    first = violation["nodes"][0]
    why = first.get("failureSummary", "")[:240]
    return f"{violation['id']} ×{len(violation['nodes'])}: {first['html'][:160]} {why}"


def sideways(page: Page, width: int) -> list[str]:
    """Return by how much the page is wider than a screen of `width` pixels, if it is."""
    page.set_viewport_size({"width": width, "height": 740})
    over = page.evaluate(OVERFLOW)
    return [f"{over} px wider than {width}"] if over > 0 else []
