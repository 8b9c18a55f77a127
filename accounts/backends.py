"""Sign-in with user name or phone."""

from allauth.account.auth_backends import AuthenticationBackend
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.second_factor import with_factor
from core.identifiers import normalise_phone
from core.text import fold


def find(login: str) -> User | None:
    """Return the account that `login` names: a user name in any spelling, or the whole phone number of an account."""
    try:
        phone = normalise_phone(login)
    except ValidationError:
        return User.objects.filter(username=fold(login)).select_related("person").first()
    return with_phone(phone)


def with_phone(phone: str) -> User | None:
    """Return the account whose verified phone is `phone` (normalised); those that only claim it do not count."""
    return User.objects.with_phone(phone).select_related("person").first()


class NameOrPhoneBackend(AuthenticationBackend):
    """Checks a password; takes the same time whether or not the account exists."""

    def _authenticate_by_username(self, username: str, password: str) -> User | None:
        return self._check_password(User.objects.filter(username=fold(username)).first(), password)

    def _check_password(self, user: User | None, password: str) -> User | None:
        """Compare, then ask whether the account is open: a closed one gets the answer of a wrong password."""
        if user is None:
            return None
        self._did_check_password = True
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return with_factor(User.objects.filter(pk=user_id, is_active=True)).select_related("person").first()
