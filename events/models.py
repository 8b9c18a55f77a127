"""Activities, their sessions and seats, and who signed up."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock, constraints
from core.fields import NameField, PlainTextField, PublicIdField
from core.images import StoredImage
from core.models import DatePrecision, Versioned
from core.refusals import Refusal
from core.scope import ScopedQuerySet, ScopePath
from events.states import (
    ACTIVITY,
    SEATED,
    SIGN_UP,
    ActivityKind,
    ActivityState,
    Audience,
    JointRole,
    QuotaRole,
    Risk,
    SignUpState,
)
from grids.models import Community, PartnerUnit, Venue
from stories.models import Theme
from volunteers.models import Team

PUBLIC_STATES = (
    ActivityState.PUBLISHED,
    ActivityState.FINISHED,
    ActivityState.COUNTED,
    ActivityState.CANCELLED,
    ActivityState.POSTPONED,
)
HELD_STATES = (ActivityState.FINISHED, ActivityState.COUNTED)
CAPACITY_MAX = 100_000


class ActivityQuerySet(ScopedQuerySet):
    def public(self) -> "ActivityQuerySet":
        """What anybody may read."""
        return self.filter(state__in=PUBLIC_STATES).exclude(audience=Audience.INTERNAL)

    def upcoming(self, at: datetime | None = None) -> "ActivityQuerySet":
        """Not over yet, soonest first; cancelled ones stay until their time, so that nobody comes in vain."""
        moment = at or clock.now()
        return self.filter(
            ends_at__gte=moment, state__in=(ActivityState.PUBLISHED, ActivityState.CANCELLED, ActivityState.POSTPONED)
        ).order_by("starts_at", "pk")

    def past(self, at: datetime | None = None) -> "ActivityQuerySet":
        """Over, the latest first; records without a date come last."""
        moment = at or clock.now()
        return self.filter(Q(ends_at__lt=moment) | Q(state__in=HELD_STATES)).order_by(
            F("starts_at").desc(nulls_last=True), "-pk"
        )

    def with_seats(self) -> "ActivityQuerySet":
        """Bring the participants' seats along in the same query: the Quota as `participants` and its key as `seats_id`,
        which is None, and `participants` missing, where there are none.
        """
        seats = FilteredRelation("quotas", condition=Q(quotas__role=QuotaRole.PARTICIPANT))
        rows = self.annotate(participants=seats).annotate(seats_id=F("participants__pk"))
        return rows.select_related("participants")

    def open_for_sign_up(self, at: datetime | None = None) -> "ActivityQuerySet":
        """Published, not for staff alone, inside the window, and with a participant's seat left.

        Its twin for one activity is events.services.standings.why_closed.
        """
        moment = at or clock.now()
        seats = Quota.objects.filter(activity=OuterRef("pk"), role=QuotaRole.PARTICIPANT, seats_taken__lt=F("capacity"))
        return self.filter(
            Exists(seats),
            state=ActivityState.PUBLISHED,
            needs_sign_up=True,
            sign_up_opens_at__lte=moment,
            sign_up_closes_at__gt=moment,
        ).exclude(audience=Audience.INTERNAL)


class Activity(Versioned):
    """Something that takes place; open for sign-up is computed from its dates and state."""

    scope_path = ScopePath(community="community", grid_postings_see=True)
    machine = ACTIVITY
    is_editorial = True
    service_fields = (
        "community",
        "venue",
        "place",
        "sign_up_opens_at",
        "sign_up_closes_at",
        "audience",
        "needs_sign_up",
    )
    """Read-only in the form once published; changed by a service with its own form (design: Records)."""

    public_id = PublicIdField()
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", verbose_name=_("community"))
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    title = NameField(_("title"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=ActivityKind.choices, default=ActivityKind.OTHER)
    themes = models.ManyToManyField(Theme, blank=True, related_name="+", verbose_name=_("themes"))
    description = PlainTextField(_("what happens"), max_length=5000, blank=True)
    bring = PlainTextField(_("what to bring"), max_length=500, blank=True)
    cover = StoredImage(_("picture"), blank=True, default="")
    cover_alt = models.CharField(_("the picture in words"), max_length=120, blank=True)
    venue = models.ForeignKey(
        Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("venue")
    )
    place = models.CharField(_("place in words"), max_length=80, blank=True)
    fee_note = models.CharField(_("cost"), max_length=40, blank=True)
    contact_phone = models.CharField(_("phone for questions"), max_length=30, blank=True)
    audience = models.CharField(_("for whom"), max_length=20, choices=Audience.choices, default=Audience.EVERYONE)
    min_age = models.PositiveSmallIntegerField(_("from age"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("to age"), null=True, blank=True)
    needs_sign_up = models.BooleanField(_("sign-up needed"), default=True)
    sign_up_opens_at = models.DateTimeField(_("sign-up opens"), null=True, blank=True)
    sign_up_closes_at = models.DateTimeField(_("sign-up closes"), null=True, blank=True)
    risk = models.CharField(_("risk"), max_length=10, choices=Risk.choices, default=Risk.LOW)
    risk_note = PlainTextField(_("risk notice"), max_length=500, blank=True)
    is_insured = models.BooleanField(_("insured"), default=False)
    starts_at = models.DateTimeField(_("starts"), null=True, editable=False)
    ends_at = models.DateTimeField(_("ends"), null=True, editable=False)
    held_on = models.DateField(_("held"), null=True, blank=True)
    held_precision = models.CharField(
        _("precision"), max_length=10, choices=DatePrecision.choices, default=DatePrecision.DAY
    )
    held_note = models.CharField(_("time as told"), max_length=60, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=ActivityState.choices, default=ActivityState.DRAFT, editable=False
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="activity_public_id"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at"))
                | Q(starts_at=None, ends_at=None),
                name="activity_ends_after_start",
                violation_error_message=Refusal.ENDS_BEFORE_START.label,
            ),
            models.CheckConstraint(
                condition=Q(sign_up_closes_at__gt=F("sign_up_opens_at"))
                | Q(sign_up_opens_at=None)
                | Q(sign_up_closes_at=None),
                name="activity_window_in_order",
                violation_error_message=Refusal.WINDOW_INVALID.label,
            ),
            models.CheckConstraint(
                condition=Q(sign_up_closes_at__lte=F("ends_at")) | Q(sign_up_closes_at=None) | Q(ends_at=None),
                name="activity_window_before_end",
                violation_error_message=Refusal.WINDOW_INVALID.label,
            ),
            models.CheckConstraint(
                condition=Q(min_age=None) | Q(max_age=None) | Q(max_age__gte=F("min_age")),
                name="activity_ages_in_order",
                violation_error_message=Refusal.AGES_INVALID.label,
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="activity_by_state"),
            models.Index(fields=["community", "state", "starts_at"], name="activity_by_community"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("events:activity_detail", args=[self.public_id])

    @property
    def where(self) -> str:
        """The place in words."""
        return self.place or (self.venue.name if self.venue else "")

    def is_public(self) -> bool:
        """Twin of ActivityQuerySet.public."""
        return self.state in PUBLIC_STATES and self.audience != Audience.INTERNAL


class ActivityPartner(Versioned):
    """A partner unit's part in an activity."""

    scope_path = ScopePath(community="activity__community", grid_postings_see=True)

    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, related_name="partners", verbose_name=_("activity")
    )
    partner_unit = models.ForeignKey(
        PartnerUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("partner unit")
    )
    role = models.CharField(_("role"), max_length=20, choices=JointRole.choices, default=JointRole.CO_ORGANISER)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["activity", "partner_unit"], name="activity_partner_once")]

    def __str__(self) -> str:
        return str(self.partner_unit)


