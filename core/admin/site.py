"""Our AdminSite: the staff's workbench. Nothing registers itself; only ScopedAdmin is taken."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.apps import apps as registered
from django.contrib.admin import AdminSite, ModelAdmin, helpers
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from core import clock, desk
from core.admin.history import recent_of

LEFT_OUT = frozenset({"view_on_site", "password_change", "password_change_done"})
GREETINGS = (
    (5, _("It is late, %(name)s")),
    (11, _("Good morning, %(name)s")),
    (13, _("Good noon, %(name)s")),
    (18, _("Good afternoon, %(name)s")),
    (24, _("Good evening, %(name)s")),
)
"""Until which hour of the day each is said."""


def _not_said(request: HttpRequest) -> str:
    raise ImproperlyConfigured("nobody has said how a session of staff is confirmed (LinliAdminSite.confirm_with)")


class LinliAdminSite(AdminSite):
    """The workbench. Its index is a desk: what needs me today."""

    site_header = _("Linli workbench")
    site_title = _("Linli workbench")
    index_title = _("Today")
    enable_nav_sidebar = False
    empty_value_display = "—"
    _missing_step: Callable[[HttpRequest], str] = staticmethod(_not_said)

    def confirm_with(self, missing_step: Callable[[HttpRequest], str]) -> None:
        """Say how a session of staff is confirmed.

        Args:
            missing_step: gets a request of staff; returns "" if the session is confirmed, else the address of the page
                where it is to be.
        """
        self._missing_step = missing_step

    def register(
        self, model_or_iterable: type[Model] | Iterable[type[Model]], admin_class: Any = None, **options: Any
    ) -> None:
        """Register models under a ScopedAdmin.

        Raises:
            ImproperlyConfigured: the class is not a ScopedAdmin, so its rows would not be scoped.
        """
        from core.admin.scoped import ScopedAdmin  # noqa: PLC0415  scoped imports this module's site

        if not (isinstance(admin_class, type) and issubclass(admin_class, ScopedAdmin)):
            raise ImproperlyConfigured("only a ScopedAdmin may be registered")
        super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """Leave out what goes round us: the "view on site" shortcut tells addresses of rows outside the scope
        (security §0.1c), and the password form saves without a service."""
        return [url for url in super().get_urls() if getattr(url, "name", None) not in LEFT_OUT]

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether any page of the workbench opens: to staff whose session is confirmed. Every view asks this first."""
        return super().has_permission(request) and not self._missing_step(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Staff sign in where everybody does, and go on to what confirms their session; a signed-in resident is told
        that this is not for them."""
        if not request.user.is_authenticated:
            step = reverse("account_login")
        elif super().has_permission(request):
            step = self._missing_step(request)
        else:
            raise PermissionDenied(gettext("The workbench is for community staff."))
        target = request.GET.get("next") or reverse("admin:index")
        return HttpResponseRedirect(f"{step}?{urlencode({'next': target})}" if step else reverse("admin:index"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The desk: greeting, what is to be done, tables, own last steps, all lists."""
        at = clock.now()
        items = desk.items(request, at)
        context = {
            "title": greeting(at, str(request.user)),
            "desk_items": [item for item in items if item.count],
            "desk_done": [item for item in items if not item.count],
            "desk_panels": desk.panels(request, at),
            "desk_place": desk.place_words(request),
            "desk_recent": recent_of(request, self),
            "desk_now": at,
            **(extra_context or {}),
        }
        return super().index(request, context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the lists that the person may see: the daily ones first (order of the apps, then `position`)."""
        apps = list(self._build_app_dict(request, app_label).values())
        order = {config.label: index for index, config in enumerate(registered.get_app_configs())}
        for app in apps:
            app["models"].sort(key=lambda entry: (self._registry[entry["model"]].position, entry["name"]))
        return sorted(apps, key=lambda app: order[app["app_label"]])

    def admin_of(self, model: type[Model]) -> ModelAdmin | None:
        """Return the registered admin of `model`, if there is one."""
        return self._registry.get(model)


def greeting(at: datetime, name: str) -> str:
    """Return "Good morning, …" for the time of day."""
    hour = timezone.localtime(at).hour
    words = next(text for until, text in GREETINGS if hour < until)
    return str(words) % {"name": name}


site = LinliAdminSite(name="admin")


def _as_words(self: helpers.AdminReadonlyField, remote_field: Any, remote_obj: Model) -> str:
    return str(remote_obj)


# Django links a read-only foreign key to its row's page, also for those who may not open it.
helpers.AdminReadonlyField.get_admin_url = _as_words
