"""Tables of the mechanisms: transitions, audit, versions, opening balances."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import PlainTextField
from core.quantities import Qualifier, Quantity, Unit
from core.scope import ScopedQuerySet, ScopePath


class Versioned(models.Model):
    """Base of rows that staff edit: an optimistic lock and the moment of creation."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)

    class Meta:
        abstract = True


class DatePrecision(models.TextChoices):
    """How exactly a date is known; nothing gets an invented date (design: History)."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    SEASON = "season", _("season")
    YEAR = "year", _("year")
    UNKNOWN = "unknown", _("unknown")


class Logged(models.Model):
    """What every append-only row says: who did what to which object, and when."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("actor")
    )
    on_behalf_of_id = models.BigIntegerField(_("on behalf of"), null=True)
    content_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    object_id = models.BigIntegerField()
    object = GenericForeignKey("content_type", "object_id")
    verb = models.CharField(_("act"), max_length=40)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    at = models.DateTimeField(_("at"), default=clock.now)

    class Meta:
        abstract = True


class Transition(Logged):
    """One step of a life cycle. Append-only."""

    source = models.CharField(_("from state"), max_length=30, blank=True)
    target = models.CharField(_("to state"), max_length=30)

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        indexes = [models.Index(fields=["content_type", "object_id", "id"], name="transition_by_object")]


class AuditEntry(Logged):
    """One change of a plain row: the names of the changed fields, never their values. Append-only."""

    fields = models.JSONField(_("fields"), default=list)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes = [models.Index(fields=["content_type", "object_id", "id"], name="audit_by_object")]


class ReasonText(models.Model):
    """A reason in somebody's own words; apart from the log so that it can be blanked."""

    transition = models.OneToOneField(Transition, on_delete=models.PROTECT, related_name="reason_text")
    text = PlainTextField(_("reason"), max_length=500, blank=True)


class CommunityVersion(models.Model):
    """Counts the editorial changes of a community; part of the key of every cached fragment."""

    community_id = models.BigIntegerField(primary_key=True)
    number = models.PositiveBigIntegerField(default=0)


class OpeningBalance(Versioned):
    """A total that was reached before the portal kept rows, as it was told (S0-45)."""

    scope_path = ScopePath(community="community_id")
    is_editorial = True

    community_id = models.BigIntegerField(_("community"))
    indicator = models.SlugField(_("indicator"), max_length=60)
    label = models.CharField(_("label"), max_length=60)
    value = models.DecimalField(_("value"), max_digits=16, decimal_places=2, null=True)
    unit = models.CharField(_("unit"), max_length=20, choices=Unit.choices)
    qualifier = models.CharField(_("qualifier"), max_length=20, choices=Qualifier.choices)
    period = models.CharField(_("period"), max_length=60, blank=True)
    source = models.CharField(_("source"), max_length=120, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("opening balance")
        verbose_name_plural = _("opening balances")
        ordering = ["community_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["community_id", "indicator", "period"], name="balance_once"),
            models.CheckConstraint(condition=Q(value__isnull=True) | Q(value__gte=0), name="balance_not_negative"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.value, Unit(self.unit), Qualifier(self.qualifier))
