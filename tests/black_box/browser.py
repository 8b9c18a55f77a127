"""A browser without eyes: asks one site over HTTP, keeps cookies as browsers do, follows nothing by itself."""

import http.client
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from tests.black_box.pages import Document

TIMEOUT_SECONDS = 20


@dataclass
class Answer:
    """One response; `path` is what was asked for. Names of headers are in lower case, cookies stand apart."""

    path: str
    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "").split(";")[0]

    @property
    def is_html(self) -> bool:
        return self.kind == "text/html"

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @cached_property
    def document(self) -> Document:
        return Document(self.text)


@dataclass
class Browser:
    """One person's browser at http://127.0.0.1:`port`.

    Attributes:
        scheme: what the proxy in front would say that the visitor used.
        cookies: the values it sends, by name.
    """

    port: int
    scheme: str = "http"
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, values: dict[str, str], *, referer: str = "") -> Answer:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": self.origin + (referer or path)}
        return self.ask("POST", path, urlencode(values).encode(), headers)

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body, {**self._own_headers(), **headers})
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        cookies = response.headers.get_all("Set-Cookie") or []
        for one in cookies:
            name, _, value = one.split(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        known = {name.lower(): value for name, value in response.headers.items()}
        return Answer(path, response.status, known, cookies, body)

    def _own_headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if self.scheme == "https":
            headers["X-Forwarded-Proto"] = "https"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)
        return headers

    def sign_in(self, name: str, password: str) -> list[Answer]:
        """Send the form of the sign-in page; returns the page and what it answered."""
        page = self.get("/accounts/login/")
        form = next(one for one in page.document.forms if one.method == "post" and "login" in one.texts)
        values = {**dict(form.values), "login": name, "password": password}
        return [page, self.post(form.action or page.path, values, referer=page.path)]


def path_in(link: str, base: str, origin: str) -> str | None:
    """Return the path with its query that `link` on the page `base` leads to, None when it leads out of the site."""
    url = urlsplit(urljoin(origin + base, link.strip()))
    if f"{url.scheme}://{url.netloc}" != origin:
        return None
    return urlunsplit(("", "", url.path or "/", url.query, ""))
