"""What a person is told (消息), and the outbox of what leaves the site (design §2, Notices)."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Person
from core import clock
from core.fields import PublicIdField
from core.scope import ScopePath


class Channel(models.TextChoices):
    """Ways beside the inbox, which always has everything."""

    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")


class DeliveryState(models.TextChoices):
    """queued → sending → sent, failed or unknown. An unknown e-mail is sent again, an unknown SMS is not."""

    QUEUED = "queued", _("queued")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("unknown whether it arrived")


class NoticeQuerySet(models.QuerySet):
    def unread(self) -> "NoticeQuerySet":
        """Not opened in the inbox yet."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing told to one person, once: unique by occasion and kind. Its words are filled into the kind's text."""

    scope_path = ScopePath()

    public_id = PublicIdField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=40)
    occasion = models.CharField(_("occasion"), max_length=60)
    words = models.JSONField(_("words"), default=dict)
    url = models.CharField(_("address"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    read_at = models.DateTimeField(_("read"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="notice_public_id"),
            models.UniqueConstraint(fields=["person", "occasion", "kind"], name="notice_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="notice_by_person"),
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occasion}"


class DeliveryQuerySet(models.QuerySet):
    def due(self, at: datetime) -> "DeliveryQuerySet":
        """Waiting, and their time has come; also those of which nobody knows and that may go again."""
        waiting = (DeliveryState.QUEUED, DeliveryState.UNKNOWN)
        return self.filter(state__in=waiting, ended_at__isnull=True, not_before__lte=at)


class Delivery(models.Model):
    """One notice on one channel: the outbox. Its state changes by compare-and-set only (accounts.outbox)."""

    scope_path = ScopePath()

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries", verbose_name=_("message"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=DeliveryState.choices, default=DeliveryState.QUEUED, editable=False
    )
    not_before = models.DateTimeField(_("not before"), default=clock.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(_("taken up"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once")]
        indexes = [models.Index(fields=["state", "not_before"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.notice} {self.channel}"


class NoticeSwitch(models.Model):
    """A person does not want one kind of notice on one channel. The inbox cannot be switched off."""

    scope_path = ScopePath()

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=40)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)

    class Meta:
        verbose_name = _("switched off")
        verbose_name_plural = _("switched off")
        constraints = [models.UniqueConstraint(fields=["person", "kind", "channel"], name="notice_switch_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel}"
