"""What cards, rows and the panel say about an activity: pure functions from rows already read, no queries.

An activity handed in here comes from `for_cards` or `for_list`: it brings its community, venue, team and seats along.
"""

from datetime import datetime

from django.db import models
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import clock, dates
from core.components import Act, ActivityCard, Fact, Panel, Seats, Step
from core.models import Transition
from core.refusals import Refusal, Refused
from core.templatetags import linli
from events.models import HELD_STATES, Activity, ActivityQuerySet, Quota, SignUp
from events.services.sign_ups import cancel_cutoff
from events.services.standings import Standing, why_closed
from events.states import SIGN_UP, ActivityKind, ActivityState, Audience, JointRole


class Phase(models.TextChoices):
    """Where an activity stands, as visitors see it; computed from state, dates and seats."""

    OPEN = "open", gettext_lazy("Sign-up open")
    FEW = "few", gettext_lazy("Few seats left")
    FULL = "full", gettext_lazy("Fully booked")
    NOT_YET = "not_yet", gettext_lazy("Sign-up not open yet")
    CLOSED = "closed", gettext_lazy("Sign-up closed")
    WITHOUT = "without", gettext_lazy("No sign-up needed")
    FINISHED = "finished", gettext_lazy("Finished")
    CANCELLED = "cancelled", gettext_lazy("Cancelled")
    POSTPONED = "postponed", gettext_lazy("Postponed")


TONES = {
    Phase.OPEN: "go", Phase.FEW: "few", Phase.FULL: "few", Phase.NOT_YET: "info", Phase.CLOSED: "off",
    Phase.WITHOUT: "go", Phase.FINISHED: "off", Phase.CANCELLED: "zhu", Phase.POSTPONED: "few",
}  # fmt: skip
ICONS = {
    Phase.FULL: "users", Phase.WITHOUT: "check", Phase.FINISHED: "flag", Phase.POSTPONED: "calendar-clock",
}  # fmt: skip
PHASES = {
    Refusal.FULL: Phase.FULL,
    Refusal.NOT_OPEN_YET: Phase.NOT_YET,
    Refusal.NO_SIGN_UP: Phase.WITHOUT,
    Refusal.CANCELLED: Phase.CANCELLED,
    Refusal.FINISHED: Phase.FINISHED,
}
PERSONAL = frozenset({
    Refusal.NO_PERSON, Refusal.NOT_RESIDENT, Refusal.NOT_IN_TEAM, Refusal.STAFF_ONLY, Refusal.TOO_YOUNG,
    Refusal.TOO_OLD, Refusal.AGE_UNKNOWN, Refusal.CLASH,
})  # fmt: skip
"""Refusals that concern this person, while others may well sign up."""
OVER = (Phase.CANCELLED, Phase.POSTPONED, Phase.FINISHED)
"""Phases that are the same for everybody, signed up or not."""


def for_cards(rows: ActivityQuerySet) -> ActivityQuerySet:
    """Bring along what cards and panels show (no more queries)."""
    return rows.with_seats().select_related("community", "venue", "team")


CARD_FIELDS = (
    "public_id", "title", "kind", "state", "starts_at", "ends_at", "held_on", "held_precision", "held_note", "place",
    "needs_sign_up", "sign_up_opens_at", "sign_up_closes_at", "audience", "min_age", "max_age", "is_sample",
    "community__name",
    "community__slug", "venue__name", "team__name",
)  # fmt: skip


def for_list(rows: ActivityQuerySet) -> ActivityQuerySet:
    """Bring along what cards show, and no more (no more queries)."""
    return for_cards(rows).only(*CARD_FIELDS)


def quota_of(activity: Activity) -> Quota | None:
    """Return the participants' seats that `for_cards` and `for_list` brought along."""
    return None if activity.seats_id is None else activity.participants


def phase_of(activity: Activity, quota: Quota | None, at: datetime | None = None) -> Phase:
    """Return where `activity` stands at the moment `at`."""
    moment = at or clock.now()
    if activity.state == ActivityState.POSTPONED:
        return Phase.POSTPONED
    if activity.state == ActivityState.CANCELLED:
        return Phase.CANCELLED
    if activity.state in HELD_STATES or (activity.ends_at is not None and activity.ends_at <= moment):
        return Phase.FINISHED
    refused = why_closed(activity, quota, moment)
    if refused is None:
        return Phase.FEW if quota is not None and Seats(quota.seats_taken, quota.capacity).few else Phase.OPEN
    if refused.refusal == Refusal.NO_SIGN_UP and activity.needs_sign_up:
        return Phase.CLOSED
    return PHASES.get(refused.refusal, Phase.CLOSED)


