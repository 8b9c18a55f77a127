"""Postings: what gives rights and takes them away."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from accounts.roles import STAFF, Role
from core import clock, records, versions
from core.permissions import require
from core.refusals import Refusal, Refused
from grids.access import PLACES_OF, add_posting
from grids.models import Community, Grid, PartnerUnit, Posting, Region

Place = Region | Community | Grid | PartnerUnit
PLACE_FIELDS: dict[type, str] = {Region: "region", Community: "community", Grid: "grid", PartnerUnit: "partner_unit"}


def post(
    user: User,
    role: str,
    *,
    place: Place | None,
    by: User | None,
    since: date | None = None,
    until: date | None = None,
    duty: str = "",
    office_phone: str = "",
    is_public: bool = False,
    at: datetime | None = None,
) -> Posting:
    """Give `user` a role in one place; effects and errors as `save_posting`.

    Args:
        place: None for the site administrator only.
        since, until: first and last day; from today on and without end by default.
        is_public: whether the holder agreed to stand in the public staff list, with duty and office phone.
    """
    moment = at or clock.now()
    where = {PLACE_FIELDS[type(place)]: place} if place is not None else {}
    told = {"duty": duty, "office_phone": office_phone, "is_public": is_public}
    posting = Posting(user=user, role=role, since=since or clock.local_day(moment), until=until, **told, **where)
    posting.clean_fields()
    return save_posting(posting, by=by, at=moment)


@transaction.atomic
def save_posting(posting: Posting, *, by: User | None, at: datetime | None = None) -> Posting:
    """Insert a posting; what was granted is never rewritten, it is ended and granted anew.

    Effects, in order: the row, one audit row, the account's `is_staff`.

    Raises:
        Refused: WRONG_PLACE; NOT_ALLOWED, the place is outside the actor's; OWN_POSTING; ROLE_NOT_YOURS; INVALID, the
            days are in the wrong order.
    """
    moment = at or clock.now()
    place = posting.place
    kind = {PLACE_FIELDS[type(place)]} if place is not None else set()
    if not kind <= PLACES_OF[posting.role] or bool(kind) != (posting.role != Role.SITE_ADMINISTRATOR):
        raise Refused(Refusal.WRONG_PLACE, role=posting.get_role_display())
    if by is not None:
        _require_grant(posting, by, moment)
    records.save(posting, by=by, at=moment)
    refresh_staff(posting.user, moment)
    return posting


def _require_grant(posting: Posting, by: User, at: datetime) -> None:
    """The predicate judges role and holder, the place must lie within the actor's."""
    answer = add_posting(by, posting, at)
    if answer is not None:
        raise Refused(answer) if isinstance(answer, Refusal) else answer
    require("posting.add", by, posting.place, at)


@transaction.atomic
def end_posting(
    posting: Posting,
    *,
    by: User | None,
    until: date | None = None,
    version: int | None = None,
    at: datetime | None = None,
) -> Posting:
    """End a posting; its rights end with the holder's next request.

    Effects, in order: the row, one audit row, the account's `is_staff`.

    Args:
        until: the last day; None ends it at this moment.

    Raises:
        Refused: NOT_ALLOWED, OWN_POSTING, ROLE_NOT_YOURS; INVALID, `until` lies before the first day.
        Stale: somebody else changed it in the meantime.
    """
    moment = at or clock.now()
    require("posting.change", by, posting, moment)
    if until is not None and posting.until is not None and until > posting.until:
        raise Refused(Refusal.INVALID)  # what has ended is granted anew, never revived
    if until is None:
        posting.ended_at = moment
        posting.until = max(posting.since, min(clock.local_day(moment), posting.until or date.max))
    else:
        posting.until = until
    records.save(posting, by=by, fields=["until", "ended_at"], version=version, at=moment)
    refresh_staff(posting.user, moment)
    return posting


@transaction.atomic
def change_public_entry(
    posting: Posting,
    *,
    by: User | None,
    duty: str,
    office_phone: str,
    is_public: bool,
    version: int | None = None,
    at: datetime | None = None,
) -> Posting:
    """Say what the public staff list tells of a posting (S0-02); role, place and days are never rewritten.

    Effects, in order: the row, one audit row, the community's version.

    Args:
        is_public: whether the holder agreed to be named.

    Raises:
        Refused: NOT_ALLOWED, OWN_POSTING, ROLE_NOT_YOURS.
        Stale: somebody else changed it in the meantime.
    """
    require("posting.change", by, posting, at)
    posting.duty, posting.office_phone, posting.is_public = duty, office_phone, is_public
    posting.clean_fields(exclude=["ended_at"])
    records.save(posting, by=by, fields=["duty", "office_phone", "is_public"], version=version, at=at)
    place = posting.place
    versions.bump(place.pk if isinstance(place, Community) else getattr(place, "community_id", None))
    return posting


def refresh_staff(user: User, at: datetime | None = None) -> None:
    """Set `is_staff` of one account to whether it holds a live staff posting."""
    User.objects.select_for_update().get(pk=user.pk)
    user.is_staff = Posting.objects.live(at).filter(user=user, role__in=STAFF).exists()
    User.objects.filter(pk=user.pk).update(is_staff=user.is_staff)


def refresh_all_staff(at: datetime) -> int:
    """Set `is_staff` of every account whose postings began or ended by the calendar; returns how many changed."""
    held = Exists(Posting.objects.live(at).filter(user=OuterRef("pk"), role__in=STAFF))
    ended = User.objects.filter(~held, is_staff=True).update(is_staff=False)
    return ended + User.objects.filter(held, is_staff=False).update(is_staff=True)
