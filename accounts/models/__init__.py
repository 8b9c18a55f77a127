"""Persons, accounts, what they agreed to, and what they are told."""

from accounts.models.consents import Consent
from accounts.models.notices import Delivery, Notice, NoticeSwitch
from accounts.models.people import EARLIEST_BIRTH, Person, PersonQuerySet, User, UserManager, possible_birth_date

__all__ = [
    "EARLIEST_BIRTH",
    "Consent",
    "Delivery",
    "Notice",
    "NoticeSwitch",
    "Person",
    "PersonQuerySet",
    "User",
    "UserManager",
    "possible_birth_date",
]
