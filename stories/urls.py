"""Addresses of public notices and of the pages of the site."""

from django.urls import path, register_converter
from django.urls.converters import get_converters

from core.fields import PublicIdConverter
from stories import views
from stories.states import PageKind

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")


class PageKindConverter:
    """Path converter for the pages of the site; anything else is no address of ours."""

    regex = "|".join(PageKind.values)

    def to_python(self, value: str) -> PageKind:
        return PageKind(value)

    def to_url(self, value: str) -> str:
        return str(value)


if "page_kind" not in get_converters():
    register_converter(PageKindConverter, "page_kind")

app_name = "stories"

urlpatterns = [
    path("notices/", views.PublicNoticeListView.as_view(), name="public_notice_list"),
    path("notices/<public_id:public_id>/", views.PublicNoticeDetailView.as_view(), name="public_notice_detail"),
    path("<page_kind:kind>/", views.PageDetailView.as_view(), name="page_detail"),
]
