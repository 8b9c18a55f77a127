"""Addresses of the pages that combine apps."""

from django.urls import path, register_converter
from django.urls.converters import get_converters

from core.fields import PublicIdConverter
from portal.look import look
from portal.pages import communities, home, me, my_teams, notices, qr, teams

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")

app_name = "portal"

urlpatterns = [
    path("", home.HomeView.as_view(), name="home"),
    path("me/", me.MeView.as_view(), name="me"),
    path("me/teams/", my_teams.MyTeamsView.as_view(), name="my_teams"),
    path("me/notices/", notices.NoticeListView.as_view(), name="notice_list"),
    path("me/notices/read/", notices.NoticeReadAllView.as_view(), name="notice_read_all"),
    path("me/notices/settings/", notices.NoticeSettingsView.as_view(), name="notice_settings"),
    path("me/notices/email/", notices.EmailChangeView.as_view(), name="notice_email"),
    path("me/notices/email/confirm/", notices.EmailConfirmView.as_view(), name="notice_email_confirm"),
    path("me/notices/email/remove/", notices.EmailRemoveView.as_view(), name="notice_email_remove"),
    path("me/notices/<public_id:public_id>/", notices.NoticeDetailView.as_view(), name="notice_detail"),
    path("look/", look, name="look"),
    path("qr/", qr.qr, name="qr"),
    path("c/<slug:slug>/", communities.CommunityDetailView.as_view(), name="community_detail"),
    path("teams/<public_id:public_id>/", teams.TeamDetailView.as_view(), name="team_detail"),
]
