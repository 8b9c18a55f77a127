from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoriesConfig(AppConfig):
    name = "stories"
    verbose_name = _("Themes and notices")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import consents  # noqa: PLC0415  models must be loaded first
        from stories.services import privacy_version  # noqa: PLC0415

        consents.set_source(privacy_version)
