"""Addresses of activities."""

from django.urls import path, register_converter
from django.urls.converters import get_converters

from core.fields import PublicIdConverter
from events.views import activities, sign_ups

if "public_id" not in get_converters():
    register_converter(PublicIdConverter, "public_id")

app_name = "events"

ONE = "activities/<public_id:public_id>/"

urlpatterns = [
    path("activities/", activities.ActivityListView.as_view(), name="activity_list"),
    path(ONE, activities.ActivityDetailView.as_view(), name="activity_detail"),
    path(f"{ONE}event.ics", activities.ActivityCalendarFileView.as_view(), name="activity_calendar_file"),
    path(f"{ONE}sign-up/", sign_ups.ActivitySignUpView.as_view(), name="activity_sign_up"),
    path(f"{ONE}sign-up/cancel/", sign_ups.SignUpCancelView.as_view(), name="sign_up_cancel"),
]
