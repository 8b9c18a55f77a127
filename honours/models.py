"""Honours: who was awarded what, by whom, at which level."""

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.fields import NameField, PlainTextField, PublicIdField
from core.images import StoredImage
from core.masking import mask_family, mask_name
from core.models import DatePrecision, Versioned
from core.scope import ScopedQuerySet, ScopePath
from grids.models import Community, PartnerUnit, PartyOrganisation
from honours.states import HONOUR, HonourLevel, HonourState, RecipientKind
from volunteers.models import Team

RECIPIENTS = (
    "recipient_community",
    "recipient_party_organisation",
    "recipient_team",
    "recipient_partner_unit",
    "recipient_person",
)


def _exactly_one_recipient() -> Q:
    """Exactly one of the recipient keys, or a printed name alone (design §6)."""
    condition = Q(**{f"{name}__isnull": True for name in RECIPIENTS}) & ~Q(printed_name="")
    for chosen in RECIPIENTS:
        others = {f"{name}__isnull": True for name in RECIPIENTS if name != chosen}
        condition |= Q(**{f"{chosen}__isnull": False}, **others, printed_name="")
    return condition


class HonourQuerySet(ScopedQuerySet):
    def public(self) -> "HonourQuerySet":
        """What stands on the wall; a revoked honour stays and is shown as revoked."""
        return self.filter(state__in=(HonourState.PUBLISHED, HonourState.REVOKED))

    def by_rank(self) -> "HonourQuerySet":
        """The highest level first, then the latest; revoked ones last. `rank_order` is the place of the level."""
        levels = [When(level=level, then=Value(place)) for place, level in enumerate(HonourLevel.values)]
        revoked = When(state=HonourState.REVOKED, then=Value(len(levels)))
        return self.annotate(rank_order=Case(revoked, *levels, default=Value(len(levels)))).order_by(
            "rank_order", F("awarded_on").desc(nulls_last=True), "pk"
        )

    def in_year(self, year: int) -> "HonourQuerySet":
        """Awarded in a year that is known."""
        return self.filter(awarded_on__year=year).exclude(awarded_precision=DatePrecision.UNKNOWN)

    def with_recipients(self) -> "HonourQuerySet":
        """Bring along what `recipient` reads, and what the foot of the page says of the community."""
        names = [f"{name}__name" for name in ("community", *RECIPIENTS)]
        own = [field.name for field in Honour._meta.concrete_fields]
        place = [f"community__{name}" for name in ("slug", "phone", "address", "hours")]
        return self.select_related("community", *RECIPIENTS).only(*own, *place, *names)

    def valid(self) -> "HonourQuerySet":
        """Published and not revoked: what the figures count."""
        return self.filter(state=HonourState.PUBLISHED)


class Honour(Versioned):
    """One award (S0-33, S0-35, S1-03)."""

    scope_path = ScopePath(community="community")
    machine = HONOUR
    is_editorial = True

    public_id = PublicIdField()
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", verbose_name=_("community"))
    title = NameField(_("title"), max_length=80)
    level = models.CharField(_("level"), max_length=20, choices=HonourLevel.choices, default=HonourLevel.UNKNOWN)
    rank = models.CharField(_("rank"), max_length=20, blank=True)
    event = models.CharField(_("event"), max_length=80, blank=True)
    issuer = models.CharField(_("issued by"), max_length=80, blank=True)
    awarded_on = models.DateField(_("awarded"), null=True, blank=True)
    awarded_precision = models.CharField(
        _("precision"), max_length=10, choices=DatePrecision.choices, default=DatePrecision.UNKNOWN
    )
    recipient_kind = models.CharField(
        _("kind of recipient"), max_length=20, choices=RecipientKind.choices, default=RecipientKind.COMMUNITY
    )
    recipient_community = models.ForeignKey(
        Community,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recipient: community"),
    )
    recipient_party_organisation = models.ForeignKey(
        PartyOrganisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recipient: party organisation"),
    )
    recipient_team = models.ForeignKey(
        Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recipient: team")
    )
    recipient_partner_unit = models.ForeignKey(
        PartnerUnit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recipient: partner unit"),
    )
    recipient_person = models.ForeignKey(
        "accounts.Person",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recipient: person"),
    )
    printed_name = NameField(_("recipient: printed name"), max_length=60, blank=True, default="")
    name_consent = models.BooleanField(_("the recipient agrees to be named in public"), default=False)
    story = PlainTextField(_("story"), max_length=5000, blank=True)
    certificate = StoredImage(_("picture of the certificate"), blank=True, default="")
    state = models.CharField(
        _("state"), max_length=20, choices=HonourState.choices, default=HonourState.DRAFT, editable=False
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = HonourQuerySet.as_manager()

    class Meta:
        verbose_name = _("honour")
        verbose_name_plural = _("honours")
        ordering = ["-awarded_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="honour_public_id"),
            models.CheckConstraint(condition=_exactly_one_recipient(), name="honour_exactly_one_recipient"),
        ]
        indexes = [models.Index(fields=["community", "state"], name="honour_by_community")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("honours:honour_detail", args=[self.public_id])

    @property
    def recipient(self) -> str:
        """The recipient's name as staff see it."""
        for name in RECIPIENTS:
            if getattr(self, f"{name}_id"):
                return str(getattr(self, name))
        return self.printed_name

    @property
    def is_named(self) -> bool:
        """Whether the public may know the recipient: private persons and families only if they agreed."""
        private = self.recipient_person_id or self.recipient_kind in (RecipientKind.PERSON, RecipientKind.FAMILY)
        return self.name_consent or not private

    @property
    def public_recipient(self) -> str:
        """The recipient as the public may read it, masked unless `is_named`."""
        if self.is_named:
            return self.recipient
        return mask_family(self.recipient) if self.recipient_kind == RecipientKind.FAMILY else mask_name(self.recipient)
