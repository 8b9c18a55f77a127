"""A visitor over plain HTTP: one connection per request or a kept one, cookies by hand, nothing hidden."""

import http.client
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

TIMEOUT_SECONDS = 30
HIDDEN = re.compile(r"<input\b[^>]*>")
ATTRIBUTE = re.compile(r'(name|value|type)="([^"]*)"')


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Visitor:
    """Somebody with cookies; `keep_alive` asks for a kept connection (a sync worker closes it all the same)."""

    port: int
    keep_alive: bool = False
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def request(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        """One request, without following anything."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        sent = {"Connection": "keep-alive" if self.keep_alive else "close", **(headers or {})}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, sent)
        response = self.connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        for line in response.headers.get_all("Set-Cookie", []):
            name, _equals, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        if not self.keep_alive:
            self.close()
        return answer

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def get(self, path: str) -> Answer:
        return self.request("GET", path)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"http://127.0.0.1:{self.port}{path}",
        }
        return self.request("POST", path, urlencode(fields), headers)

    def sign_in(self, username: str, password: str) -> None:
        """Through the page, as a person would."""
        path = "/accounts/login/"
        fields = hidden_fields(self.get(path).text) | {"login": username, "password": password}
        answer = self.post(path, fields)
        if answer.status != 302:
            raise SystemExit(f"{username} cannot sign in: {answer.status}")


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden inputs of the forms of `page`."""
    inputs = [dict(ATTRIBUTE.findall(tag)) for tag in HIDDEN.findall(page)]
    return {found["name"]: found.get("value", "") for found in inputs if found.get("type") == "hidden"}