def seats_of(quota: Quota | None, phase: Phase) -> Seats | None:
    """Return the meter of an activity that still takes or took sign-ups; none once it is over or called off."""
    if quota is None or phase in (Phase.WITHOUT, Phase.FINISHED, Phase.CANCELLED, Phase.POSTPONED):
        return None
    # Free seats that nobody can take (yet) are not offered.
    words = {
        Phase.CLOSED: _("%(count)s signed up") % {"count": quota.seats_taken},
        Phase.NOT_YET: _("%(count)s seats in all") % {"count": quota.capacity},
    }
    return Seats(quota.seats_taken, quota.capacity, words.get(phase, ""))


DRAWINGS = {
    ActivityKind.HEALTH: "health", ActivityKind.CARE: "health",
    ActivityKind.DRILL: "safety", ActivityKind.LAW: "safety",
    ActivityKind.CULTURE: "craft", ActivityKind.STUDY: "craft", ActivityKind.FAMILY: "craft",
    ActivityKind.EMPLOYMENT: "craft", ActivityKind.FESTIVAL: "craft",
}  # fmt: skip
"""The drawing that stands where a picture is missing; all other kinds have that of volunteers."""


# --- cards ----------------------------------------------------------------------------------------------------------


def card(
    activity: Activity,
    at: datetime | None = None,
    *,
    with_organiser: bool = True,
    standing: Standing | None = None,
) -> ActivityCard:
    """Return the card or row of `activity`; `standing` is how the signed-in person stands to it."""
    quota = quota_of(activity)
    phase = phase_of(activity, quota, at)
    label, tone, icon, reason = _badge(phase, standing)
    return ActivityCard(
        title=activity.title,
        url=activity.get_absolute_url(),
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        undated=_undated(activity),
        place=activity.where,
        organiser=organiser(activity) if with_organiser else "",
        badge_label=label,
        badge_tone=tone,
        badge_icon=icon,
        seats=seats_of(quota, phase),
        note=_note(activity, phase),
        cancelled=phase == Phase.CANCELLED,
        sample=activity.is_sample,
        reason=reason,
    )


def _badge(phase: Phase, standing: Standing | None) -> tuple[str, str, str | None, str]:
    """Return word, tone and icon of a card's badge, and why this person cannot sign up."""
    if standing is not None and phase not in OVER:
        if standing.sign_up is not None:
            return SIGN_UP.label(standing.sign_up.state), SIGN_UP.tone(standing.sign_up.state), None, ""
        if standing.refused is not None and standing.refused.refusal in PERSONAL:
            return _("Not for you"), "off", "info", str(standing.refused)
    return str(phase.label), TONES[phase], ICONS.get(phase), ""


def _undated(activity: Activity) -> str:
    """Return what stands in the place of the date of a record without clock times."""
    written = dates.fuzzy(activity.held_on, activity.held_precision)
    if activity.starts_at is not None or activity.state not in HELD_STATES:
        return ""
    return written.text if written else _("Not recorded")


def _note(activity: Activity, phase: Phase) -> str:
    if activity.starts_at is None and activity.held_note:
        return activity.held_note
    if phase == Phase.WITHOUT:
        return _("Just come along")
    if phase == Phase.CANCELLED:
        return _("Does not take place")
    return _("The new date follows") if phase == Phase.POSTPONED else ""


def organiser(activity: Activity) -> str:
    """Return who invites: the community, and its team where there is one."""
    return " · ".join(str(host) for host in (activity.community, activity.team) if host)


def held_text(activity: Activity) -> str:
    """Return the time of a record without clock times, as it was told or to its precision; "" when unknown."""
    written = dates.fuzzy(activity.held_on, activity.held_precision)
    return written.text if written else activity.held_note


# --- facts ----------------------------------------------------------------------------------------------------------


def where_and_when(activity: Activity) -> list[Fact]:
    """Return the facts that every page about signing up repeats; no queries."""
    return [
        Fact(_("Time"), linli.day_when(activity.starts_at, activity.ends_at) or held_text(activity)),
        Fact(_("Place"), activity.where),
        Fact(_("Access"), activity.venue.access_notes if activity.venue else ""),
    ]


def facts(activity: Activity) -> list[Fact]:
    """Return the key facts of the detail page; what is unknown is left out."""
    by_role = {role: _partners(activity, role) for role in JointRole}
    return [
        *where_and_when(activity),
        Fact(_("For whom"), audience_text(activity)),
        Fact(_("Cost"), activity.fee_note),
        Fact(_("Organiser"), _with_leads(activity, by_role[JointRole.LEAD])),
        Fact(_("Co-organisers"), "、".join(by_role[JointRole.CO_ORGANISER] + by_role[JointRole.FOUNDER])),
        Fact(_("Supported by"), "、".join(by_role[JointRole.SUPPORT])),
        Fact(_("Questions"), _phone(contact_phone(activity))),
    ]


