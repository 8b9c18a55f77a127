"""Goes through the filled demonstration as several people and names everything that breaks a promise.

TEST_DATABASE_URL: a PostgreSQL server whose user may create databases. Exit status 1 with a list of faults.
"""

import os
import re
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.black_box.browser import Browser, path_in
from tests.black_box.canaries import NUMBERS, Canary, found
from tests.black_box.crawl import Crawl
from tests.black_box.server import Site, installed

HOME, AWAY = "xincheng", "mingzhu"
LISTED_AT_MOST = 100
NOWHERE = (
    "/nothing/", "/c/nowhere/", "/activities/0000000000/", "/teams/0000000000/", "/honours/0000000000/",
    "/notices/0000000000/", "/grids/0000000000/", "/admin/nothing/", "/media/nothing.png", "/accounts/nothing/",
)  # fmt: skip
REFUSED = {302, 400, 403, 404}
FAILURE = re.compile(r"\b(?:ERROR|CRITICAL)\b|page for status")


@dataclass(frozen=True)
class Persona:
    """Somebody who looks around.

    Attributes:
        account: the user name to sign in with; "" for a visitor.
        community: whose people are this persona's to read about as staff or neighbour; "" for nobody's.
        is_staff: reads names and masked numbers of the community's people; residents read no neighbour's number.
        alike: how many pages of the same sort are opened.
        shapes: how many sorts of pages there are at least.
    """

    name: str
    account: str = ""
    community: str = ""
    is_staff: bool = False
    elder: bool = False
    alike: int = 2
    shapes: int = 20

    def forbidden(self, canaries: list[Canary], people: dict[str, int]) -> dict[str, Canary]:
        """Return what this persona must never read, by key."""
        return {one.key: one for one in canaries if not self.may_read(one, people.get(self.account, 0))}

    def may_read(self, canary: Canary, own: int) -> bool:
        if canary.is_public or (own and canary.person == own):
            return True
        known = bool(self.community) and self.community in canary.communities
        return known and (self.is_staff or canary.field not in NUMBERS)


PERSONAS = (
    Persona("visitor"),
    Persona("visitor in elder mode", elder=True, alike=1),
    Persona("resident", "resident", HOME),
    Persona("volunteer", "volunteer", HOME, alike=1),
    Persona("clerk", "clerk", HOME, is_staff=True, shapes=40),
    Persona("outsider", "outsider", AWAY, is_staff=True, alike=1, shapes=40),
)


