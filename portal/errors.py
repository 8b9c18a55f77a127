"""Pages for requests that fail. None of them may fail itself: not without a database, not on a broken request."""

import logging
import secrets
import sys
from typing import Any
from urllib.parse import urlsplit

from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import loader
from django.utils.html import format_html
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core.refusals import Refusal, Refused
from core.states import Conflict
from portal.context import site

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = "30"
LAST_RESORT = (
    '<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>'
    '<body><main><h1>{title}</h1><p>{message}</p><p>{reference}</p><p><a href="/">{home}</a></p></main></body></html>'
)


def page(request: HttpRequest | None, status: int, title: str, message: str = "", **more: Any) -> HttpResponse:
    """The page `<status>.html`; without the request, and at last without a template, where that fails.

    The templates get `title`, `message` and whatever else is given.
    """
    context = {"title": title, "message": message, "status": status, **more}
    response = HttpResponse(status=status)
    response["Cache-Control"] = "no-store"
    for attempt in [request, None] if request else [None]:
        # With a request the context processors give the rest; without one, what needs no database.
        rest = {} if attempt else {**site(request), "communities": ()}
        try:
            response.content = loader.render_to_string(f"{status}.html", {**rest, **context}, request=attempt)
            return response
        except Exception:
            log.warning("page for status %s failed", status, exc_info=True)
    reference = more.get("reference", "")
    home = _("To the home page")
    response.content = format_html(LAST_RESORT, title=title, message=message, reference=reference, home=home)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400 without touching the request: its host, its charset or its body may be what is wrong with it.

    Whoever clicked twice, and was signed in or out by the first click, is led on to the page as it is now.
    """
    if isinstance(exception, SessionInterrupted):
        return HttpResponseRedirect(page_before(request) or escape_leading_slashes(request.path))
    return page(None, 400, _("This request cannot be read"), _("Please go back and try again."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 for what this visitor may not do, with the reason where the code that refused gave one."""
    return page(request, 403, _("Not possible"), str(exception or "") or str(Refusal.NOT_ALLOWED.label))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token does not belong to this browser; nothing was changed."""
    log.warning("csrf: %s at %s", reason, request.path)
    message = _("This form has expired. Nothing has been changed. Please go back, reload the page and send it again.")
    return page(request, 403, _("Please try again"), message)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """403 with the reason, 409 where somebody else acted first; with the way back to the page before."""
    if isinstance(refusal, Conflict) or refusal.refusal == Refusal.STALE:
        return page(request, 409, _("Somebody else was faster"), str(refusal), back_url=page_before(request))
    return page(request, 403, _("Not possible"), str(refusal), back_url=page_before(request))


def page_before(request: HttpRequest) -> str:
    """The page of this site that led here, empty where there is none or it is this one."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return ""
    parts = urlsplit(referer)
    before = parts.path + ("?" + parts.query if parts.query else "")
    if before.startswith("//"):
        return ""
    return "" if before == request.get_full_path() and request.method in {"GET", "HEAD"} else before


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, also for what lies outside a person's scope: nothing in the page tells the two apart."""
    return page(request, 404, _("Page not found"), _("There is nothing at this address, or it has been withdrawn."))


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    """405 for an address opened in another way than it is meant for."""
    message = _("This address cannot be opened in this way. Please start from the page before.")
    return page(request, 405, _("Not possible"), message)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429 for a limit of sign-in or of text messages that was reached; says how long to wait."""
    seconds = getattr(exception, "seconds", 60)
    message = _("To protect everybody's accounts, this was too often in a short time. Please try again in a minute.")
    if seconds > 3600:
        message = _("This number has got as many text messages today as it can. Please try again tomorrow.")
    elif seconds > 60:
        message = _("This number has got several text messages already. Please try again in an hour.")
    response = page(request, 429, _("Please wait a moment"), message, back_url=page_before(request))
    response["Retry-After"] = str(seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500 with a reference that stands in the log beside the traceback; 503 where the database does not answer."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        message = _("The service is not available at the moment. Please try again in a minute.")
        response = page(None, 503, _("Back in a moment"), message)
        response["Retry-After"] = RETRY_AFTER_SECONDS
        return response
    reference = secrets.token_hex(4)
    log.error("reference %s: %s %s", reference, request.method, request.path)
    message = _("Something went wrong on our side. Please try again; if it happens again, tell us this number:")
    return page(None, 500, _("Something went wrong"), message, reference=reference)
