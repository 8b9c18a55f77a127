"""Themes and public notices in the workbench."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import desk
from core.admin import ScopedAdmin, TodoFilter, site
from core.admin.acts import seen_version
from core.admin.cells import moment_cell
from core.admin.filters import returned_to, waiting_for
from core.dates import daytime_text
from core.refusals import Refusal
from core.scope import scoped
from stories import services
from stories.models import PublicNotice, Theme


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


site.register(Theme, ThemeAdmin)
site.register(PublicNotice, PublicNoticeAdmin)


@desk.register
def desk_items(request: HttpRequest, at: datetime) -> Iterable[desk.DeskItem]:
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
        count = returned_to(scoped(rows, drafting), request.user).count()
        yield desk.DeskItem(
            _("notices returned to you"), count, f"{page}?todo=returned", urgency="due" if count else ""
        )
