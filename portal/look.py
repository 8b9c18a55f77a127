"""Preferences that travel in a cookie: no account, no token, no script."""

import re
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

COOKIE = "look"
COOKIE_SECONDS = 365 * 24 * 3600
LONGEST_NEXT = 1000


class LookOfVisitor(NamedTuple):
    """How this visitor wants pages: `elder` is 0 (standard) or the size of elder mode, 1–4."""

    elder: int = 0

    @classmethod
    def from_cookie(cls, text: str) -> "LookOfVisitor":
        """The look a cookie asks for; anything unknown is the standard look."""
        match = re.fullmatch(r"e([1-4])", text)
        return cls(elder=int(match[1])) if match else cls()

    def to_cookie(self) -> str:
        """The cookie's text, empty for the standard look."""
        return f"e{self.elder}" if self.elder else ""


def local_path(text: str) -> str:
    """`text` if it is a path of this site, else the home page."""
    local = text.startswith("/") and len(text) <= LONGEST_NEXT and text.isprintable()
    return text if local and url_has_allowed_host_and_scheme(text, allowed_hosts=None) else "/"


@never_cache
@require_safe
def look(request: HttpRequest) -> HttpResponse:
    """Keep `?elder=` (0: off, 1–4: size) in the cookie and go back to `?next=`; other values change nothing."""
    response = HttpResponseRedirect(local_path(request.GET.get("next", "/")))
    elder = request.GET.get("elder", "")
    if elder == "0":
        response.delete_cookie(COOKIE, samesite="Lax")
    elif elder in ("1", "2", "3", "4"):
        response.set_cookie(
            COOKIE,
            LookOfVisitor(elder=int(elder)).to_cookie(),
            max_age=COOKIE_SECONDS,
            secure=settings.SITE_IS_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
