"""Volunteer teams and who leads them."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import NameField, PlainTextField, PublicIdField
from core.models import DatePrecision, Versioned
from core.scope import ScopedQuerySet, ScopePath
from grids.models import Community, Dated, DatedQuerySet
from stories.models import Theme
from volunteers.states import JOINABLE, TEAM, TeamKind, TeamState

CHECKED_EVERY = timedelta(days=365)
"""A team at work is looked at once a year (S1-31)."""


class TeamQuerySet(ScopedQuerySet):
    def active(self) -> "TeamQuerySet":
        """Teams that are at work."""
        return self.filter(state=TeamState.ACTIVE)

    def check_due(self, at: datetime | None = None) -> "TeamQuerySet":
        """Teams at work that nobody has checked for a year, counted from their first day here."""
        moment = (at or clock.now()) - CHECKED_EVERY
        never = Q(checked_on__isnull=True, created_at__lte=moment)
        return self.active().filter(never | Q(checked_on__lte=clock.local_day(moment)))


class Team(Versioned):
    """A team of a community."""

    scope_path = ScopePath(community="community", grid_postings_see=True)
    is_editorial = True
    machine = TEAM

    public_id = PublicIdField()
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", verbose_name=_("community"))
    name = NameField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=TeamKind.choices, default=TeamKind.VOLUNTEER)
    tasks = models.CharField(_("what it does"), max_length=200, blank=True)
    story = PlainTextField(_("about the team"), max_length=3000, blank=True)
    stated_size = models.PositiveIntegerField(_("members as told"), null=True, blank=True)
    founded_on = models.DateField(_("founded"), null=True, blank=True)
    founded_precision = models.CharField(
        _("precision"), max_length=10, choices=DatePrecision.choices, default=DatePrecision.UNKNOWN
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="+", verbose_name=_("themes"))
    state = models.CharField(
        _("state"), max_length=20, choices=TeamState.choices, default=TeamState.FORMING, editable=False
    )
    checked_on = models.DateField(_("last yearly check"), null=True, blank=True, editable=False)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["community", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="team_public_id"),
            models.UniqueConstraint(fields=["community", "name"], name="team_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The address of its page, which portal owns (design §4: a stable contract)."""
        return f"/teams/{self.public_id}/"

    @property
    def is_active(self) -> bool:
        """Twin of TeamQuerySet.active."""
        return self.state == TeamState.ACTIVE

    @property
    def takes_people_in(self) -> bool:
        return self.state in JOINABLE

    def is_led_by(self, person_id: int | None, at: datetime | None = None) -> bool:
        """Say whether the person leads the team at the moment `at`."""
        return person_id is not None and self.leaderships.live(at).filter(person_id=person_id).exists()


class LeadershipQuerySet(DatedQuerySet):
    def live(self, at: datetime | None = None) -> "LeadershipQuerySet":
        """Leaderships in force at the moment `at`: their days, unless ended before."""
        moment = at or clock.now()
        return super().live(moment).filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment))


class Leadership(Dated, Versioned):
    """Who leads a team, from when until when."""

    scope_path = ScopePath(community="team__community", grid_postings_see=True)

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="leaderships", verbose_name=_("team"))
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    ended_at = models.DateTimeField(_("ended at once"), null=True, editable=False)

    objects = LeadershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("team leader")
        verbose_name_plural = _("team leaders")
        ordering = ["-since", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person"], condition=Q(until__isnull=True), name="leadership_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="leadership_until_after_since"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.team}"

    def is_live(self, at: datetime | None = None) -> bool:
        """Twin of LeadershipQuerySet.live."""
        moment = at or clock.now()
        return super().is_live(moment) and (self.ended_at is None or self.ended_at > moment)
