"""What somebody agreed to, in which version of the text."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Person
from core import clock
from core.scope import ScopePath


class ConsentKind(models.TextChoices):
    PRIVACY = "privacy", _("privacy notice")


class ConsentChannel(models.TextChoices):
    WEB = "web", _("on this site")
    COUNTER = "counter", _("at the counter")
    PAPER = "paper", _("on paper")


class ConsentQuerySet(models.QuerySet):
    def in_force(self) -> "ConsentQuerySet":
        """Given and not withdrawn since."""
        return self.filter(withdrawn_at__isnull=True)


class Consent(models.Model):
    """A person's agreement to one version of a text. A newer version needs a row of its own; nothing is rewritten
    but the moment of withdrawal (PIPL art. 14, 15)."""

    scope_path = ScopePath()

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    kind = models.CharField(_("what for"), max_length=20, choices=ConsentKind.choices)
    text_version = models.CharField(_("version of the text"), max_length=20)
    channel = models.CharField(_("channel"), max_length=10, choices=ConsentChannel.choices)
    given_at = models.DateTimeField(_("given"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "text_version"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_once_in_force",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_withdrawn_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.text_version}"
