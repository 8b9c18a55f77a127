"""Sign-in with user name or phone."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.models import Person, User
from core.identifiers import normalise_phone
from core.text import fold


def find(login: str) -> User | None:
    """Return the account that `login` names: a user name in any spelling, or a whole phone number."""
    try:
        phone = normalise_phone(login)
    except ValidationError:
        return User.objects.filter(username=fold(login)).select_related("person").first()
    person = Person.objects.by_phone(phone).first()
    return User.objects.filter(person=person).select_related("person").first() if person else None


class NameOrPhoneBackend(BaseBackend):
    """Checks a password; takes the same time whether or not the account exists."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if not username or not password:
            return None
        user = find(username)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).select_related("person").first()
