"""Themes (brands, programmes, campaigns), public notices, and the pages of the whole site in their editions."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock, constraints
from core.fields import NameField, PlainTextField, PublicIdField
from core.models import Versioned
from core.refusals import Refusal
from core.scope import ScopedQuerySet, ScopePath
from grids.models import Community
from stories.states import (
    PAGE_EDITION,
    PUBLIC_NOTICE,
    EditionState,
    NoticeLevel,
    PageKind,
    PublicationState,
    ThemeKind,
)


class Theme(Versioned):
    """A brand, programme or topic that things are tagged with; staff may make new ones (design §7)."""

    scope_path = ScopePath(community="community", shared=True)
    is_editorial = True

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("community")
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    public_id = PublicIdField()
    name = NameField(_("name"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, choices=ThemeKind.choices, default=ThemeKind.TOPIC)
    summary = models.CharField(_("in one sentence"), max_length=120, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["community", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="theme_public_id"),
            models.UniqueConstraint(fields=["community", "parent", "name"], name="theme_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class PublicNoticeQuerySet(ScopedQuerySet):
    def showing(self, at: datetime | None = None) -> "PublicNoticeQuerySet":
        """Published notices whose time has come and has not run out."""
        moment = at or clock.now()
        return self.filter(
            Q(ends_at__isnull=True) | Q(ends_at__gt=moment), state=PublicationState.PUBLISHED, starts_at__lte=moment
        )


class PublicNotice(Versioned):
    """An announcement (公告) of a community, reviewed by a second person."""

    scope_path = ScopePath(community="community", grid_postings_see=True)
    machine = PUBLIC_NOTICE
    is_editorial = True

    public_id = PublicIdField()
    community = models.ForeignKey(Community, on_delete=models.PROTECT, related_name="+", verbose_name=_("community"))
    title = NameField(_("title"), max_length=60)
    body = PlainTextField(_("text"), max_length=5000)
    level = models.CharField(_("level"), max_length=10, choices=NoticeLevel.choices, default=NoticeLevel.INFO)
    starts_at = models.DateTimeField(_("shown from"), default=clock.now)
    ends_at = models.DateTimeField(_("shown until"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=PublicationState.choices, default=PublicationState.DRAFT, editable=False
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    objects = PublicNoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("public notice")
        verbose_name_plural = _("public notices")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="public_notice_public_id"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="public_notice_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("stories:public_notice_detail", args=[self.public_id])

    def is_showing(self, at: datetime | None = None) -> bool:
        """Twin of PublicNoticeQuerySet.showing."""
        moment = at or clock.now()
        in_time = self.starts_at <= moment and (self.ends_at is None or self.ends_at > moment)
        return self.state == PublicationState.PUBLISHED and in_time


class PageEditionQuerySet(ScopedQuerySet):
    def readable(self, kind: str) -> "PageEditionQuerySet":
        """Editions of one page that the public may read, the latest first: the published one and those it replaced."""
        return self.filter(kind=kind, state__in=READABLE).order_by("-number")

    def in_force(self, kind: str) -> "PageEditionQuerySet":
        """The published edition of one page, if there is one."""
        return self.filter(kind=kind, state=EditionState.PUBLISHED)


READABLE = (EditionState.PUBLISHED, EditionState.SUPERSEDED)
LAST = 1000
"""Order of a new section: after all others."""


class PageEdition(Versioned):
    """One edition of a page of the whole site. The published one stays as it is until the next one is approved.

    Publishing gives it its number, so that drafts which come to nothing leave no gap.
    """

    scope_path = ScopePath(site_wide=True)
    machine = PAGE_EDITION
    is_editorial = True

    kind = models.CharField(_("page"), max_length=20, choices=PageKind.choices)
    number = models.PositiveSmallIntegerField(_("edition"), null=True, editable=False)
    title = NameField(_("title"), max_length=40)
    published_at = models.DateTimeField(_("published on"), null=True, editable=False)
    state = models.CharField(
        _("state"), max_length=20, choices=EditionState.choices, default=EditionState.DRAFT, editable=False
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = PageEditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("page of the site")
        verbose_name_plural = _("pages of the site")
        ordering = ["kind", "-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(state=EditionState.PUBLISHED), name="page_edition_published_once"
            ),
            models.UniqueConstraint(fields=["kind", "number"], name="page_edition_number_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[EditionState.DRAFT, EditionState.IN_REVIEW],
                    number__isnull=True,
                    published_at__isnull=True,
                )
                | Q(
                    state__in=[*READABLE, EditionState.WITHDRAWN],
                    number__isnull=False,
                    published_at__isnull=False,
                ),
                name="page_edition_numbered_when_published",
            ),
        ]

    def __str__(self) -> str:
        if self.number is None:
            return self.title
        return gettext("%(title)s (edition %(number)s)") % {"title": self.title, "number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("stories:page_detail", args=[self.kind])


constraints.declare(
    page_edition_published_once=Refusal.STALE,
    page_edition_number_once=Refusal.STALE,
)


class PageSection(models.Model):
    """A part of an edition: a heading of its own line and paragraphs of plain text."""

    scope_path = ScopePath(site_wide=True)

    edition = models.ForeignKey(PageEdition, on_delete=models.CASCADE, related_name="sections")
    heading = NameField(_("heading"), max_length=60, blank=True)
    text = PlainTextField(_("text"), max_length=5000)
    order = models.PositiveSmallIntegerField(_("order"), default=LAST)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.heading or self.text[:20]
