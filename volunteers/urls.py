"""Addresses of volunteer teams; a team's own page is portal's."""

from django.urls import path, register_converter
from django.urls.converters import get_converters

from core.fields import PublicIdConverter
from volunteers.views import joining, members, teams

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")

app_name = "volunteers"

TEAM = "teams/<public_id:public_id>/"
MEMBER = f"{TEAM}members/<public_id:member>/"

urlpatterns = [
    path("teams/", teams.TeamListView.as_view(), name="team_list"),
    path(f"{TEAM}join/", joining.TeamJoinView.as_view(), name="team_join"),
    path(f"{TEAM}leave/", joining.TeamLeaveView.as_view(), name="team_leave"),
    path(f"{TEAM}members/", members.MembershipListView.as_view(), name="membership_list"),
    path(f"{TEAM}members/print/", members.MembershipPrintView.as_view(), name="membership_print"),
    path(f"{MEMBER}approve/", members.MembershipApproveView.as_view(), name="membership_approve"),
    path(f"{MEMBER}decline/", members.MembershipDeclineView.as_view(), name="membership_decline"),
    path(f"{MEMBER}remove/", members.MembershipRemoveView.as_view(), name="membership_remove"),
]
