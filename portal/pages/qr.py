"""The address of a page as a QR code, for its print."""

import io

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.encoding import iri_to_uri
from django.views.decorators.http import require_safe

LONGEST = 600
DAY_SECONDS = 86_400


@require_safe
def qr(request: HttpRequest) -> HttpResponse:
    """Return the SVG of SITE_URL + `?path=`; only for addresses of this site that lead somewhere."""
    path = local(request.GET.get("path", ""))
    response = HttpResponse(drawing(f"{settings.SITE_URL.rstrip('/')}{path}"), content_type="image/svg+xml")
    response["Cache-Control"] = f"public, max-age={DAY_SECONDS}"
    return response


def local(text: str) -> str:
    """Return `text` as an address of this site.

    Raises:
        Http404: it is no path, too long, or nothing stands there.
    """
    is_path = text.startswith("/") and not text.startswith("//") and "\\" not in text
    if not is_path or len(text) > LONGEST or not text.isprintable():
        raise Http404
    try:
        resolve(text.partition("?")[0])
    except Resolver404 as error:
        raise Http404 from error
    address = iri_to_uri(text)
    if len(address) > LONGEST:
        raise Http404
    return address


def drawing(text: str) -> bytes:
    """Return `text` as a QR code in SVG."""
    import qrcode  # noqa: PLC0415  heavy, and needed by prints only
    from qrcode.image.svg import SvgPathFillImage  # noqa: PLC0415

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2)
    code.add_data(text)
    out = io.BytesIO()
    code.make_image(image_factory=SvgPathFillImage).save(out)
    return out.getvalue()