def _with_leads(activity: Activity, leads: list[str]) -> SafeString:
    hosts = [place for place in (activity.community, activity.team) if place]
    links = format_html_join("、", '<a href="{}">{}</a>', ((place.get_absolute_url(), place) for place in hosts))
    return format_html("{}、{}", links, "、".join(leads)) if leads else links


def _partners(activity: Activity, role: str) -> list[str]:
    return [str(partner) for partner in activity.partners.all() if partner.role == role]


def _phone(number: str) -> str:
    return linli.phone(number) if number else ""


def contact_phone(activity: Activity) -> str:
    """Return the number to call about `activity`; "" when none is known."""
    return activity.contact_phone or activity.community.phone


def audience_text(activity: Activity) -> str:
    """Return for whom it is: 新城社区居民，60 岁及以上."""
    who = {
        Audience.RESIDENTS: _("Residents of {community}").format(community=activity.community),
        Audience.TEAM: _("Members of {team}").format(team=activity.team or activity.community),
    }.get(Audience(activity.audience), _("Everybody is welcome"))
    return _(", ").join(part for part in (who, _ages(activity.min_age, activity.max_age)) if part)


def _ages(youngest: int | None, oldest: int | None) -> str:
    if youngest is not None and oldest is not None:
        return _("aged {youngest}–{oldest}").format(youngest=youngest, oldest=oldest)
    if youngest is not None:
        return _("aged {age} and over").format(age=youngest)
    return _("aged up to {age}").format(age=oldest) if oldest is not None else ""


# --- the panel ------------------------------------------------------------------------------------------------------


