"""Addresses of the honours wall."""

from django.urls import path, register_converter
from django.urls.converters import get_converters

from core.fields import PublicIdConverter
from honours import views

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")

app_name = "honours"

urlpatterns = [
    path("honours/", views.HonourListView.as_view(), name="honour_list"),
    path("honours/<public_id:public_id>/", views.HonourDetailView.as_view(), name="honour_detail"),
]
