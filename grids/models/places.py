"""Places: regions, communities, grids, organisations, units and venues; and the postings of staff in them."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from core import clock
from core.fields import EncryptedTextField, NameField, PublicIdField
from core.models import DatePrecision, Versioned
from core.scope import ScopedQuerySet, ScopePath
from grids.states import PARTNER, GridKind, GridLevel, PartnerKind, PartnerState, PartyKind, RegionLevel, VenueKind

PATH_STEP = 8
"""Digits of one step in a tree path; a path holds every ancestor, so a subtree is one prefix query."""


def tree_path(parent: Any, pk: int) -> str:
    """Return the path of the node `pk` below `parent` (None at the root)."""
    return f"{parent.path if parent else ''}{pk:0{PATH_STEP}d}"


class Region(Versioned):
    """An administrative unit above the communities. Unknown levels are left out, never invented."""

    scope_path = ScopePath(region="pk")

    name = NameField(_("name"), max_length=40)
    level = models.CharField(_("level"), max_length=20, choices=RegionLevel.choices)
    code = models.CharField(_("division code"), max_length=12, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    path = models.CharField(max_length=80, editable=False, default="", db_index=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="region_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Community(Versioned):
    """The area of one residents' committee: the portal's unit of everything."""

    scope_path = ScopePath(community="pk", region="region", grid_postings_see=True)
    is_editorial = True

    name = NameField(_("name"), max_length=40)
    slug = models.SlugField(_("address word"), max_length=40)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, related_name="communities", verbose_name=_("region")
    )
    founded_on = models.DateField(_("founded"), null=True, blank=True)
    founded_precision = models.CharField(
        _("precision"), max_length=10, choices=DatePrecision.choices, default=DatePrecision.UNKNOWN
    )
    area_km2 = models.DecimalField(_("area (km²)"), max_digits=8, decimal_places=2, null=True, blank=True)
    office_area_m2 = models.PositiveIntegerField(_("office space (m²)"), null=True, blank=True)
    bound_east = models.CharField(_("bound in the east"), max_length=40, blank=True)
    bound_south = models.CharField(_("bound in the south"), max_length=40, blank=True)
    bound_west = models.CharField(_("bound in the west"), max_length=40, blank=True)
    bound_north = models.CharField(_("bound in the north"), max_length=40, blank=True)
    shape = models.CharField(_("shape"), max_length=20, blank=True)
    slogan = models.CharField(_("slogan"), max_length=60, blank=True)
    address = models.CharField(_("office address"), max_length=120, blank=True)
    phone = models.CharField(_("office phone"), max_length=30, blank=True)
    hours = models.CharField(_("office hours"), max_length=120, blank=True)
    settings = models.JSONField(_("settings"), default=dict, blank=True, editable=False)
    is_demo = models.BooleanField(_("demonstration"), default=False, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("community")
        verbose_name_plural = _("communities")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["slug"], name="community_slug_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The address of its home page, which portal owns (design §4: a stable contract)."""
        return f"/c/{self.slug}/"

    @property
    def bounds(self) -> list[tuple[str, str]]:
        """The four bounds that are known, as (direction, landmark)."""
        named = [
            (_("east"), self.bound_east),
            (_("south"), self.bound_south),
            (_("west"), self.bound_west),
            (_("north"), self.bound_north),
        ]
        return [(str(side), mark) for side, mark in named if mark]


class PartyOrganisation(Versioned):
    """A party organisation of a community, in a tree."""

    scope_path = ScopePath(community="community")
    is_editorial = True

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="party_organisations", verbose_name=_("community")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    name = NameField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=30, choices=PartyKind.choices)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("party organisation")
        verbose_name_plural = _("party organisations")
        ordering = ["community", "pk"]
        constraints = [models.UniqueConstraint(fields=["community", "name"], name="party_organisation_name_once")]

    def __str__(self) -> str:
        return self.name


