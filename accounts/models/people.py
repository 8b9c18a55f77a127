"""Persons and accounts. One Person row per human being; a User is a way to sign in."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.encryption import blind_index, blind_indexes
from core.fields import EncryptedTextField, NameField, PublicIdField
from core.identifiers import normalise_id_number, normalise_phone
from core.masking import mask_id_number, mask_name, mask_phone
from core.models import Versioned
from core.scope import ScopedQuerySet, ScopePath
from core.text import fold

EARLIEST_BIRTH = date(1900, 1, 1)


def possible_birth_date(day: date) -> None:
    """Refuse birth dates in the future and before 1900."""
    if not EARLIEST_BIRTH <= day <= clock.today():
        raise ValidationError(_("Please check the birth date."), code="birth_date")


class PersonQuerySet(models.QuerySet):
    """Persons have no list of their own: they are met through a record in scope, or by an exact number."""

    def by_phone(self, phone: str) -> "PersonQuerySet":
        """Find by a whole, normalised phone number."""
        return self.filter(phone_index__in=blind_indexes("phone", phone))

    def by_id_number(self, id_number: str) -> "PersonQuerySet":
        """Find by a whole, normalised ID number."""
        return self.filter(id_number_index__in=blind_indexes("id_number", id_number))


class Person(Versioned):
    """A human being, with or without phone, number or account."""

    scope_path = ScopePath()

    public_id = PublicIdField()
    name = NameField(_("name"), max_length=60)
    birth_date = models.DateField(_("birth date"), null=True, blank=True, validators=[possible_birth_date])
    phone = EncryptedTextField(_("phone"), blank=True, default="")
    phone_index = models.CharField(max_length=40, null=True, editable=False)  # noqa: DJ001  "" would be there twice
    id_number = EncryptedTextField(_("ID number"), blank=True, default="")
    id_number_index = models.CharField(max_length=40, null=True, editable=False)  # noqa: DJ001
    guardians = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="+", verbose_name=_("guardians")
    )
    is_sample = models.BooleanField(_("sample"), default=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="person_public_id"),
            models.UniqueConstraint(fields=["phone_index"], name="person_phone_once"),
            models.UniqueConstraint(fields=["id_number_index"], name="person_id_number_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def set_phone(self, phone: str) -> None:
        """Put a phone number (any spelling) with its blind index; "" removes it. Does not save."""
        self.phone = normalise_phone(phone) if phone else ""
        self.phone_index = blind_index("phone", self.phone) if self.phone else None

    def set_id_number(self, id_number: str) -> None:
        """Put an ID number with its blind index; "" removes it. Does not save."""
        self.id_number = normalise_id_number(id_number) if id_number else ""
        self.id_number_index = blind_index("id_number", self.id_number) if self.id_number else None

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""

    @property
    def masked_id_number(self) -> str:
        return mask_id_number(self.id_number) if self.id_number else ""

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    def age_on(self, day: Any) -> int | None:
        """Return the age in full years on `day`, None when the birth date is not known."""
        if self.birth_date is None:
            return None
        before = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before


class UserManager(BaseUserManager.from_queryset(ScopedQuerySet)):
    """Finds accounts by user name in any spelling."""

    def with_phone(self, phone: str) -> models.QuerySet["User"]:
        """Accounts that have proved that the normalised `phone` is theirs: one at most."""
        return self.filter(phone_index__in=blind_indexes("phone", phone))

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=fold(username or ""))


class User(AbstractBaseUser):
    """A way to sign in. Rights come from live postings alone; there are no groups.

    The phone is the account's own, proved by a code: it says nothing about who the person is, so it may differ from
    `person.phone`, and a person whom staff have recorded with the same number is another row until staff link the two.
    Its index is written only when it is verified, so that an abandoned registration blocks nobody.
    """

    scope_path = ScopePath()

    username = models.CharField(_("user name"), max_length=60)
    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="user", verbose_name=_("person")
    )
    phone = EncryptedTextField(_("phone for signing in"), blank=True, default="", editable=False)
    phone_index = models.CharField(max_length=40, null=True, editable=False)  # noqa: DJ001  "" would be there twice
    phone_verified_at = models.DateTimeField(_("phone verified"), null=True, editable=False)
    email = EncryptedTextField(_("e-mail"), blank=True, default="", editable=False)
    email_verified_at = models.DateTimeField(_("e-mail verified"), null=True, editable=False)
    is_staff = models.BooleanField(_("may enter the workbench"), default=False, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=clock.now, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(fields=["username"], name="user_username_once"),
            models.UniqueConstraint(fields=["phone_index"], name="user_phone_once"),
        ]

    def __str__(self) -> str:
        return self.person.name if self.person_id and self.person else self.username

    def clean(self) -> None:
        self.username = fold(self.username)

    def set_phone(self, phone: str, *, at: datetime | None) -> None:
        """Put the phone; with `at`, the moment when it was proved, its index too. "" removes it. Does not save."""
        self.phone = normalise_phone(phone) if phone else ""
        self.phone_verified_at = at if phone else None
        self.phone_index = blind_index("phone", self.phone) if phone and at else None

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone) if self.phone else ""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django's permissions are not used: every right comes from a posting (core.permissions)."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False
