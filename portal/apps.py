from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Portal")

    def ready(self) -> None:
        from django.utils.module_loading import autodiscover_modules  # noqa: PLC0415  models must be loaded first

        autodiscover_modules("access", "states", "notices", "figures", "due", "admin", "wiring", "checks")
