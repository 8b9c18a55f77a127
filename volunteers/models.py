"""Volunteer teams and who leads them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import NameField, PlainTextField, PublicIdField
from core.models import DatePrecision, Versioned
from core.scope import ScopedQuerySet, ScopePath
from grids.models import Community, Dated, DatedQuerySet
from stories.models import Theme
from volunteers.states import TeamKind


class TeamQuerySet(ScopedQuerySet):
    def active(self) -> "TeamQuerySet":
        """Teams that are at work."""
        return self.filter(is_active=True)


class Team(Versioned):
    """A team of a community."""

    scope_path = ScopePath(community="community", grid_postings_see=True)
    is_editorial = True

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
    is_active = models.BooleanField(_("at work"), default=True)

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


class Leadership(Dated, Versioned):
    """Who leads a team, from when until when."""

    scope_path = ScopePath(community="team__community", grid_postings_see=True)

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="leaderships", verbose_name=_("team"))
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))

    objects = DatedQuerySet.as_manager()

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