class BlackBox:
    """One run over one served site."""

    def __init__(self, site: Site, port: int) -> None:
        planted = site.plant(port)
        self.site, self.port = site, port
        self.canaries = [Canary(**{**one, "communities": tuple(one["communities"])}) for one in planted["canaries"]]
        self.people, self.rows = planted["people"], planted["rows"]
        self.files: set[str] = set()

    def visit(self, persona: Persona) -> Crawl:
        """Everything one persona does."""
        began = time.monotonic()
        away = HOME if persona.community == AWAY else AWAY
        typed = tuple(self.one_of(kind, away) for kind in ("name", "phone", "id_number"))
        forbidden = persona.forbidden(self.canaries, self.people)
        crawl = Crawl(persona.name, Browser(self.port), forbidden, typed, self.files, persona.alike)
        starts = ["/", "/robots.txt", *self.enter(persona, crawl)]
        crawl.go(*starts)
        crawl.type_in(NOWHERE, REFUSED)
        crawl.type_in(["/accounts/logout/"], {405})
        crawl.type_in(self.rows[away] if persona.is_staff else self.rows[away][:6], REFUSED)
        if len(crawl.visited) < persona.shapes:
            crawl.fault("", f"only {len(crawl.visited)} sorts of pages, {persona.shapes} are known")
        if persona.is_staff and not any(one.key in crawl.seen for one in self.names_of(persona.community)):
            crawl.fault("", "does not see one name of its own community: the search for canaries is blind")
        print(self.told(crawl, time.monotonic() - began), flush=True)
        return crawl

    def enter(self, persona: Persona, crawl: Crawl) -> list[str]:
        """Sign in through the form, or switch elder mode on; returns where that led."""
        if persona.elder:
            crawl.judge(crawl.browser.get("/look/?elder=2&next=/"))
            return []
        if not persona.account:
            return []
        answers = crawl.browser.sign_in(persona.account, self.site.password)
        for answer in answers:
            crawl.judge(answer)
        target = path_in(answers[-1].headers.get("location", ""), "/", crawl.browser.origin)
        if answers[-1].status != 302 or not crawl.browser.cookies.get("sessionid") or target is None:
            crawl.fault("/accounts/login/", "cannot sign in")
        return ["/me/", target or "/"]

    def names_of(self, slug: str) -> list[Canary]:
        return [one for one in self.canaries if one.communities == (slug,) and one.field == "name"]

    def one_of(self, kind: str, slug: str) -> str:
        """A canary that somebody who is curious types: the name or number of a person of that community alone."""
        return next(
            one.key for one in self.canaries
            if one.communities == (slug,) and one.field == kind and not one.is_public
        )  # fmt: skip

    @staticmethod
    def told(crawl: Crawl, seconds: float) -> str:
        parts: Counter[str] = Counter()
        for shape, times in crawl.visited.items():
            parts["/".join(shape[0].split("/")[: 3 if shape[0].startswith("/admin/") else 2]) or "/"] += times
        pages = sum(crawl.visited.values())
        places = ", ".join(f"{part} {times}" for part, times in sorted(parts.items()))
        return f"{crawl.persona}: {pages} pages of {len(crawl.visited)} sorts in {seconds:.0f} s: {places}"


def faults_over_https(site: Site) -> list[str]:
    """What changes with an address that begins with https: behind a proxy that says so."""
    with site.served("https") as browser:
        plain = Browser(browser.port).get("/activities/")
        crawl = Crawl("over https", browser, {})
        if plain.headers.get("location") != browser.origin + "/activities/":
            crawl.fault("/activities/", f"over http: {plain.status}, {plain.headers.get('location')}")
        home = browser.get("/")
        if f'rel="canonical" href="{browser.origin}/"' not in home.text:
            crawl.fault("/", "its own address is not told as https")
        signed_in = browser.sign_in("resident", site.password)
        answers = [home, *signed_in, browser.get("/look/?elder=1&next=/"), browser.get("/me/")]
        for answer in answers:
            crawl.judge(answer)
        if [one.status for one in answers] != [200, 200, 302, 302, 200]:
            crawl.fault("", f"statuses {[one.status for one in answers]}")
        return crawl.faults


def faults_of_log(site: Site, canaries: list[Canary]) -> list[str]:
    """What the servers wrote that they should not have: failures, and anything personal."""
    text = site.log.read_text()
    faults = [f"log  {line}" for line in text.splitlines() if FAILURE.search(line)]
    told = found(text)
    return faults + [f"log  tells {one.what}" for one in canaries if one.key in told]


def main(url: str) -> int:
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is stopped, what was made is dropped
    with installed(url) as site:
        with site.served() as browser:
            box = BlackBox(site, browser.port)
            print(f"{len(box.canaries)} canaries, ready after {time.monotonic() - began:.0f} s", flush=True)
            with ThreadPoolExecutor(len(PERSONAS)) as people:
                crawls = list(people.map(box.visit, PERSONAS))
        faults = [fault for crawl in crawls for fault in crawl.faults]
        faults += faults_over_https(site)
        faults += faults_of_log(site, box.canaries)
    print(f"{len(box.files)} static files; all in {time.monotonic() - began:.0f} s")
    for fault in faults[:LISTED_AT_MOST]:
        print(f"  {fault}")
    if faults:
        print(f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(os.environ["TEST_DATABASE_URL"]))
