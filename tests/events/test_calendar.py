"""The calendar file."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from events.models import Activity
from tests.event_factories import make_activity
from tests.factories import make_community

pytestmark = pytest.mark.django_db
START = datetime(2031, 11, 28, 6, 0, tzinfo=UTC)


def file_of(client, activity):
    return client.get(f"/activities/{activity.public_id}/event.ics")


def event_of(client, activity):
    return Calendar.from_ical(file_of(client, activity).content).walk("VEVENT")[0]


def test_calendar_file_holds_time_place_and_address(client):
    activity = make_activity("消防演练", starts_at=START, place="广场，东门; 一楼", bring="好走的鞋\n水")
    event = event_of(client, activity)
    assert event.decoded("dtstart") == START
    assert event.decoded("dtend") == START + timedelta(hours=2)
    assert str(event["dtstart"].params["tzid"]) == "Asia/Shanghai"
    assert (str(event["summary"]), str(event["location"])) == ("消防演练", "广场，东门; 一楼")
    assert str(event["description"]) == "好走的鞋\n水"
    assert str(event["url"]) == f"http://127.0.0.1:8000/activities/{activity.public_id}/"
    assert str(event["status"]) == "CONFIRMED"


def test_calendar_file_carries_its_time_zone(client):
    content = file_of(client, make_activity(starts_at=START)).content
    assert b"BEGIN:VTIMEZONE" in content


def test_calendar_entry_is_replaced_by_a_later_version(client):
    activity = make_activity(starts_at=START)
    before = event_of(client, activity)
    Activity.objects.filter(pk=activity.pk).update(version=2, state="cancelled")
    after = event_of(client, activity)
    assert str(before["uid"]) == str(after["uid"]) == f"{activity.public_id}@127.0.0.1"
    assert (before["sequence"], after["sequence"]) == (1, 2)
    assert str(after["status"]) == "CANCELLED"


def test_calendar_file_has_a_safe_name_and_no_cookie(client):
    activity = make_activity('x"\r\nSet-Cookie: a=b')
    response = file_of(client, activity)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="linli-{activity.public_id}.ics"'
    assert not response.cookies
    assert b"\r\nSet-Cookie" not in response.content


@pytest.mark.parametrize("values", [{"state": "draft"}, {"state": "withdrawn"}, {"audience": "internal"}])
def test_calendar_file_of_what_is_not_public_is_not_found(client, values):
    assert file_of(client, make_activity(**values)).status_code == 404


def test_calendar_file_of_an_undated_record_is_not_found(client):
    activity = Activity.objects.create(title="旧事", community=make_community(), state="counted")
    assert file_of(client, activity).status_code == 404
