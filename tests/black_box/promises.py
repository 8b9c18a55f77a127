"""What every answer promises: headers, cookies, and that pages for everybody carry nothing of anybody."""

import re
from urllib.parse import urlsplit

from tests.black_box.browser import Answer

FOR_EVERYBODY = re.compile(
    r"/(?:c/(?:[a-z0-9-]+/(?:grids/|figures/)?)?|(?:activities|teams|honours|notices|stories|grids)/(?:[0-9a-z]{10}/)?|courses/|figures/)?"
)
"""Pages that are the same for everybody (design.md §4), whoever asks; other pages may be for one person."""
PERSONAL = re.compile(r"/(?:me|admin|accounts|counter)/(?!jsi18n/)")
"""Pages for one person; the words of Django's own scripts are the same for all."""
HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
POLICY = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")
YEAR_SECONDS = 31_536_000
COMPRESSED_FROM = 1000
"""Bytes from which a text file must have been compressed when it was collected."""
TEXTS = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")


def faults_of_headers(answer: Answer, scheme: str) -> list[str]:
    """Return which promised headers an answer lacks; `scheme` is what the visitor used."""
    found = [f"{name} is {answer.headers.get(name)!r}" for name, value in HEADERS.items() if
             answer.headers.get(name) != value]  # fmt: skip
    policy = [part.strip() for part in answer.headers.get("content-security-policy", "").split(";")]
    found += [f"no {rule} in the policy" for rule in POLICY if rule not in policy]
    if re.search(r"unsafe|nonce|//|\*", " ".join(policy)):
        found.append(f"a policy with holes: {policy}")
    age = re.search(r"max-age=(\d+)", answer.headers.get("strict-transport-security", ""))
    if scheme == "http" and age:
        found.append("Strict-Transport-Security over http")
    if scheme == "https" and (not age or int(age[1]) < YEAR_SECONDS):
        found.append("no year of Strict-Transport-Security over https")
    return found


def faults_of_cookies(answer: Answer, scheme: str) -> list[str]:
    """Return which flags its cookies lack."""
    found = []
    for cookie in answer.cookies:
        named, *flags = (part.strip().casefold() for part in cookie.split(";"))
        name, _, value = named.partition("=")
        if value in ("", '""') and "max-age=0" in flags:
            continue  # takes a cookie away
        wanted = {"httponly", "samesite=lax", *(["secure"] if scheme == "https" else [])}
        found += [f"cookie {name} without {flag}" for flag in sorted(wanted - set(flags))]
        found += [f"cookie {name} with {flag}" for flag in flags if flag.startswith("domain=")]
        if scheme == "http" and "secure" in flags:
            found.append(f"cookie {name} with secure over http would never come back")
    return found


def faults_of_privacy(answer: Answer) -> list[str]:
    """Return what makes a page for everybody personal, or a page for one person fit to be kept."""
    cache = answer.headers.get("cache-control", "")
    path = urlsplit(answer.path).path
    is_kept = "no-store" not in cache
    found = []
    if PERSONAL.match(path) and answer.status < 400 and is_kept:
        found.append(f"a personal page that may be kept: Cache-Control {cache!r}")
    if not answer.is_html:
        return found
    if "cookie" not in answer.headers.get("vary", "").casefold() and answer.status < 400:
        found.append("does not vary by cookie")
    if "public" in cache:
        found.append(f"Cache-Control {cache!r}")
    if is_kept or FOR_EVERYBODY.fullmatch(path):
        found += _traces_of_somebody(answer)
    if FOR_EVERYBODY.fullmatch(path) and answer.status == 200 and not is_kept:
        found.append("a page for everybody that may not be kept")
    return found


def _traces_of_somebody(answer: Answer) -> list[str]:
    found = ["sets a cookie on a page for everybody"] if answer.cookies else []
    found += [f"{word} on a page for everybody" for word in ("csrfmiddlewaretoken", "nonce=") if word in answer.text]
    if any(form.method == "post" for form in answer.document.forms):
        found.append("a form that changes something on a page for everybody")
    return found


def faults_of_file(answer: Answer) -> list[str]:
    """Return what a static file lacks that was asked for with gzip."""
    if answer.status != 200:
        return [f"status {answer.status}"]
    found = []
    cache = answer.headers.get("cache-control", "")
    if re.search(r"\.[0-9a-f]{12}\.\w+$", answer.path) and "immutable" not in cache:
        found.append(f"a name that changes with the file, but Cache-Control {cache!r}")
    compressed = answer.headers.get("content-encoding")
    if answer.kind in TEXTS and len(answer.body) > COMPRESSED_FROM and compressed != "gzip":
        found.append("not compressed")
    if answer.headers.get("x-content-type-options") != "nosniff":
        found.append("no nosniff")
    if answer.cookies:
        found.append("sets a cookie")
    return found
