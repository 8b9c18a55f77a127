"""An activity as an iCalendar file (RFC 5545), with the time zone of the communities."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from core.dates import local
from events.models import Activity
from events.states import ActivityState

STATUS = {ActivityState.CANCELLED: "CANCELLED", ActivityState.POSTPONED: "TENTATIVE"}


def of(activity: Activity, at: datetime) -> bytes:
    """Return the file of an activity whose time is known.

    The same activity keeps its UID, and a later version its higher SEQUENCE, so that calendars replace the entry.

    Args:
        at: the moment at which the file is made (DTSTAMP).

    Raises:
        ValueError: its time is not known.
    """
    if activity.starts_at is None or activity.ends_at is None:
        raise ValueError("a record without a time has no calendar file")
    event = Event()
    event.add("uid", f"{activity.public_id}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", at)
    event.add("sequence", activity.version)
    event.add("summary", activity.title)
    event.add("dtstart", local(activity.starts_at))
    event.add("dtend", local(activity.ends_at))
    event.add("status", STATUS.get(ActivityState(activity.state), "CONFIRMED"))
    event.add("url", f"{settings.SITE_URL.rstrip('/')}{activity.get_absolute_url()}")
    for name, text in (("location", activity.where), ("description", activity.bring)):
        if text:
            event.add(name, text)
    calendar = Calendar()
    calendar.add("prodid", "-//Linli//zh-Hans")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return calendar.to_ical()
