"""Addresses of volunteer teams; a team's own page is portal's."""

from django.urls import path

from volunteers import views

app_name = "volunteers"

urlpatterns = [
    path("teams/", views.TeamListView.as_view(), name="team_list"),
]
