"""Uploaded files. Everything goes through one view; nothing is served by its path alone."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from core.images import is_image_name

# Private files: one folder of letters, then names of letters, digits, hyphens and one dot.
PRIVATE = re.compile(r"([a-z]{2,20})/((?:[0-9a-z-]{1,64}/){0,3}[0-9a-z-]{1,80}\.([a-z0-9]{2,5}))")
TYPES = {"webp": "image/webp", "png": "image/png", "pdf": "application/pdf"}
POLICY = "default-src 'none'; sandbox"

Guard = Callable[[HttpRequest, str], bool]
_guards: dict[str, Guard] = {}


def guard(folder: str, check: Guard) -> None:
    """Let `check(request, rest of the path)` decide who reads files below MEDIA_ROOT/`folder`.

    A folder without a guard is read by nobody. A refusal is a 404: nobody learns whether the file exists.
    """
    if folder == "public" or folder in _guards:
        raise ValueError(f"folder {folder} is taken")
    _guards[folder] = check


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A public image for ever (it is named after its content); a private file after its folder's check; else 404."""
    if is_image_name(path):
        etag = quote_etag(path)
        response = get_conditional_response(request, etag=etag) or _send(path, "webp", inline=True)
        response["ETag"] = etag
        response["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
    match = PRIVATE.fullmatch(path)
    check = _guards.get(match[1]) if match else None
    if not match or not check or not check(request, match[2]):
        raise Http404
    response = _send(path, match[3], inline=False)
    response["Cache-Control"] = "no-store"
    return response


def _send(path: str, extension: str, *, inline: bool) -> HttpResponseBase:
    response: HttpResponseBase
    if settings.MEDIA_ACCEL:
        response = HttpResponse(headers={"X-Accel-Redirect": settings.MEDIA_ACCEL + quote(path)})
    else:
        try:
            response = FileResponse((Path(settings.MEDIA_ROOT) / path).open("rb"))
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise Http404 from error
    response["Content-Type"] = TYPES.get(extension, "application/octet-stream")
    response["Content-Disposition"] = "inline" if inline else "attachment"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