class Session(Versioned):
    """One meeting of an activity; the activity's own times are copied from its sessions."""

    scope_path = ScopePath(community="activity__community", grid_postings_see=True)

    activity = models.ForeignKey(
        Activity, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("activity")
    )
    seq = models.PositiveSmallIntegerField(_("number"), default=1)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["activity", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "seq"], name="session_number_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.activity} {self.seq}"


class Quota(Versioned):
    """The seats of an activity for one role. Changed only by events.services.seats.

    `is_open` is a copy of "the activity is published" in the row that every sign-up must update: so the same statement
    that takes a seat sees a withdrawal or cancellation made at the same moment.
    """

    scope_path = ScopePath(community="activity__community", grid_postings_see=True)
    counted_fields = ("capacity", "seats_taken", "is_open")

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="quotas", verbose_name=_("activity"))
    role = models.CharField(_("role"), max_length=20, choices=QuotaRole.choices, default=QuotaRole.PARTICIPANT)
    capacity = models.PositiveIntegerField(_("seats"))
    seats_taken = models.PositiveIntegerField(_("seats taken"), default=0, editable=False)
    is_open = models.BooleanField(_("takes sign-ups"), default=False, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("seats")
        verbose_name_plural = _("seats")
        ordering = ["activity", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "role"], name="quota_role_once"),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, capacity__lte=CAPACITY_MAX), name="quota_capacity_in_range"
            ),
            models.CheckConstraint(
                condition=Q(seats_taken__gte=0, seats_taken__lte=F("capacity")), name="quota_never_over_seated"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} · {self.get_role_display()}"

    @property
    def free(self) -> int:
        return self.capacity - self.seats_taken


