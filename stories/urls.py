"""Addresses of public notices."""

from django.urls import path, register_converter
from django.urls.converters import get_converters

from core.fields import PublicIdConverter
from stories import views

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")

app_name = "stories"

urlpatterns = [
    path("notices/", views.PublicNoticeListView.as_view(), name="public_notice_list"),
    path("notices/<public_id:public_id>/", views.PublicNoticeDetailView.as_view(), name="public_notice_detail"),
]
