"""What a first visit to a page loads: requests and bytes over the wire (budgets.md: cold load of a public page)."""

import gzip
import re
from urllib.parse import urljoin, urlsplit

from bench.client import Visitor

LOADED = re.compile(r"<(link|script|img)\b([^>]*)>")
ADDRESS = re.compile(r'(?:href|src)="([^"]+)"')
RELATION = re.compile(r'rel="([^"]+)"')
IN_SHEET = re.compile(r"""(?:@import\s+(?:url\()?|url\()["']?([^"')]+)""")
RELATIONS = ("stylesheet", "icon", "preload", "manifest")
ENCODINGS = {"Accept-Encoding": "gzip, br"}


def first_resources(page: str) -> list[str]:
    """Addresses that the HTML itself makes a browser load; lazy pictures come later and do not count."""
    found = []
    for tag, attributes in LOADED.findall(page):
        relation = RELATION.search(attributes)
        if tag == "link" and (relation is None or relation[1] not in RELATIONS) or 'loading="lazy"' in attributes:
            continue
        if address := ADDRESS.search(attributes):
            found.append(address[1].replace("&amp;", "&"))
    return found


def weigh(port: int, path: str) -> tuple[int, int, list[str]]:
    """Requests and bytes of the first visit, and addresses on other hosts.

    The page counts compressed, as the proxy in front sends it; a sheet brings what it imports or draws, used or not.
    """
    visitor, site = Visitor(port), f"http://127.0.0.1:{port}"
    page = visitor.get(path)
    total, seen, foreign = len(gzip.compress(page.body, 6)), {path}, []
    waiting = [(path, address) for address in first_resources(page.text)]
    while waiting:
        base, address = waiting.pop()
        url = urlsplit(urljoin(site + base, address))
        if url.scheme == "data" or url.path in seen:
            continue
        if f"{url.scheme}://{url.netloc}" != site:
            foreign.append(url.geturl())
            continue
        seen.add(url.path)
        answer = visitor.request("GET", url.path, headers=ENCODINGS)
        total += len(answer.body)
        if "css" in answer.headers.get("Content-Type", ""):
            waiting += [(url.path, found) for found in IN_SHEET.findall(visitor.get(url.path).text)]
    return len(seen), total, foreign
