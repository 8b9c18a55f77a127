"""Linking a registered account with the resident who stands at the counter or the door (design §3)."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.services import find_account, link_account
from core import clock
from core.permissions import require
from core.refusals import Refusal, Refused
from core.scope import scope_of
from grids.models import Residency


def link(
    home: Residency, *, by: User | None, account: str, other_name: bool = False, at: datetime | None = None
) -> User:
    """Give the account that `account` names the resident of `home`; the look-up is logged, found or not.

    Effects and errors as accounts.services.link_account.

    Args:
        account: whole user name or phone number.

    Raises:
        Refused: ACCOUNT_UNKNOWN; HOMES_ELSEWHERE, the person lives also where `by` does not work: otherwise somebody
            could write down a home of a stranger and then take the stranger's records; HOME_OVER, nobody is found there
            any more; ALREADY_LINKED, the account's own person has a home.
    """
    moment = at or clock.now()
    require("account.link", by, home, moment)
    user = find_account(account, by=by, at=moment)
    if user is None:
        raise Refused(Refusal.ACCOUNT_UNKNOWN)
    with transaction.atomic():
        homes = Residency.objects.live(moment).filter(person_id=home.person_id)
        if not homes.filter(pk=home.pk).exists():
            raise Refused(Refusal.HOME_OVER)
        if by is not None and homes.count() != homes.within(scope_of(by, "account.link")).count():
            raise Refused(Refusal.HOMES_ELSEWHERE)
        known = Residency.objects.filter(person__user=user).exclude(person_id=home.person_id)
        if known.exists():
            raise Refused(Refusal.ALREADY_LINKED)
        return link_account(user, home.person, by=by, through=home, other_name=other_name, at=moment)
