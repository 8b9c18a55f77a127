"""Public pages of notices, and the pages of the whole site."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from core import clock, fragments, listing
from core.components import LinkRow
from core.dates import day_text
from grids.models import Community
from stories.forms import PublicNoticeFilter
from stories.models import PageEdition, PublicNotice
from stories.presentation import page_context
from stories.states import EditionState, NoticeLevel, PageKind

PER_PAGE = 20
PLACES_PER_PAGE = 50
BUILT_IN_NUMBER = "0"
"""What an address calls the text that is built in, for people who agreed to it before there was an edition."""
TONES = {NoticeLevel.CAUTION: "few", NoticeLevel.URGENT: "zhu"}


class PublicNoticeListView(TemplateView):
    """Notices that show now, the latest first."""

    template_name = "stories/public_notice_list.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stamp = fragments.stamp()
        form = PublicNoticeFilter(self.request.GET, stamp=stamp)
        community = listing.chosen(form).get("community")
        notices = PublicNotice.objects.showing(clock.now()).select_related("community").order_by("-starts_at", "-pk")
        if community:
            notices = notices.filter(community=community)
        page = Paginator(notices, PER_PAGE).get_page(self.request.GET.get(listing.PAGE))
        return super().get_context_data(
            stamp=stamp, communities=form.communities, form=form, chips=listing.chips(form, self.request.GET),
            page=page, community=community, rows=[_row(notice) for notice in page], **kwargs,
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


class PageDetailView(TemplateView):
    """A page of the site: the published edition or the built-in text; an earlier edition by `?edition=`."""

    template_name = "stories/page_detail.html"
    http_method_names = ["get", "head"]

    def get_context_data(self, kind: PageKind, **kwargs: Any) -> dict[str, Any]:
        editions = list(PageEdition.objects.readable(kind))
        current = next((one for one in editions if one.state == EditionState.PUBLISHED), None)
        edition = self.chosen(editions, current)
        earlier = _earlier(kind, [one for one in editions if one != current]) if editions else []
        context = page_context(kind, edition) | {"current": current, "earlier": earlier}
        if kind == PageKind.CONTACT:
            context |= self.places()
        return super().get_context_data(**context, **kwargs)

    def chosen(self, editions: list[PageEdition], current: PageEdition | None) -> PageEdition | None:
        number = self.request.GET.get("edition", "")
        if not number:
            return current
        if number == BUILT_IN_NUMBER:
            return None
        found = next((one for one in editions if str(one.number) == number), None)
        if found is None:
            raise Http404(_("There is no such edition of this page."))
        return found

    def places(self) -> dict[str, Any]:
        """Return the communities, for the chooser of the header too (one query)."""
        communities = list(Community.objects.only("name", "slug", "phone", "address", "hours"))
        page = Paginator(communities, PLACES_PER_PAGE).get_page(self.request.GET.get(listing.PAGE))
        return {"communities": communities, "page": page}


def _earlier(kind: PageKind, editions: list[PageEdition]) -> list[LinkRow]:
    """Return links to editions that were replaced, and to the text before the first one."""
    address = reverse("stories:page_detail", args=[kind])
    numbered = [(_("Edition %(number)s") % {"number": one.number}, one.number, one.published_at) for one in editions]
    rows = [LinkRow(label, f"{address}?edition={number}", day_text(on)) for label, number, on in numbered]
    return [*rows, LinkRow(_("The text that came with the portal"), f"{address}?edition={BUILT_IN_NUMBER}")]
