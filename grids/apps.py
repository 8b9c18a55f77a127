from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = _("Communities and grids")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core import scope  # noqa: PLC0415  models must be loaded first
        from grids.scope import scope_of  # noqa: PLC0415

        scope.set_resolver(scope_of)