class GridQuerySet(ScopedQuerySet):
    def active(self) -> "GridQuerySet":
        """Grids in use; a grid is closed, never deleted, once something hangs on it."""
        return self.filter(is_active=True)

    def lowest(self) -> "GridQuerySet":
        """Grids in use without others below them: those where people live."""
        below = Grid.objects.active().filter(parent=OuterRef("pk"))
        return self.active().exclude(Exists(below))

    def merged(self) -> "GridQuerySet":
        """Grids in which the social and the party grid are one (S3-12)."""
        return self.filter(kind=GridKind.MERGED)

    def without_organisation(self) -> "GridQuerySet":
        """Grids lacking a party organisation (S3-12)."""
        return self.filter(party_organisation__isnull=True)

    def without_worker(self, at: datetime | None = None, *, among: Any = None) -> "GridQuerySet":
        """Grids for which no grid worker answers, neither here nor in a grid above (S3-06).

        Args:
            among: the postings that count; those in force at the moment `at` by default.
        """
        live = Posting.objects.live(at) if among is None else among
        held = live.filter(role=Role.GRID_WORKER, grid__isnull=False)
        here = ExpressionWrapper(OuterRef("path"), output_field=models.CharField())
        return self.exclude(Exists(held.annotate(here=here).filter(here__startswith=F("grid__path"))))

    def below(self, grid: "Grid") -> "GridQuerySet":
        """`grid` itself and all grids below it."""
        return self.filter(path__startswith=grid.path)


class Grid(Versioned):
    """The smallest unit of management, up to three levels deep (S0-04, S1-05)."""

    scope_path = ScopePath(community="community", grid="pk")
    is_editorial = True

    public_id = PublicIdField()
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="grids", verbose_name=_("community")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=GridLevel.choices, default=GridLevel.ONE)
    kind = models.CharField(_("kind"), max_length=10, choices=GridKind.choices, default=GridKind.SOCIAL)
    name = NameField(_("name"), max_length=40)
    party_organisation = models.ForeignKey(
        PartyOrganisation, on_delete=models.PROTECT, null=True, blank=True, related_name="grids",
        verbose_name=_("party organisation"),
    )  # fmt: skip
    boundary_words = models.CharField(_("boundary in words"), max_length=200, blank=True)
    duty_phone = models.CharField(_("duty phone"), max_length=30, blank=True)
    path = models.CharField(max_length=24, editable=False, default="", db_index=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        ordering = ["community", "path"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="grid_public_id"),
            models.UniqueConstraint(fields=["community", "name"], name="grid_name_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="grid_level_one_to_three"),
            models.CheckConstraint(condition=Q(level=1) | Q(parent__isnull=False), name="grid_lower_has_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("grids:grid_detail", args=[self.public_id])


class PartnerUnitQuerySet(ScopedQuerySet):
    def current(self) -> "PartnerUnitQuerySet":
        """Units with which the community works or wants to work; ended ones stay on record."""
        return self.exclude(state=PartnerState.ENDED)


class PartnerUnit(Versioned):
    """A unit in the territory that works together with the community (S0-05)."""

    scope_path = ScopePath(community="community")
    machine = PARTNER
    is_editorial = True

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="partner_units", verbose_name=_("community")
    )
    name = NameField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=30, choices=PartnerKind.choices, default=PartnerKind.OTHER)
    role_note = models.CharField(_("joint work"), max_length=120, blank=True)
    contact_name = NameField(_("contact person"), max_length=60, blank=True)
    contact_phone = EncryptedTextField(_("contact phone"), blank=True, default="", editable=False)
    agreement_on = models.DateField(_("agreement signed on"), null=True, blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=20, choices=PartnerState.choices, default=PartnerState.LISTED, editable=False
    )

    objects = PartnerUnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner unit")
        verbose_name_plural = _("partner units")
        ordering = ["community", "pk"]
        constraints = [models.UniqueConstraint(fields=["community", "name"], name="partner_unit_name_once")]

    def __str__(self) -> str:
        return self.name


class Venue(Versioned):
    """A place where things happen."""

    scope_path = ScopePath(community="community", grid_postings_see=True)
    is_editorial = True

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="venues", verbose_name=_("community")
    )
    name = NameField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=VenueKind.choices, default=VenueKind.HALL)
    floor = models.CharField(_("floor"), max_length=20, blank=True)
    detail = models.CharField(_("details"), max_length=200, blank=True)
    access_notes = models.CharField(_("access for wheelchairs and others"), max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["community", "pk"]
        constraints = [models.UniqueConstraint(fields=["community", "name"], name="venue_name_once")]

    def __str__(self) -> str:
        return self.name


class DatedQuerySet(ScopedQuerySet):
    """Rows with a first day and, once it is known, a last day (`since`, `until`, both inclusive)."""

    def live(self, at: datetime | None = None) -> "DatedQuerySet":
        """Rows in force at the moment `at`."""
        day = clock.local_day(at or clock.now())
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)


