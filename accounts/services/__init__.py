"""Persons and accounts: what creates, changes, finds and links them."""

from accounts.services.linking import find_account, link_account
from accounts.services.people import change_person, create_person, find_person
from accounts.services.registration import change_phone, register
from accounts.services.users import USERNAME_LENGTH, clean_username, create_user, set_active, set_password

__all__ = [
    "USERNAME_LENGTH",
    "change_person",
    "change_phone",
    "clean_username",
    "create_person",
    "create_user",
    "find_account",
    "find_person",
    "link_account",
    "register",
    "set_active",
    "set_password",
]
