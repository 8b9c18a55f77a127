"""One persona goes everywhere that links and forms lead, and writes down what is wrong there."""

import re
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.black_box.browser import Answer, Browser, path_in
from tests.black_box.canaries import Canary, found, texts_of
from tests.black_box.pages import Form, faults_of
from tests.black_box.promises import faults_of_cookies, faults_of_file, faults_of_headers, faults_of_privacy

PAGES_AT_MOST = 500
REDIRECTS_AT_MOST = 4
NOT_FOLLOWED = re.compile(r"/(?:look|accounts/logout|admin/logout)/")
NOT_FOUND_BY_FORM = {404, 422}
"""What a form that only asks may answer: nothing is known by these words, or they are not what it asked for."""
FILES = re.compile(r"/(?:static|media)/")
SAME_AGAIN = {"o", "p", "_popup", "_to_field", "_changelist_filters", "next"}
"""Parameters that show the same in another order or frame."""
IDENT = re.compile(r"/(?:[0-9]+|[0-9a-hjkmnp-tv-z]{10})(?=/|$)")
ALLOWED_SCHEMES = ("tel:", "mailto:", "data:", "sms:", "otpauth:")


def shape_of(path: str) -> tuple[str, ...] | None:
    """What addresses that differ in ids and values only have in common; None for one that shows nothing new."""
    url = urlsplit(path)
    names = sorted({name for name, _value in parse_qsl(url.query, keep_blank_values=True)})
    return None if SAME_AGAIN & set(names) else (IDENT.sub("/#", url.path), *names)


@dataclass
class Crawl:
    """One persona's way through the site.

    Attributes:
        forbidden: what this persona must never read.
        typed: canaries that this persona types into search forms.
        files: addresses of static files that somebody has looked at already; shared.
        alike: how many pages of the same shape are opened.
        seen: all canaries met, also those that are this persona's to read.
    """

    persona: str
    browser: Browser
    forbidden: dict[str, Canary]
    typed: tuple[str, ...] = ()
    files: set[str] = field(default_factory=set)
    alike: int = 2
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    visited: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _known: set[str] = field(default_factory=set)
    _alike: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _waiting: deque[tuple[str, str]] = field(default_factory=deque)
    _searched: set[str] = field(default_factory=set)

    def go(self, *starts: str) -> "Crawl":
        """Visit `starts` and whatever they lead to."""
        self._waiting.extend((path, "the start") for path in starts)
        self._known.update(starts)
        while self._waiting:
            if sum(self.visited.values()) >= PAGES_AT_MOST:
                self.fault("", f"more than {PAGES_AT_MOST} pages: addresses without end?")
                break
            path, source = self._waiting.popleft()
            self.follow(path, source)
        return self

    def fault(self, path: str, *words: str) -> None:
        self.faults += [f"{self.persona}  {path}  {one}" for one in words]

    # --- one address --------------------------------------------------------------------------------------------

    def follow(self, path: str, source: str) -> None:
        """Open a link as a browser does, through redirects, and look at what comes."""
        passed = [path]
        answer = self.look_at(path)
        while 300 <= answer.status < 400 and answer.status != 304:
            target = path_in(answer.headers.get("location", ""), answer.path, self.browser.origin)
            if target is None:
                return self.fault(path, f"from {source}: leads out of the site")
            if target in passed or len(passed) > REDIRECTS_AT_MOST:
                return self.fault(path, f"from {source}: goes round in circles by {passed}")
            passed.append(target)
            if target in self._known:
                return None
            self._known.add(target)
            answer = self.look_at(target)
        if answer.status >= 400:
            return self.fault(path, f"from {source}: status {answer.status}")
        if answer.is_html:
            self.read(answer)
        return None

    def look_at(self, path: str, typed: Iterable[str] = ()) -> Answer:
        """Ask for one address and hold the answer to every promise; `typed` may stand in it, it was just sent."""
        answer = self.browser.get(path)
        self.visited[shape_of(path) or (IDENT.sub("/#", urlsplit(path).path),)] += 1
        self.judge(answer, typed)
        return answer

    def judge(self, answer: Answer, typed: Iterable[str] = ()) -> None:
        """Write down what is wrong with an answer, wherever it came from."""
        told = found(texts_of(answer))
        self.seen |= told
        secrets = sorted(told & self.forbidden.keys() - set(typed))
        self.fault(answer.path, *(f"tells {self.forbidden[key].what}" for key in secrets))
        self.fault(answer.path, *faults_of_headers(answer, self.browser.scheme))
        self.fault(answer.path, *faults_of_cookies(answer, self.browser.scheme))
        self.fault(answer.path, *faults_of_privacy(answer))
        if answer.status >= 500:
            self.fault(answer.path, f"status {answer.status}")
        if answer.is_html and not 300 <= answer.status < 400:
            self.fault(answer.path, *faults_of(answer.document))

    # --- where it leads -----------------------------------------------------------------------------------------

    def read(self, answer: Answer) -> None:
        """Note every link, file and form of a page."""
        document = answer.document
        for link in (*document.links, *document.loads):
            if not link.strip().lower().startswith(ALLOWED_SCHEMES):
                self.note(link, answer.path)
        for form in document.forms:
            if form.method == "get":
                self.use(form, answer.path)
            elif path_in(form.action, answer.path, self.browser.origin) is None:
                self.fault(answer.path, f"sends a form out of the site to {form.action}")

    def note(self, link: str, source: str) -> None:
        path = path_in(link, source, self.browser.origin)
        if path is None:
            return self.fault(source, f"leads out of the site to {link}")
        if FILES.match(path):
            return self.file(path)
        shape = shape_of(path)
        if path in self._known or shape is None or NOT_FOLLOWED.match(path):
            return None
        if self._alike[shape] >= self.alike or (len(shape) > 2 and urlsplit(source).query):
            return None  # two filters at once are followed from a page without any
        self._known.add(path)
        self._alike[shape] += 1
        self._waiting.append((path, source))
        return None

    def use(self, form: Form, source: str) -> None:
        """Send a form that only asks: as it stands, and with each canary in each field that somebody types into."""
        action = path_in(form.action or source, source, self.browser.origin)
        if action is None:
            return self.fault(source, f"sends a form out of the site to {form.action}")
        plain = urlsplit(action).path
        if NOT_FOLLOWED.match(plain) or plain in self._searched:
            return None
        self._searched.add(plain)
        typed: list[dict[str, str]] = [{}, *({name: key} for name in form.texts for key in self.typed)]
        for values in typed:
            answer = self.look_at(f"{plain}?{urlencode({**dict(form.values), **values})}", values.values())
            if answer.status >= 400 and answer.status not in NOT_FOUND_BY_FORM:
                self.fault(answer.path, f"status {answer.status} for the form of {source}")
        return None

    def file(self, path: str) -> None:
        """Look at a static file, once for everybody."""
        if path not in self.files:
            self.files.add(path)
            answer = self.browser.get(path, **{"Accept-Encoding": "gzip"})
            self.fault(path, *faults_of_file(answer))

    # --- typed addresses ----------------------------------------------------------------------------------------

    def type_in(self, paths: Iterable[str], expected: set[int]) -> None:
        """Ask for addresses that no page offers."""
        for path in paths:
            answer = self.look_at(path)
            if answer.status not in expected:
                self.fault(path, f"status {answer.status} for a typed address")
