"""Addresses of communities and grids; a community's own page is portal's."""

from django.urls import path, register_converter
from django.urls.converters import get_converters

from core.fields import PublicIdConverter
from grids import views

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")

app_name = "grids"

urlpatterns = [
    path("c/", views.CommunityListView.as_view(), name="community_list"),
    path("c/<slug:slug>/grids/", views.GridListView.as_view(), name="grid_list"),
    path("grids/<public_id:public_id>/", views.GridDetailView.as_view(), name="grid_detail"),
]
