"""What people are told (消息): the catalogue of kinds, the one way to tell, and the inbox (design §2, Notices).

An app declares its kinds in its `notices.py`; a service tells inside its own transaction. Nothing leaves the site here:
the rows of Delivery are the outbox, which accounts.outbox empties.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Delivery, Notice, NoticeSwitch, Person, User
from accounts.models.notices import Channel, NoticeQuerySet
from core import audit, clock
from core.models import ReasonText

Text = str | Promise

URL = "/me/notices/"
"""The inbox, a page of a higher app (design §4: a stable contract)."""
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""Between these, where the communities are, nobody is disturbed."""
_TRANSITION = "transition:"
_AT_ONCE = 500


# --- the catalogue ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """One sort of thing that people are told.

    Attributes:
        code: lower-case letters and underscores; stored, so never changed.
        label: what the settings call it.
        title: heading and subject of the e-mail; no placeholders, so that a subject holds nothing personal.
        body: format string, filled with the words of the notice.
        sms: the whole text message, "" for never; no names, titles, illness or addresses (design: Notices).
        email: it may go by e-mail.
        urgent: may break the quiet hours when it concerns the same day.
        with_reason: the reason given with the transition is shown. It is read from its own row each time, so that
            blanking it there blanks it here.
        for_staff: concerns work; the settings show it to staff only.
    """

    code: str
    label: Text
    title: Text
    body: Text
    sms: Text = ""
    email: bool = True
    urgent: bool = False
    with_reason: bool = False
    for_staff: bool = False

    @property
    def channels(self) -> tuple[str, ...]:
        """The ways beside the inbox that this kind uses."""
        return (Channel.EMAIL,) * self.email + (Channel.SMS,) * bool(self.sms)


registry: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Add `kind` to the catalogue and return it."""
    if kind.code in registry:
        raise ValueError(f"the kind {kind.code} is registered twice")
    registry[kind.code] = kind
    return kind


class Message(NamedTuple):
    """A notice in words."""

    title: str
    text: str
    reason: str = ""


