"""Addresses of the site (design.md §4)."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_safe

from core.admin import site
from portal import health, media

APPS = ["accounts", "grids", "volunteers", "stories", "honours", "events", "portal.pages"]


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Public pages are for everyone; staff screens and personal pages are not for search engines."""
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /accounts/", "Disallow: /me/", "Disallow: /look/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", robots, name="robots"),
    path("media/<path:path>", media.media, name="media"),
    path("admin/", site.urls),
    *(path("", include(f"{app}.urls")) for app in APPS),
]

handler400 = "portal.errors.bad_request"
handler403 = "portal.errors.permission_denied"
handler404 = "portal.errors.not_found"
handler429 = "portal.errors.too_many_requests"
handler500 = "portal.errors.server_error"
