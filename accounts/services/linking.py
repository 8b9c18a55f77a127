"""Giving a registered account the person whom staff know (design §3, Resident verified)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Q

from accounts.backends import find
from accounts.models import Consent, Notice, NoticeSwitch, Person, User
from core import audit, clock, records, signals
from core.constraints import refusing
from core.models import AuditEntry
from core.permissions import require
from core.refusals import Refusal, Refused
from core.scope import scope_of

# What is the person's own and has no act of its own: model → fields that may stand there once a person.
_OWN: dict[type[Model], tuple[str, ...]] = {
    Consent: ("kind", "text_version"),
    Notice: ("occasion", "kind"),
    NoticeSwitch: ("kind", "channel"),
}


@transaction.atomic
def find_account(text: str, *, by: User | None, at: datetime | None = None) -> User | None:
    """Look an account up by its whole user name or phone number.

    Effects: one audit row, "look_up" on the account, or "look_up_nothing" on the searcher's own.

    Raises:
        Refused: NOT_ALLOWED.
    """
    require("account.link", by, at=at)
    user = find(text)
    if by is not None:
        audit.record(user or by, "look_up" if user else "look_up_nothing", by=by, fields=["account"], at=at)
    return user


@transaction.atomic
def link_account(
    user: User, person: Person, *, by: User | None, through: Any, other_name: bool = False, at: datetime | None = None
) -> User:
    """Give a registered account the known `person`, who stands before `by` with a document.

    Effects, in order: both persons locked; the account's person and its audit row "link"; the phone moved to a person
    who has none; consents, notices and switches moved where the person has no twin of them; guardians and wards;
    core.signals.person_replaced for the records of higher apps; an audit row "replaced" on the Person that the
    registration had made, which stays, empty.

    Args:
        through: the row by which `by` reaches the person (a home): the right is asked for there.
        other_name: the account is registered under another name, and `by` has asked why.

    Raises:
        Refused: NOT_ALLOWED; STAFF_ACCOUNT; HAS_ACCOUNT, the person has another; ALREADY_LINKED, the account belongs
            to a known person; OTHER_NAME.
    """
    moment = at or clock.now()
    require("account.link", by, through, moment)
    if by is not None and through.person_id != person.pk:
        raise Refused(Refusal.NOT_ALLOWED)
    user, old, new = _locked(user, person)
    if refused := _why_not_link(user, old, new, by, other_name):
        raise refused
    user.person = new
    with refusing():
        records.save(user, by=by, fields=["person"], audited=False, at=moment)
    audit.record(user, "link", by=by, fields=["person"], on_behalf_of=new.pk, reason="document_seen", at=moment)
    if old is not None:
        _move(old, new, by, moment)
        signals.person_replaced.send(sender=Person, old=old, new=new, by=by, at=moment)
        audit.record(old, "replaced", by=by, on_behalf_of=new.pk, at=moment)
    return user


def _locked(user: User, person: Person) -> tuple[User, Person | None, Person]:
    """Lock account and persons, the persons in the order of their ids."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    wanted = [pk for pk in (person.pk, user.person_id) if pk is not None]
    rows = {row.pk: row for row in Person.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")}
    return user, rows[user.person_id] if user.person_id is not None else None, rows[person.pk]


def _why_not_link(user: User, old: Person | None, new: Person, by: User | None, other_name: bool) -> Refused | None:
    whole_site = by is None or scope_of(by, "user.change").everything
    if by is not None and by.pk == user.pk:
        return Refused(Refusal.NOT_ALLOWED)
    if user.is_staff and not whole_site:
        return Refused(Refusal.STAFF_ACCOUNT)
    if User.objects.filter(person=new).exists():
        return Refused(Refusal.ALREADY_LINKED if user.person_id == new.pk else Refusal.HAS_ACCOUNT)
    if old is not None and not _made_by_registration(user):
        return Refused(Refusal.ALREADY_LINKED)
    if old is not None and old.name != new.name and not other_name:
        return Refused(Refusal.OTHER_NAME, name=old.masked_name)
    return None


def _made_by_registration(user: User) -> bool:
    """Say whether the account's person is the one that its registration made."""
    rows = AuditEntry.objects.filter(content_type__app_label="accounts", content_type__model="user", object_id=user.pk)
    return set(rows.filter(verb__in=("register", "link")).values_list("verb", flat=True)) == {"register"}


def _move(old: Person, new: Person, by: User | None, at: datetime) -> None:
    """Move what is the person's own from `old` to `new`; what `new` has already stays behind."""
    if old.phone:
        phone = old.phone
        old.set_phone("")
        records.save(old, by=by, fields=["phone", "phone_index"], at=at)
        if not new.phone:
            new.set_phone(phone)
            records.save(new, by=by, fields=["phone", "phone_index"], at=at)
    for model, key in _OWN.items():
        there = set(model._base_manager.filter(person=new).values_list(*key))
        rows = model._base_manager.filter(person=old).values_list("pk", *key)
        model._base_manager.filter(pk__in=[pk for pk, *words in rows if tuple(words) not in there]).update(person=new)
    _move_family(old, new)


def _move_family(old: Person, new: Person) -> None:
    """Let `new` stand where `old` is a guardian or has one, or nobody would be told what concerns the child."""
    pairs = Person.guardians.through.objects.filter(Q(from_person=old) | Q(to_person=old))
    for ward, guardian in pairs.values_list("from_person", "to_person"):
        child, adult = (new.pk if pk == old.pk else pk for pk in (ward, guardian))
        if child != adult:
            Person.objects.get(pk=child).guardians.add(adult)
    pairs.delete()
