from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Core")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.core import checks  # noqa: PLC0415  the registry is ready only now

        from core.scope import check_scope_paths  # noqa: PLC0415

        checks.register(check_scope_paths)
