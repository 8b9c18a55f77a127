"""Addresses of the pages that combine apps."""

from django.urls import path, register_converter
from django.urls.converters import get_converters

from core.fields import PublicIdConverter
from portal.look import look
from portal.pages import communities, home, me, my_teams, qr, teams

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")

app_name = "portal"

urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("me/", me.MeView.as_view(), name="me"),
    path("me/teams/", my_teams.MyTeamsView.as_view(), name="my_teams"),
    path("look/", look, name="look"),
    path("qr/", qr.qr, name="qr"),
    path("c/<slug:slug>/", communities.CommunityDetailView.as_view(), name="community_detail"),
    path("teams/<public_id:public_id>/", teams.TeamDetailView.as_view(), name="team_detail"),
]