class _Words(dict):
    """The words of a notice; one that an older notice did not bring is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def message(notice: Notice, reason: str = "") -> Message:
    """Return `notice` in words; one whose kind is not in the catalogue any more shows a heading only."""
    kind = registry.get(notice.kind)
    if kind is None:
        return Message(_("Message"), "")
    return Message(str(kind.title), str(kind.body).format_map(_Words(notice.words)), reason)


def reasons(notices: Iterable[Notice]) -> dict[int, str]:
    """Return the reasons by the id of their notice, where the kind shows one and it is not blanked (one query)."""
    asked = {
        notice.pk: int(notice.occasion.removeprefix(_TRANSITION))
        for notice in notices
        if notice.occasion.startswith(_TRANSITION) and (kind := registry.get(notice.kind)) and kind.with_reason
    }
    if not asked:
        return {}
    texts = dict(ReasonText.objects.filter(transition__in=set(asked.values())).values_list("transition", "text"))
    return {pk: texts[step] for pk, step in asked.items() if texts.get(step)}


# --- quiet hours --------------------------------------------------------------------------------------------------


def quiet_since(at: datetime) -> datetime | None:
    """Return when the quiet hours began that `at` lies in, None outside them: [21:00, 8:00)."""
    here = timezone.localtime(at, timezone.get_default_timezone())
    if QUIET_UNTIL <= here.time() < QUIET_FROM:
        return None
    evening = here.date() if here.time() >= QUIET_FROM else here.date() - timedelta(days=1)
    return datetime.combine(evening, QUIET_FROM, here.tzinfo)


def not_before(kind: Kind, at: datetime, concerns: datetime | None = None) -> datetime:
    """Return the moment from which `kind` may leave the site: `at`, or the end of the quiet hours.

    Args:
        concerns: the moment it is about. What is urgent leaves at once when that is today, or comes before the quiet
            hours end: a message after the fact helps nobody.
    """
    began = quiet_since(at)
    if began is None:
        return at
    morning = datetime.combine(began.date() + timedelta(days=1), QUIET_UNTIL, began.tzinfo)
    presses = concerns is not None and (clock.local_day(concerns) == clock.local_day(at) or at <= concerns <= morning)
    return at if kind.urgent and presses else morning


# --- telling ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reach:
    """How a person can be reached; `alone` has neither phone nor account."""

    person_id: int
    email: bool
    sms: bool
    alone: bool


def notify(
    person: Person,
    kind: Kind,
    occasion: str,
    *,
    words: Mapping[str, str] | None = None,
    url: str = "",
    concerns: datetime | None = None,
    at: datetime | None = None,
) -> Notice | None:
    """Tell one person, inside the caller's transaction.

    Effects, in order: the Notice, unless the person was told of this before; a Delivery for each channel that the kind
    uses and the person has: the account's verified e-mail, the person's phone or the account's verified one. Channels
    that the person has switched off are left out when the outbox takes them up. Invented people get no text messages,
    their numbers may be somebody's. Who has neither phone nor account is told through the guardians, if there are any.

    Queries: one INSERT, one more with deliveries; the account is read where `person.user` is not known yet.

    Args:
        occasion: a short key of what caused it: "transition:12", "audit:7", "reminder:session:9".
        words: fill the kind's body; nobody else's personal data.
        url: local address of the page that shows what it is about.
        concerns: the moment it is about, see `not_before`.

    Returns:
        The new notice; None when the person was told before.
    """
    account = getattr(person, "user", None)
    reach = _reach_of(person.pk, bool(person.phone_index), person.is_sample, account)
    told = _tell(_with_guardians([reach]), kind, occasion, words, url, concerns, at or clock.now())
    return told[0] if told else None


def notify_all(
    people: Iterable[int],
    kind: Kind,
    occasion: str,
    *,
    words: Mapping[str, str] | None = None,
    url: str = "",
    concerns: datetime | None = None,
    at: datetime | None = None,
) -> list[Notice]:
    """Tell many at once, by the ids of their Persons; everything else as `notify`.

    Queries: the same number however many they are (and one more for each five hundred).
    """
    reached = _with_guardians(_reached(people))
    return _tell(reached, kind, occasion, words, url, concerns, at or clock.now())


def _reach_of(person_id: int, phone: bool, sample: bool, account: User | None) -> _Reach:
    live = account is not None and account.is_active
    by_email = live and account is not None and account.email_verified_at is not None
    by_sms = not sample and (phone or (live and account is not None and account.phone_verified_at is not None))
    return _Reach(person_id, by_email, by_sms, alone=not phone and account is None)


def _reached(people: Iterable[int]) -> list[_Reach]:
    rows = Person.objects.filter(pk__in=set(people)).select_related("user")
    return [
        _reach_of(row.pk, bool(row.phone_index), row.is_sample, getattr(row, "user", None))
        for row in rows.only("phone_index", "is_sample", "user__is_active", "user__email_verified_at",
                             "user__phone_verified_at")
    ]  # fmt: skip


def _with_guardians(reached: list[_Reach]) -> list[_Reach]:
    """Put the guardians in the place of those who cannot be reached themselves."""
    alone = {reach.person_id for reach in reached if reach.alone}
    if not alone:
        return reached
    pairs = Person.guardians.through.objects.filter(from_person__in=alone).values_list("from_person", "to_person")
    guarded = {child for child, _guardian in pairs}
    found = {reach.person_id: reach for reach in reached if reach.person_id not in guarded}
    for reach in _reached({guardian for _child, guardian in pairs} - set(found)):
        found[reach.person_id] = reach
    return list(found.values())


def _tell(
    reached: list[_Reach],
    kind: Kind,
    occasion: str,
    words: Mapping[str, str] | None,
    url: str,
    concerns: datetime | None,
    at: datetime,
) -> list[Notice]:
    registry[kind.code]  # a kind that is not in the catalogue could not be shown
    common: dict[str, Any] = {"kind": kind.code, "occasion": occasion, "words": dict(words or {}), "url": url}
    ways = {reach.person_id: reach for reach in sorted(reached, key=lambda reach: reach.person_id)}
    with transaction.atomic(savepoint=False):
        told = _insert([Notice(person_id=pk, created_at=at, **common) for pk in ways])
        wanted = not_before(kind, at, concerns)
        deliveries = [
            Delivery(notice=notice, channel=channel, not_before=wanted)
            for notice in told
            for channel in kind.channels
            if (ways[notice.person_id].email if channel == Channel.EMAIL else ways[notice.person_id].sms)
        ]
        Delivery.objects.bulk_create(deliveries, batch_size=_AT_ONCE)
    return told


def _insert(rows: list[Notice]) -> list[Notice]:
    """Insert what is new and return it; what was told before is left as it is."""
    if len(rows) == 1:
        try:
            with transaction.atomic():
                rows[0].save(force_insert=True)
        except IntegrityError:
            return []
        return rows
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_AT_ONCE)
    ours = {row.public_id: row for row in rows}
    stored = Notice.objects.filter(public_id__in=ours).values_list("public_id", "pk")
    for public_id, pk in stored:
        ours[public_id].pk = pk
    return [row for row in rows if row.pk]


# --- the inbox ----------------------------------------------------------------------------------------------------


def inbox(person_id: int | None) -> NoticeQuerySet:
    """Return what the person was told, the latest first; nothing for an account without a person."""
    return Notice.objects.filter(person=person_id or 0)


def unread_count(person_id: int | None) -> int:
    """Return how many notices wait to be opened."""
    return inbox(person_id).unread().count() if person_id else 0


def mark_read(notice: Notice, *, at: datetime | None = None) -> None:
    """Mark one notice as read; the first time counts."""
    moment = at or clock.now()
    if Notice.objects.unread().filter(pk=notice.pk).update(read_at=moment):
        notice.read_at = moment


def mark_all_read(person: Person, *, up_to: str = "", at: datetime | None = None) -> int:
    """Mark the person's notices as read and return how many were not.

    Args:
        up_to: public id of the newest notice that the person saw; what came after it stays unread.
    """
    rows = inbox(person.pk).unread()
    newest = inbox(person.pk).filter(public_id=up_to).values_list("pk", flat=True).first() if up_to else None
    if newest is not None:
        rows = rows.filter(pk__lte=newest)
    return rows.update(read_at=at or clock.now())


# --- switches -----------------------------------------------------------------------------------------------------

Way = tuple[str, str]
"""A kind's code and a channel."""