class SignUpQuerySet(ScopedQuerySet):
    def seated(self) -> "SignUpQuerySet":
        """Parties that hold seats."""
        return self.filter(state__in=SEATED)


class SignUp(Versioned):
    """A party of one or more that asked for seats, all or none."""

    scope_path = ScopePath(community="quota__activity__community", grid_postings_see=True)
    machine = SIGN_UP

    public_id = PublicIdField()
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="sign_ups", verbose_name=_("seats"))
    contact = models.ForeignKey(
        "accounts.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("contact")
    )
    party_size = models.PositiveSmallIntegerField(_("people"), default=1)
    state = models.CharField(
        _("state"), max_length=20, choices=SignUpState.choices, default=SignUpState.CONFIRMED, editable=False
    )
    client_key = models.CharField(_("form key"), max_length=40, null=True, editable=False)  # noqa: DJ001
    cutoff_hours = models.PositiveSmallIntegerField(
        _("hours before the start up to which cancelling is not late"), null=True, editable=False
    )

    objects = SignUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="sign_up_public_id"),
            models.UniqueConstraint(fields=["contact", "client_key"], name="sign_up_form_once"),
            models.CheckConstraint(condition=Q(party_size__gte=1, party_size__lte=50), name="sign_up_party_size"),
        ]
        indexes = [models.Index(fields=["quota", "state"], name="sign_up_by_quota")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.public_id}"


class Participant(models.Model):
    """One person of a party. Inactive once the party gave its seats back."""

    scope_path = ScopePath(community="activity__community", grid_postings_see=True)

    sign_up = models.ForeignKey(
        SignUp, on_delete=models.PROTECT, related_name="participants", verbose_name=_("sign-up")
    )
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="+", verbose_name=_("activity"))
    person = models.ForeignKey("accounts.Person", on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    active = models.BooleanField(_("active"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.UniqueConstraint(fields=["activity", "person"], condition=Q(active=True), name="participant_once"),
        ]

    def __str__(self) -> str:
        return str(self.person)


constraints.declare(
    activity_ends_after_start=Refusal.ENDS_BEFORE_START,
    activity_window_in_order=Refusal.WINDOW_INVALID,
    activity_window_before_end=Refusal.WINDOW_INVALID,
    activity_ages_in_order=Refusal.AGES_INVALID,
    session_ends_after_start=Refusal.ENDS_BEFORE_START,
    quota_capacity_in_range=Refusal.CAPACITY_INVALID,
    quota_never_over_seated=Refusal.FULL,
    participant_once=Refusal.ALREADY,
)
