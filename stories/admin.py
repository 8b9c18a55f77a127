"""Themes, public notices and the pages of the site in the workbench."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.forms import Textarea
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import desk
from core.admin import ScopedAdmin, ScopedInline, TodoFilter, site
from core.admin.acts import seen_version
from core.admin.cells import moment_cell
from core.admin.filters import returned_to, waiting_for
from core.dates import daytime_text
from core.refusals import Refusal
from core.scope import scoped
from stories import services
from stories.models import READABLE, PageEdition, PageSection, PublicNotice, Theme
from stories.presentation import page_context


class ThemeAdmin(ScopedAdmin):
    """Brands, programmes and topics; staff tag activities and teams with them."""

    noun = "theme"
    fields = ("community", "parent", "name", "kind", "summary", "order")
    list_display = ("name", "community", "kind", "parent", "order")
    list_filter = ("community", "kind")
    list_select_related = ("community", "parent")
    search_fields = ("name", "summary")
    refusal_fields = {Refusal.UNDER_ITSELF: "parent", Refusal.DUPLICATE: "name"}

    def create(self, request: HttpRequest, obj: Theme, form: Any) -> None:
        services.save_theme(obj, by=request.user)

    def change(self, request: HttpRequest, obj: Theme, form: Any, fields: list[str]) -> None:
        services.save_theme(obj, by=request.user, fields=fields, version=seen_version(request))


class PublicNoticeAdmin(ScopedAdmin):
    """Announcements: written by one person, approved by another."""

    noun, position = "public_notice", 10
    list_display = ("title", "state_badge", "community", "level", "shown_from", "shown_until")
    list_filter = (TodoFilter, "state", "level", "community")
    list_select_related = ("community",)
    search_fields = ("title",)
    list_note = gettext_lazy("A second person approves every notice before it is shown.")
    fieldsets = (
        (None, {"fields": ("community", "title", "body", "level")}),
        (gettext_lazy("Shown"), {"fields": ("starts_at", "ends_at"),
                                 "description": gettext_lazy("Without an end it stays until it is withdrawn.")}),
    )  # fmt: skip
    refusal_fields = {Refusal.ENDS_BEFORE_START: "ends_at"}
    services = {
        "submit": services.submit,
        "return": services.return_to_draft,
        "publish": services.publish,
        "withdraw": services.withdraw,
    }
    bulk = ("submit", "publish")

    def create(self, request: HttpRequest, obj: PublicNotice, form: Any) -> None:
        services.create(obj, by=request.user)

    def change(self, request: HttpRequest, obj: PublicNotice, form: Any, fields: list[str]) -> None:
        services.change(obj, by=request.user, fields=fields, version=seen_version(request))

    def shown_from(self, notice: PublicNotice) -> str:
        return moment_cell(notice.starts_at)

    def shown_until(self, notice: PublicNotice) -> str:
        return moment_cell(notice.ends_at)

    shown_from.short_description, shown_from.admin_order_field = gettext_lazy("shown from"), "starts_at"
    shown_until.short_description, shown_until.admin_order_field = gettext_lazy("shown until"), "ends_at"


class SectionInline(ScopedInline):
    """The text of an edition, part by part; one empty part is offered, so that adding needs no script."""

    model = PageSection
    fields = ("heading", "text", "order")
    extra, max_num = 1, 40

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "text":
            kwargs["widget"] = Textarea({"rows": 5, "class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class PageEditionAdmin(ScopedAdmin):
    """The five pages of the whole site: a new edition begins with the text in force and replaces it when approved."""

    noun, position = "page", 60
    list_display = ("title", "state_badge", "kind", "number", "shown_since")
    list_filter = (TodoFilter, "state", "kind")
    search_fields = ("title",)
    list_note = gettext_lazy(
        "Visitors read the published edition until a site administrator approves the next one. Nobody approves their "
        "own draft: where there is one administrator only, a secretary writes it."
    )
    fixed = ("kind",)
    services = {
        "submit": services.submit_page,
        "return": services.return_page,
        "publish": services.publish_page,
        "withdraw": services.withdraw_page,
    }

    def get_fieldsets(self, request: HttpRequest, obj: PageEdition | None = None) -> Any:
        if obj is not None:
            return [(None, {"fields": ("kind", "title")})]
        note = gettext_lazy("The new edition begins with the text that visitors read now.")
        return [(None, {"fields": ("kind",), "description": note})]

    def get_inlines(self, request: HttpRequest, obj: PageEdition | None) -> tuple[type[ScopedInline], ...]:
        return (SectionInline,) if obj is not None else ()

    def create(self, request: HttpRequest, obj: PageEdition, form: Any) -> None:
        services.draft_page(obj, by=request.user)

    def change(self, request: HttpRequest, obj: PageEdition, form: Any, fields: list[str]) -> None:
        services.change_page(obj, by=request.user, fields=fields, version=seen_version(request))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Offer one button: it always leads to the copied text."""
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, {**(extra_context or {}), **only_save})

    def response_add(
        self, request: HttpRequest, obj: PageEdition, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Lead to the copied text, which is what has to be changed."""
        messages.success(request, _("The text that visitors read now is copied below. Change it, then submit it."))
        return HttpResponseRedirect(self.change_url(obj.pk))

    def shown_since(self, edition: PageEdition) -> str:
        return moment_cell(edition.published_at)

    shown_since.short_description, shown_since.admin_order_field = gettext_lazy("published on"), "published_at"

    # --- the page as visitors will see it -----------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<path:object_id>/preview/", view, name="stories_pageedition_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the stored edition as the page would show it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        edition = self.get_object(request, unquote(object_id))
        if edition is None:
            raise Http404(_("This page does not exist."))
        context = page_context(edition.kind, edition) | {"back": self.change_url(edition.pk)}
        return render(request, "stories/page_detail.html", context)

    def related_links(self, request: HttpRequest, obj: PageEdition) -> list[tuple[Any, str]]:
        if obj.state in READABLE:
            return [(_("See it on the site"), f"{obj.get_absolute_url()}?edition={obj.number}")]
        return [(_("See how it will look"), reverse("admin:stories_pageedition_preview", args=[obj.pk]))]


site.register(Theme, ThemeAdmin)
site.register(PublicNotice, PublicNoticeAdmin)
site.register(PageEdition, PageEditionAdmin)


@desk.register
def notices_on_desk(request: HttpRequest, at: datetime) -> Iterable[desk.DeskItem]:
    """Notices that wait for me."""
    rows, page = PublicNotice.objects.order_by("created_at"), reverse("admin:stories_publicnotice_changelist")
    reviewing = request.scope_for("public_notice.publish")
    if reviewing:
        waiting = list(waiting_for(scoped(rows, reviewing), request.user).values_list("starts_at", flat=True)[:100])
        note = _("the first is to be shown from %(day)s") % {"day": daytime_text(min(waiting))} if waiting else ""
        late = bool(waiting) and min(waiting) <= at
        urgency = "late" if late else "due" if waiting else ""
        yield desk.DeskItem(_("notices waiting for your review"), len(waiting), f"{page}?todo=review", note, urgency)
    drafting = request.scope_for("public_notice.change")
    if drafting:
        yield _returned(_("notices returned to you"), returned_to(scoped(rows, drafting), request.user), page)


def _returned(label: str, rows: Any, page: str) -> desk.DeskItem:
    count = rows.count()
    return desk.DeskItem(label, count, f"{page}?todo=returned", urgency="due" if count else "")


@desk.register
def pages_on_desk(request: HttpRequest, at: datetime) -> Iterable[desk.DeskItem]:
    """Editions of pages that wait for me."""
    rows, page = PageEdition.objects.all(), reverse("admin:stories_pageedition_changelist")
    if request.scope_for("page.publish"):
        count = waiting_for(rows, request.user).count()
        urgency = "due" if count else ""
        yield desk.DeskItem(_("pages waiting for your review"), count, f"{page}?todo=review", urgency=urgency)
    if request.scope_for("page.change"):
        yield _returned(_("pages returned to you"), returned_to(rows, request.user), page)