def offered(*, staff: bool) -> list[Kind]:
    """Return the kinds of which somebody may switch channels off."""
    return [kind for kind in registry.values() if kind.channels and (staff or not kind.for_staff)]


def switched_off(person: Person) -> set[Way]:
    """Return what the person does not want."""
    return set(NoticeSwitch.objects.filter(person=person).values_list("kind", "channel"))


@transaction.atomic
def set_switches(
    person: Person, kinds: Iterable[Kind], off: Iterable[Way], *, by: User | None, at: datetime | None = None
) -> None:
    """Set which channels of `kinds` the person does not want; other kinds stay as they are.

    Effects, in order: the switches, one audit row of the person with the codes that changed. Nothing when all is as it
    was. Messages on their way are affected too.
    """
    possible = {(kind.code, channel) for kind in kinds for channel in kind.channels}
    before, wanted = switched_off(person) & possible, set(off) & possible
    for code, channel in before - wanted:
        NoticeSwitch.objects.filter(person=person, kind=code, channel=channel).delete()
    fresh = [NoticeSwitch(person=person, kind=code, channel=channel) for code, channel in sorted(wanted - before)]
    NoticeSwitch.objects.bulk_create(fresh, ignore_conflicts=True)
    if before != wanted:
        audit.record(person, "switch_notices", by=by, fields=[code for code, _channel in before ^ wanted], at=at)
