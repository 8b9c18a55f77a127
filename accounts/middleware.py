"""Writes down now and then that a session is in use, for the list of one's sessions."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.services import sessions

SEEN = "seen"
"""Key of the moment in the session; django-allauth's sign-in sets it (accounts.adapter)."""
EVERY_SECONDS = 3600


class SeenSession:
    """Costs nothing where nobody is signed in or the page did not ask, and two statements once an hour elsewhere."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        user = getattr(request, "_cached_user", None)
        if user is not None and user.is_authenticated:
            now, before = time.time(), request.session.get(SEEN)
            if before is not None and now - before > EVERY_SECONDS and request.session.session_key:
                sessions.seen(request.session.session_key)
                request.session[SEEN] = now
        return response
