"""What every request passes: refusal of broken input, the visitor's look, pages for refusals."""

import codecs
from collections.abc import Callable

from allauth.core.exceptions import RateLimited
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.cache import patch_vary_headers

from core.refusals import Refused
from portal import errors
from portal.look import LookOfVisitor

GetResponse = Callable[[HttpRequest], HttpResponse]
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


class RejectBadInput:
    """Answers 400 to what no browser sends and a database cannot store: NUL characters and other charsets.

    Bodies are read here only when they are forms, which the check of the CSRF token reads anyway.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.refuse_charset(request)
        self.refuse_nul(request)
        if request.method == "POST" and request.content_type in FORM_TYPES:
            self.refuse_body(request)
        return self.get_response(request)

    @staticmethod
    def refuse_charset(request: HttpRequest) -> None:
        charset = (request.content_params or {}).get("charset")
        if charset is None:
            return
        try:
            known = codecs.lookup(charset).name
        except (LookupError, ValueError) as error:
            raise BadRequest("unknown charset") from error
        if known != "utf-8":
            raise BadRequest("charset other than UTF-8")

    @staticmethod
    def refuse_nul(request: HttpRequest) -> None:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path_info or "\x00" in query or "%00" in query:
            raise BadRequest("NUL in the address")
        # A quoted cookie may carry \000, and the session's cookie goes into a query.
        if any("\x00" in part for item in request.COOKIES.items() for part in item):
            raise BadRequest("NUL in a cookie")

    @staticmethod
    def refuse_body(request: HttpRequest) -> None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isascii() or not length.isdigit():
            raise BadRequest("unusable length")
        if int(length) > settings.REQUEST_MAX_BYTES:
            raise RequestDataTooBig("request larger than REQUEST_MAX_BYTES")
        try:
            fields, files = request.POST, request.FILES
        except (MultiPartParserError, UnreadablePostError) as error:
            raise BadRequest("unreadable form") from error
        texts = [text for key, values in fields.lists() for text in (key, *values)]
        texts += [text for key, uploads in files.lists() for text in (key, *(upload.name or "" for upload in uploads))]
        if any("\x00" in text for text in texts):
            raise BadRequest("NUL in a form")


class Look:
    """Sets `request.look` from the cookie `look`; pages say that they vary by cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.look = LookOfVisitor.from_cookie(request.COOKIES.get("look", ""))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response


class Refusals:
    """Gives a page to a `Refused` that leaves a view (403, 409 for a Conflict), a limit reached (429), a bare 405."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            page = errors.method_not_allowed(request)
            page["Allow"] = response.get("Allow", "")
            return page
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RateLimited):
            return errors.too_many_requests(request, exception)
        return errors.refused(request, exception) if isinstance(exception, Refused) else None