class Dated(models.Model):
    """Base of rows in force from one day to another."""

    since = models.DateField(_("from"), default=clock.today)
    until = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        abstract = True

    def is_live(self, at: datetime | None = None) -> bool:
        """Twin of DatedQuerySet.live."""
        day = clock.local_day(at or clock.now())
        return self.since <= day and (self.until is None or self.until >= day)


COMMUNITY_STAFF = (Role.SECRETARY, Role.CLERK, Role.CARE_WORKER, Role.GRID_WORKER)
"""Roles of the workers of a community, in the order in which they are named."""


class PostingQuerySet(DatedQuerySet):
    def live(self, at: datetime | None = None) -> "PostingQuerySet":
        """Postings in force at the moment `at`: their days, unless ended before."""
        moment = at or clock.now()
        return super().live(moment).filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment))

    def of_community_staff(self) -> "PostingQuerySet":
        """Those who work for a community or one of its grids (S0-02); nobody above them, no auditor."""
        return self.filter(role__in=COMMUNITY_STAFF)


class Posting(Dated, Versioned):
    """Somebody's role in one place for a time. The only source of rights (security T13)."""

    scope_path = ScopePath(
        community="community", grid="grid", region="region", also=("grid__community", "partner_unit__community")
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("account")
    )
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, null=True, blank=True, related_name="postings", verbose_name=_("region")
    )
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, null=True, blank=True, related_name="postings", verbose_name=_("community")
    )
    grid = models.ForeignKey(
        Grid, on_delete=models.PROTECT, null=True, blank=True, related_name="postings", verbose_name=_("grid")
    )
    partner_unit = models.ForeignKey(
        PartnerUnit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="postings",
        verbose_name=_("partner unit"),
    )
    duty = models.CharField(_("duty"), max_length=60, blank=True)
    office_phone = models.CharField(_("office phone"), max_length=30, blank=True)
    is_public = models.BooleanField(_("shown publicly"), default=False)
    ended_at = models.DateTimeField(_("ended at once"), null=True, editable=False)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="posting_exactly_one_place",
                condition=Q(role=Role.SITE_ADMINISTRATOR, region=None, community=None, grid=None, partner_unit=None)
                | ~Q(role=Role.SITE_ADMINISTRATOR)
                & (
                    Q(region__isnull=False, community=None, grid=None, partner_unit=None)
                    | Q(region=None, community__isnull=False, grid=None, partner_unit=None)
                    | Q(region=None, community=None, grid__isnull=False, partner_unit=None)
                    | Q(region=None, community=None, grid=None, partner_unit__isnull=False)
                ),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="posting_until_after_since"
            ),
        ]
        indexes = [models.Index(fields=["user", "role"], name="posting_by_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.place or ''}"

    @property
    def place(self) -> Region | Community | Grid | PartnerUnit | None:
        return self.region or self.community or self.grid or self.partner_unit

    def is_live(self, at: datetime | None = None) -> bool:
        """Twin of PostingQuerySet.live."""
        moment = at or clock.now()
        return super().is_live(moment) and (self.ended_at is None or self.ended_at > moment)
