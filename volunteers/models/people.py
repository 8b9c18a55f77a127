"""Volunteers, where they come from, and their memberships in teams."""

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock, constraints
from core.fields import PublicIdField
from core.models import Versioned
from core.refusals import Refusal
from core.scope import ScopedQuerySet, ScopePath
from grids.models import Community
from volunteers.models.teams import Leadership, Team
from volunteers.states import (
    MEMBERSHIP,
    OPEN,
    STANDING,
    VOLUNTEER,
    MembershipState,
    SourceKind,
    VolunteerState,
)


class Volunteer(Versioned):
    """A person who gives time and skill unpaid; one row per person, kept by the community that recorded it."""

    scope_path = ScopePath(community="community")
    machine = VOLUNTEER

    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", verbose_name=_("community"))
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    state = models.CharField(
        _("state"), max_length=20, choices=VolunteerState.choices, default=VolunteerState.APPLIED, editable=False
    )
    joined_on = models.DateField(_("volunteer since"), default=clock.today)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        ordering = ["-joined_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["person"], name="volunteer_person_once")]

    def __str__(self) -> str:
        return str(self.person)


class VolunteerSource(models.Model):
    """One group of people that a volunteer comes from (S4-09)."""

    scope_path = ScopePath(community="volunteer__community")

    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.CASCADE, related_name="sources", verbose_name=_("volunteer")
    )
    kind = models.CharField(_("source"), max_length=30, choices=SourceKind.choices)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("source of a volunteer")
        verbose_name_plural = _("sources of volunteers")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["volunteer", "kind"], name="volunteer_source_once")]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class MembershipQuerySet(ScopedQuerySet):
    def open(self) -> "MembershipQuerySet":
        """Asked for, or lasting."""
        return self.filter(state__in=OPEN)

    def requested(self) -> "MembershipQuerySet":
        """Waiting for a leader or the community."""
        return self.filter(state=MembershipState.REQUESTED)

    def in_force(self) -> "MembershipQuerySet":
        """Members at present; not those whose work is suspended."""
        return self.filter(state=MembershipState.ACTIVE, volunteer__state__in=STANDING)


class Membership(Versioned):
    """A volunteer's place in a team. What has ended stays; who comes back gets another row."""

    scope_path = ScopePath(community="team__community")
    machine = MEMBERSHIP

    public_id = PublicIdField()
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("team"))
    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("volunteer")
    )
    state = models.CharField(
        _("state"), max_length=20, choices=MembershipState.choices, default=MembershipState.REQUESTED, editable=False
    )
    since = models.DateField(_("member since"), null=True, editable=False)
    until = models.DateField(_("member until"), null=True, editable=False)
    guardian_agreed_on = models.DateField(_("guardian's paper seen"), null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="membership_public_id"),
            models.UniqueConstraint(
                fields=["team", "volunteer"], condition=Q(state__in=OPEN), name="membership_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state=MembershipState.ACTIVE) | Q(since__isnull=False, until__isnull=True),
                name="membership_active_has_begun",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="membership_until_after_since"
            ),
        ]
        indexes = [models.Index(fields=["team", "state"], name="membership_by_team")]

    def __str__(self) -> str:
        return f"{self.volunteer} · {self.team}"

    @property
    def is_open(self) -> bool:
        """Twin of MembershipQuerySet.open."""
        return self.state in OPEN

    @property
    def is_in_force(self) -> bool:
        """Twin of MembershipQuerySet.in_force."""
        return self.state == MembershipState.ACTIVE and self.volunteer.state in STANDING


constraints.declare(membership_one_open=Refusal.ALREADY_IN_TEAM, volunteer_person_once=Refusal.DUPLICATE)


def teams_of(person_id: int, team_ids: Iterable[int], at: datetime | None = None) -> set[int]:
    """Return those of the teams that the person leads at the moment `at`, or is a member of now and was by that day."""
    moment, wanted = at or clock.now(), list(team_ids)
    if not wanted:
        return set()
    leads = Leadership.objects.live(moment).filter(team_id__in=wanted, person_id=person_id)
    belongs = Membership.objects.in_force().filter(
        team_id__in=wanted, volunteer__person_id=person_id, since__lte=clock.local_day(moment)
    )
    rows = (found.order_by().values_list("team_id", flat=True) for found in (leads, belongs))
    return set(next(rows).union(next(rows)))


def member_of(person_id: int, team_id: int, at: datetime | None = None) -> bool:
    """Say whether the person belongs to the team, as `teams_of`."""
    return bool(teams_of(person_id, [team_id], at))
