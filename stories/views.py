"""Public pages of notices."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core import clock, listing
from core.components import LinkRow
from core.dates import day_text
from stories.forms import PublicNoticeFilter
from stories.models import PublicNotice
from stories.states import NoticeLevel

PER_PAGE = 20
TONES = {NoticeLevel.CAUTION: "few", NoticeLevel.URGENT: "zhu"}


class PublicNoticeListView(TemplateView):
    """Notices that show now, the latest first."""

    template_name = "stories/public_notice_list.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = PublicNoticeFilter(self.request.GET)
        community = listing.chosen(form).get("community")
        notices = PublicNotice.objects.showing(clock.now()).select_related("community").order_by("-starts_at", "-pk")
        if community:
            notices = notices.filter(community=community)
        page = Paginator(notices, PER_PAGE).get_page(self.request.GET.get(listing.PAGE))
        return super().get_context_data(
            form=form, chips=listing.chips(form, self.request.GET), page=page, community=community,
            rows=[_row(notice) for notice in page], **kwargs,
        )  # fmt: skip


def _row(notice: PublicNotice) -> LinkRow:
    level = notice.get_level_display() if notice.level != NoticeLevel.INFO else ""
    line = " · ".join(part for part in (level, notice.community.name, day_text(notice.starts_at)) if part)
    return LinkRow(notice.title, notice.get_absolute_url(), line)


class PublicNoticeDetailView(TemplateView):
    """One notice as long as it shows; a draft, a withdrawn or an expired one is not there."""

    template_name = "stories/public_notice_detail.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, public_id: str, **kwargs: Any) -> dict[str, Any]:
        rows = PublicNotice.objects.showing(clock.now()).select_related("community")
        notice = rows.filter(public_id=public_id).first()
        if notice is None:
            raise Http404(_("This notice is no longer shown."))
        tone = TONES.get(notice.level, "")
        return super().get_context_data(notice=notice, community=notice.community, tone=tone, **kwargs)
