"""Figures of activities and sign-ups, counted from rows (S4-02)."""

from datetime import date, datetime, time

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import clock
from core.figures import Figure, register
from core.quantities import Quantity, Unit
from core.scope import Scope
from events.models import HELD_STATES, Activity, ActivityPartner, ActivityQuerySet, Participant
from events.states import ActivityState, Audience
from stories.models import Theme

COUNTED_STATES = (ActivityState.PUBLISHED, *HELD_STATES)


def held_or_open_count_by_theme(theme: Theme, scope: Scope) -> Quantity:
    """Count the public activities, to come or held, that are tagged with `theme` or a theme below it; each once."""
    tagged = Q(themes=theme) | Q(themes__parent=theme)
    rows = Activity.objects.within(scope).public().filter(tagged, state__in=COUNTED_STATES)
    return Quantity.exact(rows.distinct().count(), Unit.SESSION)


def counts_by_theme(themes: list[Theme], scope: Scope) -> dict[int, Quantity]:
    """Return `held_or_open_count_by_theme` of themes that have none below them, by id, in one query."""
    rows = Activity.objects.within(scope).public().filter(state__in=COUNTED_STATES, themes__in=themes)
    found = dict(rows.order_by().values_list("themes").annotate(Count("pk", distinct=True)))
    return {theme.pk: Quantity.exact(found.get(theme.pk, 0), Unit.SESSION) for theme in themes}


def _held_this_year(scope: Scope) -> ActivityQuerySet:
    """What took place since 1 January, local time: marked as held, or published and over."""
    moment = clock.now()
    year = clock.local_day(moment).year
    first, last = date(year, 1, 1), date(year, 12, 31)
    begins, ends = _midnight(first), _midnight(date(year + 1, 1, 1))
    over = Q(state__in=HELD_STATES) | Q(state=ActivityState.PUBLISHED, ends_at__lte=moment)
    dated = Q(starts_at__gte=begins, starts_at__lt=ends) | Q(starts_at=None, held_on__range=(first, last))
    return Activity.objects.within(scope).filter(over, dated).exclude(audience=Audience.INTERNAL)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def activities_this_year(scope: Scope) -> Quantity:
    return Quantity.exact(_held_this_year(scope).count(), Unit.SESSION)


def joint_activities(scope: Scope) -> Quantity:
    """Activities of this year that were held together with a partner unit, each once (S0-05)."""
    joint = ActivityPartner.objects.filter(activity=OuterRef("pk"))
    return Quantity.exact(_held_this_year(scope).filter(Exists(joint)).count(), Unit.SESSION)


def joint_activities_by_unit(scope: Scope) -> dict[int, Quantity]:
    """Return how many activities of this year each partner unit took part in, by its id; units without are left out."""
    rows = ActivityPartner.objects.filter(activity__in=_held_this_year(scope)).order_by()
    counted = rows.values_list("partner_unit").annotate(Count("activity", distinct=True))
    return {pk: Quantity.exact(number, Unit.SESSION) for pk, number in counted}


def activities_to_come(scope: Scope) -> Quantity:
    rows = Activity.objects.within(scope).public().filter(state=ActivityState.PUBLISHED, ends_at__gt=clock.now())
    return Quantity.exact(rows.count(), Unit.SESSION)


def _signed_up(scope: Scope) -> dict[str, int]:
    rows = Participant.objects.within(scope).filter(active=True, activity__state__in=COUNTED_STATES)
    return rows.aggregate(people=Count("person", distinct=True), times=Count("pk"))


def people_signed_up(scope: Scope) -> Quantity:
    return Quantity.exact(_signed_up(scope)["people"], Unit.PERSON)


def sign_ups(scope: Scope) -> Quantity:
    return Quantity.exact(_signed_up(scope)["times"], Unit.PERSON_TIME)


register(
    Figure(
        "events.activities_this_year",
        _("Activities held this year"),
        _("Activities of this calendar year that have taken place. Cancelled ones do not count."),
        activities_this_year,
    )
)
register(
    Figure(
        "events.joint_activities",
        _("Joint activities this year"),
        _("Activities of this calendar year that have taken place together with a partner unit; each counts once."),
        joint_activities,
    )
)
register(
    Figure(
        "events.activities_to_come",
        _("Activities to come"),
        _("Published activities that are not over yet."),
        activities_to_come,
    )
)
register(
    Figure(
        "events.people_signed_up",
        _("People who signed up"),
        _("Different people who hold or held a seat; each counts once. Cancelled sign-ups do not count."),
        people_signed_up,
    )
)
register(
    Figure(
        "events.sign_ups",
        _("Sign-ups"),
        _("Seats taken in activities: somebody who signed up for two activities counts twice."),
        sign_ups,
    )
)