def panel(
    activity: Activity,
    *,
    standing: Standing | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Panel:
    """Return what the panel beside the facts says.

    Args:
        standing: how the signed-in person stands to the activity; None for a visitor.
        reason: why it was called off.
    """
    quota = quota_of(activity)
    phase = phase_of(activity, quota, at)
    over = {Phase.CANCELLED: _cancelled, Phase.POSTPONED: _postponed, Phase.FINISHED: _finished}
    if phase in over:
        return over[phase](activity, standing, reason)
    seats = seats_of(quota, phase)
    if standing is not None and standing.sign_up is not None:
        return _mine(activity, standing.sign_up, seats, at)
    if standing is not None and standing.refused is not None and standing.refused.refusal in PERSONAL:
        return _not_for_you(activity, seats, standing.refused)
    return _open_to_all(activity, phase, seats)


def _open_to_all(activity: Activity, phase: Phase, seats: Seats | None) -> Panel:
    """The panel as everybody sees it while the activity is still to come."""
    if phase in (Phase.OPEN, Phase.FEW) and seats is not None:
        return _open(activity, phase, seats)
    if phase == Phase.FULL:
        return Panel(
            heading=str(phase.label), tone="full", icon="users", seats=seats,
            sentence=_("If somebody withdraws, the seat is offered here again. Please look again later or call us."),
            acts=(similar(activity), *_call(activity)), more=_counter(activity),
        )  # fmt: skip
    if phase == Phase.NOT_YET:
        return Panel(
            heading=str(phase.label), tone="info", seats=seats, opens=activity.sign_up_opens_at,
            closes=activity.sign_up_closes_at, acts=(calendar(activity),), more=_counter(activity),
        )  # fmt: skip
    if phase == Phase.WITHOUT:
        return Panel(
            heading=str(phase.label), tone="open", icon="check", sentence=_("Just come along at the time given."),
            acts=(calendar(activity),),
        )  # fmt: skip
    return Panel(
        heading=str(phase.label), tone="off", seats=seats, closes=activity.sign_up_closes_at,
        sentence=_("If you would like to come, call and ask whether there is room."),
        acts=(similar(activity), *_call(activity)),
    )  # fmt: skip


def _open(activity: Activity, phase: Phase, seats: Seats) -> Panel:
    if phase == Phase.FEW:
        words = ngettext(
            "Only %(count)s seat left, first come, first served.",
            "Only %(count)s seats left, first come, first served.",
            seats.free,
        )
    else:
        words = ngettext("%(count)s seat is free.", "%(count)s seats are free.", seats.free)
    return Panel(
        heading=str(phase.label),
        tone=phase.value,
        seats=seats,
        sentence=words % {"count": seats.free},
        closes=activity.sign_up_closes_at,
        acts=(Act(_("Sign up"), reverse("events:activity_sign_up", args=[activity.public_id]), "primary"),),
        more=_counter(activity),
    )


def _mine(activity: Activity, party: SignUp, seats: Seats | None, at: datetime | None) -> Panel:
    until = cancel_words(activity, party, at)
    cancel = Act(_("Cancel my sign-up"), reverse("events:sign_up_cancel", args=[activity.public_id]), "danger")
    return Panel(
        heading=_("You are signed up"),
        tone="open",
        seats=seats,
        sentence=_("Your seat is kept. Just come at the time given."),
        acts=(calendar(activity, "primary"), *([cancel] if until else [])),
        more=until,
    )


def cancel_words(activity: Activity, party: SignUp | None = None, at: datetime | None = None) -> str:
    """Return until when one can cancel without being late, or that this is over; "" once the activity has begun.

    Args:
        party: the sign-up, None for somebody who is about to sign up.
    """
    moment = at or clock.now()
    if activity.starts_at is None or activity.starts_at <= moment:
        return ""
    cutoff = cancel_cutoff(activity, party)
    if cutoff <= moment:
        return _(
            "It begins soon: from now on a cancellation counts as late. If you cannot come, please cancel all the same."
        )
    words = _("You can cancel until {moment}. After that it counts as cancelled late. A neighbour is glad of the seat.")
    return format_html(words, moment=linli.daytime(cutoff))


def _not_for_you(activity: Activity, seats: Seats | None, refused: Refused) -> Panel:
    return Panel(
        heading=_("You cannot sign up at present"),
        tone="info",
        icon="info",
        seats=seats,
        sentence=str(refused),
        acts=(similar(activity), *_call(activity)),
        more=_counter(activity),
    )


def _cancelled(activity: Activity, standing: Standing | None, reason: str) -> Panel:
    sentences = [_("Reason: {reason}").format(reason=reason)] if reason else []
    if standing is not None and standing.sign_up is not None:
        sentences.append(_("You were signed up. There is nothing you need to do."))
    return Panel(
        heading=_("The activity is cancelled"), tone="off", icon="ban",
        sentence=" ".join(sentences) or _("It does not take place. Please do not come."),
        acts=(similar(activity), *_call(activity)),
    )  # fmt: skip


def _postponed(activity: Activity, standing: Standing | None, reason: str) -> Panel:
    return Panel(
        heading=_("The activity is postponed"), tone="few", icon="calendar-clock",
        sentence=_("The new date will stand here as soon as it is fixed."), acts=_call(activity),
    )  # fmt: skip


def _finished(activity: Activity, standing: Standing | None, reason: str) -> Panel:
    return Panel(
        heading=_("The activity is over"), tone="off", icon="flag", sentence=_("Thank you to everybody who came."),
        acts=(Act(_("See what comes next"), _list_address(community=activity.community.slug)),),
    )  # fmt: skip


def similar(activity: Activity) -> Act:
    """Return the way to activities of the same kind."""
    return Act(_("Similar activities"), _list_address(kind=activity.kind), "secondary", "calendar-days")


def calendar(activity: Activity, style: str = "secondary") -> Act:
    """Return the link to the calendar file."""
    address = reverse("events:activity_calendar_file", args=[activity.public_id])
    return Act(_("Add to calendar"), address, style, "calendar-plus")


def _list_address(**query: str) -> str:
    return reverse("events:activity_list", query=query)


def _call(activity: Activity) -> tuple[Act, ...]:
    number = contact_phone(activity)
    if not number:
        return ()
    return (Act(_("Call {number}").format(number=number), f"tel:{linli.dialled(number)}", "secondary", "phone"),)


def _counter(activity: Activity) -> str:
    number = contact_phone(activity)
    if not number:
        return _("Not comfortable online? Come to the community counter, and we will sign you up.")
    words = _("Not comfortable online? Come to the community counter or call {number}, and we will sign you up.")
    return format_html(words, number=format_html('<span class="nb num">{}</span>', number))


# --- what happened ----------------------------------------------------------------------------------------------------

STEPS = {
    "publish": gettext_lazy("Published"),
    "cancel": gettext_lazy("Cancelled"),
    "finish": gettext_lazy("Held"),
}


def steps(transitions: list[Transition], moved: list[datetime]) -> list[Step]:
    """Return what happened since publication, oldest first; by role only, never with the names of staff.

    Args:
        transitions: the activity's own, with their reason texts.
        moved: when its time or place was changed.
    """
    found = [Step(str(STEPS[row.verb]), row.at, reason=reason_of(row)) for row in transitions if row.verb in STEPS]
    published = next((step.at for step in found), None)
    found += [Step(_("Time or place changed"), at) for at in moved if published is not None and at > published]
    return sorted(found, key=lambda step: step.at or datetime.min)


def reason_of(row: Transition) -> str:
    """Return the reason of a step that is told to the public: that of a cancellation."""
    text = getattr(row, "reason_text", None)
    return text.text if row.verb == "cancel" and text is not None else ""
