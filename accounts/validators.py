"""Rules for passwords."""

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _


class MinimumLengthValidator(password_validation.MinimumLengthValidator):
    """Django's rule in our words: its sentence has no Chinese translation yet."""

    def get_error_message(self) -> str:
        return _("The password needs at least %(count)d characters.") % {"count": self.min_length}
