"""The desk: what needs me today, as counted links whose lists show just these; and the journey of an outsider."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core import clock
from core.admin.site import greeting
from core.models import Transition
from events.services import activities
from honours import services as honours
from tests.event_factories import make_activity, make_sign_up
from tests.factories import make_honour, make_notice, make_person, make_resident

INDEX = "/admin/"


def desk(cast, name):
    return cast.client(name).get(INDEX).context


def counts(context):
    return {str(item.label): item.count for item in context["desk_items"]}


def listed(cast, name, item):
    return cast.client(name).get(item.url).context["cl"].result_list


def item_of(context, model_page):
    return [item for item in context["desk_items"] if model_page in item.url]


def test_visitors_and_residents_have_no_desk(cast):
    assert cast.client().get(INDEX).status_code == 302
    assert cast.client("resident").get(INDEX, follow=True).status_code == 403


@pytest.mark.parametrize(
    ("hour", "words"), [(3, "夜深"), (8, "上午好"), (12, "中午好"), (15, "下午好"), (20, "晚上好")]
)
def test_greeting_goes_by_the_local_hour(hour, words):
    at = timezone.make_aware(datetime(2026, 11, 22, hour))
    assert words in greeting(at, "李书记")
    assert "李书记" in greeting(at, "李书记")


def test_desk_says_who_when_and_where(cast):
    with clock.frozen(timezone.make_aware(datetime(2026, 11, 22, 9))):
        text = cast.client("clerk").get(INDEX).content.decode()
    assert "演员clerk" in text
    assert "11月22日" in text
    assert cast.community.name in text
    assert cast.other.name not in text


def test_review_counts_what_others_drafted_and_its_link_shows_them(cast):
    mine = make_activity(community=cast.community, state="in_review", drafted_by=cast.secretary)
    theirs = make_activity(community=cast.community, state="in_review", drafted_by=cast.clerk)
    make_activity(community=cast.other, state="in_review")
    make_activity(community=cast.community, state="draft")
    (item,) = item_of(desk(cast, "secretary"), "events/activity")
    assert item.count == 1
    assert list(listed(cast, "secretary", item)) == [theirs]
    assert mine not in listed(cast, "secretary", item)
    assert item_of(desk(cast, "clerk"), "events/activity") == []


def test_returned_drafts_come_back_to_their_author(cast):
    activity = make_activity(community=cast.community, state="in_review", drafted_by=cast.clerk)
    activities.return_to_draft(activity, by=cast.secretary, reason="写清地点")
    (item,) = item_of(desk(cast, "clerk"), "events/activity")
    assert list(listed(cast, "clerk", item)) == [activity]
    assert item_of(desk(cast, "clerk2"), "events/activity") == []
    activities.submit(activity, by=cast.clerk)
    assert item_of(desk(cast, "clerk"), "events/activity") == []


def test_activities_that_are_over_wait_to_be_finished(cast):
    over = make_activity(community=cast.community, starts_in=timedelta(days=-2))
    make_activity(community=cast.community)
    (item,) = item_of(desk(cast, "clerk"), "events/activity")
    assert list(listed(cast, "clerk", item)) == [over]


def test_notices_and_honours_in_review(cast):
    notice = make_notice(community=cast.community, state="in_review", drafted_by=cast.clerk)
    honour = make_honour(community=cast.community, state="draft", drafted_by=cast.clerk)
    honours.submit(honour, by=cast.clerk)
    context = desk(cast, "secretary")
    (first,), (second,) = item_of(context, "stories/publicnotice"), item_of(context, "honours/honour")
    assert list(listed(cast, "secretary", first)) == [notice]
    assert list(listed(cast, "secretary", second)) == [honour]
    assert first.urgency == "late"


def test_items_with_nothing_collapse(cast):
    context = desk(cast, "clerk")
    assert context["desk_items"] == []
    assert context["desk_done"]


def test_table_shows_the_next_days_with_seats(cast):
    make_activity("明天", community=cast.community, starts_in=timedelta(days=1), capacity=30, taken=18)
    make_activity("下月", community=cast.community, starts_in=timedelta(days=30))
    make_activity("别处", community=cast.other, starts_in=timedelta(days=1))
    text = cast.client("clerk").get(INDEX).content.decode()
    assert "明天" in text
    assert "18 / 30" in text
    assert "下月" not in text
    assert "别处" not in text


def test_own_last_steps_and_nobody_elses(cast):
    activity = make_activity(community=cast.community, state="draft", drafted_by=cast.clerk)
    activities.submit(activity, by=cast.clerk)
    assert [line.title for line in desk(cast, "clerk")["desk_recent"]] == [activity.title]
    assert desk(cast, "clerk2")["desk_recent"] == []


def test_own_steps_out_of_reach_are_not_named(cast):
    activity = make_activity(community=cast.other, state="draft", drafted_by=cast.clerk)
    activities.submit(activity, by=None)
    activity.state = "in_review"
    Transition.objects.create(actor=cast.clerk, content_type=Transition.objects.latest("pk").content_type,
                              object_id=activity.pk, verb="submit", source="draft", target="in_review")  # fmt: skip
    (line,) = desk(cast, "clerk")["desk_recent"]
    assert activity.title not in line.title
    assert line.url == ""


def test_desk_costs_the_same_at_many_rows(cast):
    def cost():
        with CaptureQueriesContext(connection) as caught:
            client.get(INDEX)
        return len(caught)

    client = cast.client("secretary")
    make_activity(community=cast.community, starts_in=timedelta(days=1))
    make_activity(community=cast.community, state="in_review", drafted_by=cast.clerk)
    client.get(INDEX)
    one = cost()
    for _row in range(20):
        make_activity(community=cast.community, starts_in=timedelta(days=1))
        make_activity(community=cast.community, state="in_review", drafted_by=cast.clerk)
    assert cost() == one


def test_every_persona_of_the_staff_has_a_desk(cast):
    for name in ("admin", "district", "auditor", "secretary", "clerk", "careworker", "gridworker", "outsider"):
        assert cast.client(name).get(INDEX).status_code == 200, name


def test_journey_of_an_outsider(cast):
    """Issue 2, journey 4: the clerk of another community meets nothing of the first one's."""
    person = make_person("甲的居民", phone="13812345678")
    home = make_resident(person, grid=cast.grid)
    draft = make_activity("甲的草稿", community=cast.community, state="draft", drafted_by=cast.clerk)
    open_one = make_activity("甲的活动", community=cast.community)
    party = make_sign_up(open_one, person)
    honour = make_honour("甲的荣誉", community=cast.community, state="draft")
    client = cast.client("outsider")

    lists = ["events_activity", "events_signup", "honours_honour", "grids_residency", "grids_grid", "volunteers_team"]
    for name in lists:
        for query in ({}, {"q": "甲"}, {"q": "13812345678"}):
            page = client.get(reverse(f"admin:{name}_changelist"), query)
            assert all(_is_of(row, cast.other) for row in page.context["cl"].result_list)
            assert "甲的" not in page.content.decode().replace('value="甲"', "")
    hidden = {"events_activity": draft, "events_signup": party, "honours_honour": honour, "grids_residency": home}
    for name, obj in hidden.items():
        for page in ("change", "history"):
            assert client.get(reverse(f"admin:{name}_{page}", args=[obj.pk])).status_code == 404
        assert client.get(reverse(f"admin:{name}_delete", args=[obj.pk])).status_code in {403, 404}
    for name in ("events_activity", "honours_honour", "grids_residency", "volunteers_leadership"):
        assert "甲" not in client.get(reverse(f"admin:{name}_add")).content.decode()
    assert client.get(reverse("admin:events_activity_act", args=[draft.pk, "submit"])).status_code == 404
    assert client.get("/admin/events/signup/", {"contact__name__startswith": "甲"}).status_code == 400
    assert client.get("/admin/events/activity/", {"community__name": "甲社区"}).status_code == 400
    assert "甲" not in client.get(INDEX).content.decode()


def _is_of(row, community):
    return (getattr(row, "community", None) or row.quota.activity.community) == community
